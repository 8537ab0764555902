/** Findings about the shape of a document: its keys and the kinds of their values. */
export const SCHEMA_CODES = {
  E101: {
    severity: 'error',
    title: 'unknown key',
    explanation:
      'This key does not exist at this place. It may be misspelt, or belong to another block: the help line names the nearest key, or the keys that can stand here. An unknown key is never ignored, because a misspelt stop loss would be no stop loss.',
    wrong: 'exit:\n  stop_los:\n    pct: 2',
    right: 'exit:\n  stop_loss:\n    pct: 2',
  },
  E102: {
    severity: 'error',
    title: 'missing key',
    explanation:
      'A key that must be there is not. A strategy says what it trades (`symbols`, `timeframe`), with how much (`capital`), when it enters and how it leaves; risk.yaml says which circuit breakers there are, even if none: `circuit_breakers: []`.',
    wrong: 'entry:\n  long:\n    when: close > open',
    right: 'entry:\n  long:\n    when: close > open\n    size:\n      purse_pct: 20',
  },
  E103: {
    severity: 'error',
    title: 'exactly one is wanted',
    explanation:
      'These keys are different ways to say one thing, and exactly one of them must stand here: with none the engine would have to guess, with two they would contradict each other.',
    wrong: 'size:\n  shares: 100\n  purse_pct: 20',
    right: 'size:\n  purse_pct: 20',
  },
  E104: {
    severity: 'error',
    title: 'value missing',
    explanation:
      'The key has no value: nothing after its colon, and nothing indented below it; or its list or text is empty. Write the value, or delete the key.',
    wrong: 'timeframe:',
    right: 'timeframe: 1h',
  },
  E105: {
    severity: 'error',
    title: 'wrong kind of value',
    explanation:
      'The key takes another kind of value: a number and not text, a list and not a single word, keys of its own and not a value. Numbers are written plainly (`1000`, not `1_000` or `30%`), yes and no as `true` and `false`; text that looks like a number or like `true` stands in quotes.',
    wrong: 'enabled: yes',
    right: 'enabled: true',
  },
  E106: {
    severity: 'error',
    title: 'not one of the choices',
    explanation:
      'The key takes one of a few words, and this is none of them. The help line lists them all, the likely one first.',
    wrong: 'timeframe: 60m',
    right: 'timeframe: 1h',
  },
  E107: {
    severity: 'error',
    title: 'wrong form',
    explanation:
      'The text has not the form that the key takes: durations are `5 bars`, `30m`, `2h`, `1d`; session words `15m after open`, `30m before close`; symbols are in capitals; a purse is dollars or `30% of account`.',
    wrong: 'time_stop: 5 candles',
    right: 'time_stop: 5 bars',
  },
  E108: {
    severity: 'error',
    title: 'out of bounds',
    explanation:
      'The number is smaller or larger than makes sense here. Percent is always percent: 2 is 2 %, 100 is all of it.',
    wrong: 'size:\n  purse_pct: 200',
    right: 'size:\n  purse_pct: 100',
  },
  E109: {
    severity: 'error',
    title: 'the same twice',
    explanation:
      'A list holds the same symbol or day twice; the second mention would do nothing. Delete one of the two.',
    wrong: 'symbols: [AAPL, AAPL]',
    right: 'symbols: [AAPL]',
  },
  E110: {
    severity: 'error',
    title: 'not yet possible',
    explanation:
      'The key is planned and does not work yet. It is refused rather than ignored, so that no one relies on it.',
    wrong: 'decide: 10m before close',
    right: 'session:\n  entries_until: 30m before close',
  },
  E111: {
    severity: 'error',
    title: 'keys that do not go together',
    explanation:
      'Two keys of this block exclude each other: a market order has no limit price; exits are either for one side, or under `long:` and `short:`; a single exit condition is `when:`, several are `rules:`.',
    wrong: 'order:\n  type: market\n  limit_price: close',
    right: 'order:\n  type: limit\n  limit_price: close',
  },
  E112: {
    severity: 'error',
    title: 'name that cannot be used',
    explanation:
      'Expressions read this name, so it is made of letters, digits and `_`, and begins with a letter: `fast_ma`, not `fast-ma` (which means fast minus ma) and not `2ma`.',
    wrong: 'indicators:\n  fast-ma: sma(close, 10)',
    right: 'indicators:\n  fast_ma: sma(close, 10)',
  },
  W120: {
    severity: 'warning',
    title: 'percent written as a fraction',
    explanation:
      'Percent is always percent here: 2 means 2 %. A value below 0.1 is usually a fraction from another program, where 0.02 means 2 %. If you mean two hundredths of a percent, leave it.',
    wrong: 'stop_loss:\n  pct: 0.02',
    right: 'stop_loss:\n  pct: 2',
  },
  E199: {
    severity: 'error',
    title: 'does not fit the schema',
    explanation:
      'The document breaks a rule of the JSON Schema that has no words of its own. `engine schema` prints the schema.',
    wrong: 'a document that the schema refuses',
    right: 'a document that it accepts',
  },
} as const;
