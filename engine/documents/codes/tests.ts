/** Findings about the `tests:` of a strategy. */
export const TEST_CODES = {
  E350: {
    severity: 'error',
    title: 'test speaks of something that is not there',
    explanation:
      'An expectation names a condition, an indicator or an exit that the strategy does not have, or a circuit breaker that risk.yaml does not have, so it could never be met. Conditions stand under `conditions:`, indicators under `indicators:`; an exit is the id of a rule under `exit.rules`, or a reason such as stop_loss; breakers stand under `circuit_breakers:` in risk.yaml. The help line lists what there is.',
    wrong:
      'conditions:\n  uptrend: close > ma\ntests:\n  - expect:\n      - at: 5\n        conditions:\n          uptrnd: true\n',
    right: 'expect:\n  - at: 5\n    conditions:\n      uptrend: true\n',
  },
  E351: {
    severity: 'error',
    title: 'expectation after the last bar',
    explanation:
      'Bars are numbered from 0, so a test with 20 bars has the bars 0 to 19. An expectation about a bar that never comes would never be looked at. Give the test more bars, or name an earlier one.',
    wrong: 'bars:\n  rows: [100, 101, 102]\nexpect:\n  - at: 3\n    position: long\n',
    right: 'bars:\n  rows: [100, 101, 102, 103]\nexpect:\n  - at: 3\n    position: long\n',
  },
  E352: {
    severity: 'error',
    title: 'bar that cannot be',
    explanation:
      'A bar is [open, high, low, close] or [open, high, low, close, volume]: prices are above 0, the high is the highest of them and the low the lowest, the volume is not below 0. The message names the bar by its number, from 0.',
    wrong: 'rows:\n  - [100, 99, 98, 101]     # the high lies below the close\n',
    right: 'rows:\n  - [100, 101, 98, 101]\n',
  },
  E353: {
    severity: 'error',
    title: 'symbol without bars in a test',
    explanation:
      'The bars of a test belong to the first symbol of the strategy, or to the symbols named under `bars.symbols`. At least one of them must be traded by the strategy, every other symbol that a rule reads (SPY.close) needs bars too, and an expectation can only be about a symbol that is traded in its test.',
    wrong: 'symbols: [AAPL]\ntests:\n  - bars:\n      symbols:\n        MSFT:\n          rows: [1, 2, 3]\n',
    right: 'symbols: [AAPL]\ntests:\n  - bars:\n      symbols:\n        AAPL:\n          rows: [1, 2, 3]\n',
  },
  E354: {
    severity: 'error',
    title: 'bars of a test cannot be read',
    explanation:
      'The CSV file of a test is looked for beside the strategy file. It needs a header and the columns of a bar, as for a backtest, and bars of the timeframe of the strategy, because an expectation counts them.',
    wrong: 'bars:\n  csv: cross.csv          # the file lies in examples/data\n',
    right: 'bars:\n  csv: ../examples/data/cross.csv\n',
  },
  E355: {
    severity: 'error',
    title: 'expectation not met',
    explanation:
      'The strategy did something else on these bars than its test says. Either the rule is wrong or the test is; the lines below the caret show what was expected and what was there, and the bar with its values.',
    wrong: '- at: 20\n  order: none        # but the rule bought\n',
    right: '- at: 20\n  order:\n    side: buy\n',
  },
  E356: {
    severity: 'error',
    title: 'two tests of one name',
    explanation:
      'Results are listed by the name of the test, and `--filter` chooses by it. Two tests of one strategy with the same name could not be told apart.',
    wrong: 'tests:\n  - name: buys\n  - name: buys\n',
    right: 'tests:\n  - name: buys the dip\n  - name: buys the rise\n',
  },
  E357: {
    severity: 'error',
    title: 'first day of a test cannot be',
    explanation:
      '`from:` is the day of the first bar of a test, written year-month-day. It must be a day that exists, in years whose sessions and holidays are known. A day on which the market is closed is moved to the next session.',
    wrong: 'from: 2024-02-30\n',
    right: 'from: 2024-02-28\n',
  },
} as const;
