/** An order as Alpaca has it at one moment. Amounts are decimal strings as they came: nothing is rounded on the way in. */
export interface BrokerOrder {
  readonly id: string;
  readonly clientOrderId: string;
  /** Pairs of coins with a stroke: `BTC/USD`. */
  readonly symbol: string;
  readonly assetClass: string;
  readonly side: 'buy' | 'sell';
  /** `market`, `limit`, `stop`, `stop_limit`, `trailing_stop`. */
  readonly type: string;
  /** `simple`, `bracket`, `oco`, `oto`. */
  readonly orderClass: string;
  readonly timeInForce: string;
  readonly extendedHours: boolean;
  /** Undefined for an order over an amount of money. */
  readonly qty: string | undefined;
  readonly notional: string | undefined;
  /** Cumulative over its executions. */
  readonly filledQty: string;
  readonly filledAvgPrice: string | undefined;
  readonly limitPrice: string | undefined;
  readonly stopPrice: string | undefined;
  readonly trailPrice: string | undefined;
  readonly trailPercent: string | undefined;
  /** `new`, `filled`, `held`, ...: Alpaca adds words, so any may come. */
  readonly status: string;
  readonly replaces: string | undefined;
  readonly replacedBy: string | undefined;
  /** Exits of a bracket, oco or oto; empty where they were not asked for. */
  readonly legs: readonly BrokerOrder[];
  /** ms since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly submittedAt: number | undefined;
  readonly filledAt: number | undefined;
}

/** What happened to an order, as the trading socket says it. */
export interface TradeUpdate {
  /** `new`, `fill`, `partial_fill`, `canceled`, ...: words that nobody knows yet pass through. */
  readonly event: string;
  /** The same execution can come two or three times, always with this id. */
  readonly executionId: string | undefined;
  /** When it happened, ms since 1970; when it was received, where the message does not say. */
  readonly at: number;
  /** Of this execution. */
  readonly price: string | undefined;
  readonly qty: string | undefined;
  /** The account's position in the symbol after it, signed. */
  readonly positionQty: string | undefined;
  readonly order: BrokerOrder;
}
