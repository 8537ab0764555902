import type { PackedCandles } from './candle-columns.ts';

/** How much of something the page carries, and how much there is. */
export interface Share {
  readonly shown: number;
  readonly of: number;
}

/** What the page needs beside the JSON report, as that report's member `page`. */
export interface PageMember {
  /** `Backtest`. */
  readonly title: string;
  /** What an interrupted run did not come to the end of: `the sample year`. */
  readonly whole: string;
  readonly candles: readonly PackedCandles[];
  /** Of each point of `equity`, percent, >= 0. */
  readonly drawdownPct: readonly (number | null)[];
  /** The latest trades are shown. */
  readonly trades: Share;
  readonly equity: Share;
  /** Symbols with candles; those that traded most are shown. */
  readonly symbols: Share;
  /** The rule that opened each of `openPositions`; null when it was not looked up. */
  readonly openedBy: readonly (string | null)[];
  readonly refusals: readonly {
    readonly strategy: string;
    readonly rule: string;
    readonly cut: boolean;
    readonly reason: string | null;
    readonly orders: number;
  }[];
  /** Every document of the revision, as it was read. */
  readonly documents: readonly { readonly path: string; readonly text: string }[];
  /** The document of limits; null: there were none. */
  readonly risk: string | null;
  readonly operator: 'next_session' | 'never';
  readonly closeAtEnd: boolean;
}
