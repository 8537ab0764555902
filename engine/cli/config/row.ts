/** Who said a value. `file`: a document of the rules. */
export type RowOrigin = 'flag' | 'env' | '.env' | 'file' | 'default';

/** One setting with its value and where that comes from. */
export interface Row {
  /** `settings`, `risk`, or the id of a strategy behind `strategy:`. */
  readonly section: string;
  /** `ALPACA_FEED`, `limits.max_position_pct`, `entry.long.when`. */
  readonly key: string;
  /** As JSON has it; secrets are `***`; null: unset, or nothing that can be meant. */
  readonly value: unknown;
  readonly origin: RowOrigin;
  /** `risk.yaml:7`, `.env:3`, `the environment`, `--state`; undefined for a default. */
  readonly place: string | undefined;
  /** Why what was given cannot be meant. */
  readonly fault: string | undefined;
}
