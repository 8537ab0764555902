import type { FillAssumptions } from '../brokers/assumptions.ts';
import type { Operator } from '../core/breakers.ts';
import { refuse } from '../journal/refusal.ts';
import type { SessionRow } from '../journal/session.ts';
import type { SessionAmendment } from '../market/xnys.ts';
import type { Attendance } from './attendance.ts';

/** What a run was started with, beside its rules and bars: whatever moves a decision. Null: not given. */
export interface SessionOptions {
  readonly cash: number | null;
  readonly symbols: readonly string[] | null;
  readonly risk: string | null;
  readonly paths: readonly string[];
  readonly tz: string | null;
  readonly assumptions: FillAssumptions;
  /** Trading days on which a broker keeps other hours than our calendar. */
  readonly amendments?: readonly SessionAmendment[];
  /** Who clears breakers that wait for a person; sessions of older engines do not say: the next session. */
  readonly operator?: Operator;
  /** The same once the sample year is over. */
  readonly liveOperator?: Operator;
}

/** Who clears breakers that wait for a person, at first and from the feed's length on. */
export const attendanceOf = ({
  operator,
  liveOperator,
}: Pick<SessionOptions, 'operator' | 'liveOperator'>): Attendance => ({
  operator: operator ?? 'next_session',
  liveOperator: liveOperator ?? operator ?? 'next_session',
});

const costWords = (value: unknown): string => {
  const { kind, ...rest } = value as { readonly kind: string; readonly [key: string]: unknown };
  const [amount] = Object.values(rest);
  const unit: Readonly<Record<string, string>> = {
    bps: 'bps',
    ticks: 'ticks',
    per_share: '/share',
    per_order: '/order',
  };
  return kind === 'none' ? '0' : `${String(amount)}${unit[kind] ?? ''}`;
};

interface Asked {
  readonly flag: string;
  readonly of: (options: SessionOptions) => unknown;
  readonly words?: (value: unknown) => string;
}

/** What `--operator` was; null: not given, or as good as. */
const operatorAsked = (options: SessionOptions): Operator | null => {
  const { operator, liveOperator } = attendanceOf(options);
  return operator === liveOperator ? operator : null;
};

const ASKED: readonly Asked[] = [
  { flag: '--cash', of: ({ cash }) => cash },
  { flag: '--slippage', of: ({ assumptions }) => assumptions.slippage, words: costWords },
  { flag: '--commission', of: ({ assumptions }) => assumptions.commission, words: costWords },
  { flag: '--intrabar', of: ({ assumptions }) => assumptions.intrabar },
  { flag: '--symbols', of: ({ symbols }) => symbols },
  { flag: '--risk', of: ({ risk }) => risk },
  { flag: '--tz', of: ({ tz }) => tz },
  { flag: '--operator', of: operatorAsked },
];

const typed = ({ flag, words }: Asked, value: unknown): string =>
  value === null || value === undefined
    ? `without ${flag}`
    : `with ${flag} ${words?.(value) ?? (value as string | number | readonly string[]).toString()}`;

/** @throws Refusal `differs` naming the first flag that is not as it was when the session began */
export const refuseOtherOptions = (row: SessionRow, now: SessionOptions): void => {
  const then = row.options as SessionOptions;
  const help = 'give the flags that it began with; or --fresh starts anew';
  for (const asked of ASKED) {
    const [was, is] = [asked.of(then), asked.of(now)];
    if (JSON.stringify(was ?? null) === JSON.stringify(is ?? null)) continue;
    throw refuse('differs', `session ${row.name} runs ${typed(asked, was)}; this start is ${typed(asked, is)}`, help);
  }
  if (JSON.stringify(then.paths) !== JSON.stringify(now.paths)) {
    const words = ({ paths }: SessionOptions): string => (paths.length === 0 ? 'all strategies' : paths.join(' '));
    throw refuse('differs', `session ${row.name} runs ${words(then)}; this start names ${words(now)}`, help);
  }
  if (JSON.stringify(then.assumptions) !== JSON.stringify(now.assumptions)) {
    throw refuse(
      'differs',
      `session ${row.name} began under other assumptions of how orders fill`,
      `run engine ${row.engine}; or --fresh starts anew`,
    );
  }
};
