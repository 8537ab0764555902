/** Findings of the checker's reasoning: each says something that is certain of every bar, or of the account it is told of. */
export const CHECKER_CODES = {
  W371: {
    severity: 'warning',
    title: 'part of a rule that never changes',
    explanation:
      'The rule as a whole can be true or false, but one comparison in it comes out the same on every bar: it never lets the rule through, or never holds it back. Usually a number was mistyped.',
    wrong: 'when: rsi(14) > 120 or close > open\n',
    right: 'when: rsi(14) > 70 or close > open\n',
  },
  W372: {
    severity: 'warning',
    title: 'part of a rule that adds nothing',
    explanation:
      'Whenever the other parts of the rule are true, this one is true as well, and it waits for nothing that they do not wait for: the rule means the same without it. It often stands where another number was meant.',
    wrong: 'when: rsi(14) < 30 and rsi(14) < 50\n',
    right: 'when: rsi(14) < 30\n',
  },
  W373: {
    severity: 'warning',
    title: 'flat_by at which no bar ends',
    explanation:
      'A strategy acts when one of its bars ends. A deadline in the middle of a bar is kept a bar early, or on bars finer than the strategy only after it has passed.',
    wrong: 'timeframe: 1h\nsession:\n  flat_by: 5m before close\n',
    right: 'timeframe: 5m\nsession:\n  flat_by: 5m before close\n',
  },
  W374: {
    severity: 'warning',
    title: 'opening range that ends inside a bar',
    explanation:
      'An opening range is made of whole bars. Bars follow the hours of the clock (09:30-10:00, 10:00-11:00 for 1h); when the range ends inside one, that bar is left out, and a range shorter than the first bar is never known.',
    wrong: 'timeframe: 1h\nentry:\n  long:\n    when: close > opening_high("15m")\n',
    right: 'timeframe: 15m\nentry:\n  long:\n    when: close > opening_high("15m")\n',
  },
  W380: {
    severity: 'warning',
    title: 'order that is refused outside regular hours',
    explanation:
      'Before 09:30 and after 16:00 Alpaca takes limit orders with time in force day or gtc, and no others. The simulation fills them all, a real account would refuse them.',
    wrong: 'session:\n  hours: extended\nentry:\n  long:\n    order:\n      type: market\n',
    right:
      'session:\n  hours: extended\nentry:\n  long:\n    order:\n      type: limit\n      limit_price: close\n      time_in_force: day\n',
  },
  W381: {
    severity: 'warning',
    title: 'time in force that does not go with the type of order',
    explanation:
      'Orders for an auction (opg, cls) and orders that fill at once or never (ioc, fok) are market or limit orders. A stop has to wait for its price, so it needs day or gtc.',
    wrong: 'order:\n  type: stop\n  stop_price: highest(high, 20)\n  time_in_force: ioc\n',
    right: 'order:\n  type: stop\n  stop_price: highest(high, 20)\n  time_in_force: day\n',
  },
  W382: {
    severity: 'warning',
    title: 'opening auction out of reach',
    explanation:
      'Alpaca refuses orders for the opening auction between 09:28 and 19:00 New York. A strategy on bars within the day decides when they end, which is always in between.',
    wrong: 'timeframe: 15m\nentry:\n  long:\n    order:\n      time_in_force: opg\n',
    right: 'timeframe: 15m\nentry:\n  long:\n    order:\n      time_in_force: day\n',
  },
  W383: {
    severity: 'warning',
    title: 'order that is refused for coins',
    explanation:
      'Alpaca takes market, limit and stop_limit orders for coins, with time in force gtc or ioc. Others are refused.',
    wrong: 'symbols: [BTC/USD]\nentry:\n  long:\n    order:\n      time_in_force: day\n',
    right: 'symbols: [BTC/USD]\nentry:\n  long:\n    order:\n      time_in_force: gtc\n',
  },
  W384: {
    severity: 'warning',
    title: 'price between two ticks',
    explanation:
      'Shares of a dollar and more trade in whole cents, cheaper ones in hundredths of a cent (SEC Rule 612). A broker refuses prices in between, so the engine sends the nearest one that exists.',
    wrong: 'limit_price: 101.005\n',
    right: 'limit_price: 101\n',
  },
  W385: {
    severity: 'warning',
    title: 'fractions of a share where the broker takes none',
    explanation:
      'Alpaca takes fractions of a share in market orders for the day, and never short. Fractions with a limit, a stop or a short side fill in the simulation and would be refused on a real account.',
    wrong: '# engine backtest --fractional\nentry:\n  long:\n    order:\n      type: limit\n',
    right: '# engine backtest --fractional\nentry:\n  long:\n    order:\n      type: market\n',
  },
  W386: {
    severity: 'warning',
    title: 'purses that add up to more than the account',
    explanation:
      'Each strategy sizes its entries by its own purse. Together the purses promise more cash than there is: whoever comes last is refused for want of cash.',
    wrong: 'capital: 80% of account   # in two files\n',
    right: 'capital: 50% of account   # in two files\n',
  },
  W387: {
    severity: 'warning',
    title: 'size of no whole share',
    explanation:
      'The dollars of the size do not buy one share at the prices at hand. Shares are bought whole unless the run allows fractions, so every entry comes to 0 shares and is refused.',
    wrong: 'size:\n  notional: 100   # of a share at 400 dollars\n',
    right: 'size:\n  notional: 1000\n',
  },
  W388: {
    severity: 'warning',
    title: 'limit that cuts every size',
    explanation:
      'With its whole purse the strategy asks for at least twice what a limit of risk.yaml lets through, so entries are not of the size that the file says. Mind that risk_pct divided by the distance of the stop is the part of the purse bought: 1 % at a stop of 2 % is half of it.',
    wrong: 'capital: 200000\nentry:\n  long:\n    size:\n      purse_pct: 100   # max_order_notional: 50000\n',
    right: 'capital: 200000\nentry:\n  long:\n    size:\n      purse_pct: 20\n',
  },
  W389: {
    severity: 'warning',
    title: 'warm-up longer than the history',
    explanation:
      'An indicator needs more bars than the data holds, so it is unknown on every one of them, and a rule that hangs on it neither enters nor leaves.',
    wrong: 'when: close > sma(day.close, 200)   # 60 days of bars\n',
    right: 'when: close > sma(day.close, 20)\n',
  },
  W390: {
    severity: 'warning',
    title: 'breaker that can never fire',
    explanation:
      'Going by the ranges of its measures, nothing can make the condition true: the account is not protected by it. Without short positions, an account cannot lose more than all of it.',
    wrong: 'when: drawdown_pct > 120\n',
    right: 'when: drawdown_pct > 20\n',
  },
  W391: {
    severity: 'warning',
    title: 'breaker that always fires',
    explanation:
      'Going by the ranges of its measures, the condition is true from the first moment on, so nothing is ever entered.',
    wrong: 'when: drawdown_pct >= 0\n',
    right: 'when: drawdown_pct > 20\n',
  },
  W392: {
    severity: 'warning',
    title: 'stop beyond the breaker',
    explanation:
      'A stopped entry costs more than the drawdown at which a breaker closes the strategy, so the breaker closes the position first, unless one bar falls through both. The stop is then not what ends a losing trade. The same is told of strategies that trade alike, differing in size alone, when their stops lose more of the account together than a breaker over the account allows; strategies that decide apart need not fall together, and nothing is said of them.',
    wrong: 'size:\n  risk_pct: 5   # breaker: drawdown_pct > 3, scope strategy, flatten\n',
    right: 'size:\n  risk_pct: 1\n',
  },
  W393: {
    severity: 'warning',
    title: 'a measure that is not kept at this scope',
    explanation:
      "The scope of a breaker says where its measures are taken and where it bites. Some measures are not kept everywhere: a symbol has no equity, so drawdown_pct, daily_loss_pct, losing_days and equity_volatility_pct are the account's or a strategy's, cash is the account's alone, and a purse is a strategy's. At another scope they read the whole account: such a breaker trips at every place at once.",
    wrong: 'when: drawdown_pct > 10\nscope: symbol\n',
    right: 'when: closed_profit_pct("1d") < -1\nscope: symbol\n',
  },
  W394: {
    severity: 'warning',
    title: 'a breaker that its own pause keeps tripped',
    explanation:
      'With `until: clear` a breaker lets go when its condition is false again. While it holds, no entry is made, so a condition that only trades can make false stays true: consecutive losses end with a winning trade, and none is opened. Letting go by time or by session starts the measure anew.',
    wrong: 'when: consecutive_losses >= 3\naction: pause_entries\nuntil: clear\n',
    right: 'when: consecutive_losses >= 3\naction: pause_entries\nuntil: 1d\n',
  },
  W395: {
    severity: 'warning',
    title: 'a rule that never makes a first entry',
    explanation:
      'While nothing is held, position.profit_pct, position.bars, position.entry_price and position.peak_profit_pct are unknown, position.side is flat and position.qty is 0; before the first exit bars_since_exit is infinite. An entry rule that asks for more than that is never true to begin with, so no position ever comes that it could ask about.',
    wrong: 'entry:\n  long:\n    when: close > open and position.profit_pct > 1\n',
    right: 'entry:\n  long:\n    when: close > open and bars_since_exit > 5\n',
  },
  W398: {
    severity: 'warning',
    title: 'ignore that matches nothing',
    explanation:
      'An `# engine-ignore` comment silences one code on its own line or the line below. Nothing there draws that code any more: take the comment out, so that it does not hide the next one.',
    wrong: 'timeframe: 1h   # engine-ignore W324: kept for later\n',
    right: 'timeframe: 1h\n',
  },
  W399: {
    severity: 'warning',
    title: 'ignore without a code or a reason',
    explanation:
      'An `# engine-ignore` comment names the code of a warning and says why it is meant. Errors cannot be ignored: what has one does not run.',
    wrong: 'spare: 20   # engine-ignore\n',
    right: 'spare: 20   # engine-ignore W324: a sweep sets it\n',
  },
} as const;
