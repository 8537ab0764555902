/** Findings about what a document asks for: every word is known, but together they cannot be meant. */
export const MEANING_CODES = {
  E301: {
    severity: 'error',
    title: 'names that define each other',
    explanation:
      'An indicator or condition is defined through itself, directly or through other names, so it has no value to start from. Define one of the names in the circle from the bar alone.',
    wrong: 'indicators:\n  a: sma(b, 10)\n  b: sma(a, 20)\n',
    right: 'indicators:\n  a: sma(close, 10)\n  b: sma(a, 20)\n',
  },
  E302: {
    severity: 'error',
    title: 'name already taken',
    explanation:
      'A parameter, indicator or condition has the name of another one in the same file, or of something the language knows already (close, volume, equity, ...). A rule could not tell them apart.',
    wrong: 'indicators:\n  close: sma(close, 10)\n',
    right: 'indicators:\n  smooth_close: sma(close, 10)\n',
  },
  E305: {
    severity: 'error',
    title: 'crypto cannot be sold short',
    explanation: 'Coins can be bought and sold again, not borrowed. Short entries are for shares.',
    wrong: 'symbols: [BTC/USD]\nentry:\n  short:\n    when: rsi(14) > 70\n    size:\n      notional: 1000\n',
    right: 'symbols: [BTC/USD]\nentry:\n  long:\n    when: rsi(14) < 30\n    size:\n      notional: 1000\n',
  },
  // E309 is retired: list files, which it refused, are read.
  E310: {
    severity: 'error',
    title: 'risk_pct without a stop',
    explanation:
      '`risk_pct: 1` buys so many shares that the stop loses 1 % of the purse. Without a stop_loss that number cannot be computed.',
    wrong: 'size:\n  risk_pct: 1\nexit:\n  when: rsi(14) > 70\n',
    right: 'size:\n  risk_pct: 1\nexit:\n  when: rsi(14) > 70\n  stop_loss:\n    pct: 2\n',
  },
  E312: {
    severity: 'error',
    title: 'flat_by finer than the bars',
    explanation:
      'A position can be closed at the open of a bar that lies before the deadline. With daily bars there is none inside the session.',
    wrong: 'timeframe: 1d\nsession:\n  flat_by: 5m before close\n',
    right: 'timeframe: 15m\nsession:\n  flat_by: 15m before close\n',
  },
  E313: {
    severity: 'error',
    title: 'entry window that never opens',
    explanation:
      'With daily or weekly bars every entry fills at the open of the next session; a window that shuts the open out lets no entry through.',
    wrong: 'timeframe: 1d\nsession:\n  entries_from: 15m after open\n',
    right: 'timeframe: 1h\nsession:\n  entries_from: 15m after open\n',
  },
  E314: {
    severity: 'error',
    title: 'exit for a side that is never entered',
    explanation: 'exit.long leaves positions of entry.long, exit.short those of entry.short.',
    wrong: 'entry:\n  long: ...\nexit:\n  short: ...\n',
    right: 'entry:\n  long: ...\nexit:\n  long: ...\n',
  },
  E315: {
    severity: 'error',
    title: 'side without an exit',
    explanation: 'As soon as exit.long or exit.short is written, each side that is entered needs its own.',
    wrong: 'entry:\n  long: ...\n  short: ...\nexit:\n  long: ...\n',
    right: 'entry:\n  long: ...\n  short: ...\nexit:\n  long: ...\n  short: ...\n',
  },
  E316: {
    severity: 'error',
    title: 'one exit for two sides',
    explanation:
      'What closes a long position rarely should close a short one. With both sides in one file, write exit.long and exit.short.',
    wrong: 'entry:\n  long: ...\n  short: ...\nexit:\n  when: rsi(14) > 70\n',
    right: 'exit:\n  long:\n    when: rsi(14) > 70\n  short:\n    when: rsi(14) < 30\n',
  },
  E317: {
    severity: 'error',
    title: 'portions above 100 %',
    explanation:
      'The portions of a take-profit ladder are percents of the whole position; together they cannot be more than 100.',
    wrong: 'take_profit:\n  - pct: 3\n    portion: 60\n  - pct: 6\n    portion: 60\n',
    right: 'take_profit:\n  - pct: 3\n    portion: 50\n  - pct: 6\n    portion: 50\n',
  },
  W318: {
    severity: 'warning',
    title: 'position that is never left',
    explanation:
      'Nothing in the file closes a position once it is open. That may be meant (buy and hold); usually an exit was forgotten.',
    wrong: 'exit: {}\n',
    right: 'exit:\n  when: crosses_below(close, sma(close, 20))\n',
  },
  E319: {
    severity: 'error',
    title: 'exit rule id used twice',
    explanation: 'Trades and explanations name the exit rule by its id, so each needs its own.',
    wrong: 'rules:\n  - id: leave\n    when: rsi(14) > 70\n  - id: leave\n    when: close < open\n',
    right: 'rules:\n  - id: overbought\n    when: rsi(14) > 70\n  - id: red_bar\n    when: close < open\n',
  },
  E321: {
    severity: 'error',
    title: 'length of the average true range',
    explanation:
      'The length of the average true range is a whole number of bars that is known when the file is loaded: a number or a parameter.',
    wrong: 'stop_loss:\n  atr:\n    length: 0\n    multiple: 2\n',
    right: 'stop_loss:\n  atr:\n    length: 14\n    multiple: 2\n',
  },
  E322: {
    severity: 'error',
    title: 'finer timeframe than the strategy',
    explanation:
      "A rule can read bars of the strategy's own size or longer ones (day.close in an hourly strategy). Shorter ones are over several times before a decision; only the last would be seen.",
    wrong: 'timeframe: 1h\nindicators:\n  fast: ema(m5.close, 20)\n',
    right: 'timeframe: 5m\nindicators:\n  fast: ema(close, 20)\n',
  },
  E323: {
    severity: 'error',
    title: 'parameter outside its range',
    explanation:
      'A parameter with min and max must lie between them, and min below max: edits and sweeps keep to the same bounds.',
    wrong: 'params:\n  length:\n    value: 5\n    min: 10\n    max: 50\n',
    right: 'params:\n  length:\n    value: 20\n    min: 10\n    max: 50\n',
  },
  W324: {
    severity: 'warning',
    title: 'name that is never used',
    explanation:
      'A parameter, indicator or condition that no rule reads costs nothing, but it often means that a rule forgot it.',
    wrong: 'conditions:\n  uptrend: close > sma(close, 200)\nentry:\n  long:\n    when: rsi(14) < 30\n',
    right: 'conditions:\n  uptrend: close > sma(close, 200)\nentry:\n  long:\n    when: uptrend and rsi(14) < 30\n',
  },
  E325: {
    severity: 'error',
    title: 'breaker id used twice',
    explanation: 'A circuit breaker is tripped, shown and reset by its id, so each needs its own.',
    wrong: 'circuit_breakers:\n  - id: loss\n  - id: loss\n',
    right: 'circuit_breakers:\n  - id: daily_loss\n  - id: max_drawdown\n',
  },
  E326: {
    severity: 'error',
    title: 'strategy id used twice',
    explanation:
      'Positions, orders and reports belong to a strategy by its id; two files with one id would share them.',
    wrong: 'id: my_rsi   # in two files\n',
    right: 'id: my_rsi_fast\n',
  },
  E328: {
    severity: 'error',
    title: 'amount outside its bounds',
    explanation:
      'A size, a stop or a target must be above zero, and a share of the purse at most 100 %. What a literal number must keep to, a parameter must keep to as well.',
    wrong: 'params:\n  stop: -1\nexit:\n  stop_loss:\n    pct: stop\n',
    right: 'params:\n  stop: 2\nexit:\n  stop_loss:\n    pct: stop\n',
  },
  E329: {
    severity: 'error',
    title: 'nothing to run',
    explanation:
      'Every strategy has `enabled: false`, or only risk.yaml was named. A run without a strategy would show figures of nothing.',
    wrong: 'enabled: false   # in every file\n',
    right: 'enabled: true\n',
  },
  W330: {
    severity: 'warning',
    title: 'rule that can never be true',
    explanation:
      'Going by the ranges of its parts (an RSI lies between 0 and 100, a low is never above its high), no bar can make the rule true. An entry like this never enters, an exit never leaves.',
    wrong: 'when: rsi(14) < 30 and rsi(14) > 70\n',
    right: 'when: rsi(14) < 30 or rsi(14) > 70\n',
  },
  W331: {
    severity: 'warning',
    title: 'rule that is always true',
    explanation:
      'Going by the ranges of its parts, every bar makes the rule true. As an entry it says nothing; as an exit it leaves at once.',
    wrong: 'when: rsi(14) >= 0\n',
    right: 'when: rsi(14) >= 50\n',
  },
  E332: {
    severity: 'error',
    title: 'word about the session on daily bars',
    explanation:
      'Opening ranges, the time of day and minutes since the open change while a session runs. A daily or weekly bar is over when the session is, so the word would never tell anything.',
    wrong: 'timeframe: 1d\nentry:\n  long:\n    when: close > opening_high("30m")\n',
    right: 'timeframe: 15m\nentry:\n  long:\n    when: close > opening_high("30m")\n',
  },
  W333: {
    severity: 'warning',
    title: 'entry that is its own exit',
    explanation:
      'Every bar that makes the entry true makes an exit true as well, be it the same rule or a wider one: the position is left as soon as it is open, and only the costs remain.',
    wrong: 'entry:\n  long:\n    when: close > open\nexit:\n  when: close > open\n',
    right: 'entry:\n  long:\n    when: close > open\nexit:\n  when: close < open\n',
  },
  E340: {
    severity: 'error',
    title: 'renamed from an id that is taken',
    explanation:
      'renamed_from says under which id the position, the history or a trip was kept before, so that they go on under the new one. An id that is still there keeps its own, and two cannot take over the same.',
    wrong: 'id: trend\nrenamed_from: trend\n',
    right: 'id: trend\nrenamed_from: moving_average   # and no strategy of that id is left\n',
  },
  E362: {
    severity: 'error',
    title: 'shadow of nothing',
    explanation:
      'shadow_of names the strategy that a shadow is compared with in reports. That one has to be there and to trade, and the strategy that says so has to be a shadow.',
    wrong: 'id: rsi_fast\nshadow: true\nshadow_of: rsl\n',
    right: 'id: rsi_fast\nshadow: true\nshadow_of: rsi   # a strategy of these rules that trades\n',
  },
  E360: {
    severity: 'error',
    title: 'breaker that looks back over bars',
    explanation:
      'A circuit breaker reads measures as they are at that moment. Functions that remember bars (rising, highest, sma and the like) are for strategies; lengths of time are asked for by the measures themselves: stop_outs("1d"), closed_profit_pct("2h").',
    wrong: 'when: rising(equity, 5)\n',
    right: 'when: losing_days >= 3\n',
  },
  W361: {
    severity: 'warning',
    title: 'short entry that no limit lets through',
    explanation:
      'risk.yaml allows no short selling (`allow_short: false`, which is also what it means when the key is left out), so every short entry will be refused.',
    wrong: 'limits:\n  allow_short: false   # and a strategy with entry.short\n',
    right: 'limits:\n  allow_short: true\n',
  },
  W327: {
    severity: 'warning',
    title: 'two strategies with opposite sides on one symbol',
    explanation:
      'A broker keeps one position per symbol: a long of one strategy and a short of another cancel out, and the short order may be refused while the long is open.',
    wrong: 'symbols: [AAPL]   # entry.long here, entry.short in another file\n',
    right: 'symbols: [MSFT]\n',
  },
} as const;
