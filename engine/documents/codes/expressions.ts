/** Findings inside an expression: its grammar (203-230), then its names, types, options and units. */
export const EXPRESSION_CODES = {
  E201: {
    severity: 'error',
    title: 'unknown name',
    explanation:
      'The name means nothing at this place. Names are the fields of a bar (`close`, `volume`), what stands under `params:`, `indicators:` and `conditions:` of the same file, other series (`day.close`, `SPY.close`) and the measures of position, session and account. Capital letters count. The help line lists what can be seen here; mend the spelling, or give the name a meaning under `indicators:`.',
    wrong: 'when: fast > slwo',
    right: 'when: fast > slow',
  },
  E202: {
    severity: 'error',
    title: 'unknown function',
    explanation:
      'No indicator and no function has this name. `engine indicators` lists all of them with their arguments. Names from other charting programs often differ by a few letters: the help line gives the nearest one.',
    wrong: 'when: rsii(14) < 30',
    right: 'when: rsi(14) < 30',
  },
  E203: {
    severity: 'error',
    title: 'empty expression',
    explanation:
      'An expression must say something: a condition such as `close > open`, or a number such as `sma(close, 20)`. If the rule is not wanted, take its key away as well.',
    wrong: 'when: ""',
    right: 'when: close > open',
  },
  E204: {
    severity: 'error',
    title: 'expression too long',
    explanation:
      'An expression may have 4,000 characters and a name 200. Long rules are easier to read, and to explain on every bar, when their parts have names under `indicators:` and `conditions:`.',
    wrong: 'when: close > open and close > open and ... (5,000 characters)',
    right: 'when: uptrend and healthy_market',
  },
  E205: {
    severity: 'error',
    title: 'expression too deep',
    explanation:
      'Parentheses, calls and choices may stand in one another 100 deep, and an expression may have 20,000 parts once the names in it are written out. Give the inner parts names, or make the names that it rests on simpler.',
    wrong: 'when: ((((( ... close > open ... )))))',
    right: 'when: close > open',
  },
  E206: {
    severity: 'error',
    title: 'unbalanced parenthesis',
    explanation: 'Every `(` needs its `)` and every `[` its `]`. The caret stands at the one that has no partner.',
    wrong: 'when: (close > open and rsi(14) < 30',
    right: 'when: (close > open) and rsi(14) < 30',
  },
  E207: {
    severity: 'error',
    title: 'not an expression',
    explanation:
      'At this place the language wants a value (a number, a name, a call or a parenthesis) or an operator, and something else stands there: two operators in a row, an end too early, or a character without meaning.',
    wrong: 'when: close > * open',
    right: 'when: close > open',
  },
  E208: {
    severity: 'error',
    title: 'missing comma',
    explanation: 'The arguments of a function are separated by commas. Without one, two values stand side by side.',
    wrong: 'ma: sma(close 20)',
    right: 'ma: sma(close, 20)',
  },
  E209: {
    severity: 'error',
    title: 'missing operator',
    explanation:
      'Two values stand side by side with nothing between them. Join conditions with `and` or `or`, numbers with arithmetic or a comparison; a product needs its `*`.',
    wrong: 'when: close > open volume > 1000',
    right: 'when: close > open and volume > 1000',
  },
  E210: {
    severity: 'error',
    title: 'not before a comparison',
    explanation:
      '`not` binds tighter than a comparison: `not rsi > 70` would be `(not rsi) > 70`, and `not` of a number means nothing. Put the comparison in parentheses.',
    wrong: 'when: not rsi(14) > 70',
    right: 'when: not (rsi(14) > 70)',
  },
  E211: {
    severity: 'error',
    title: 'chained comparison',
    explanation:
      'A comparison has two sides. A range is two comparisons joined with `and`, or `between(x, low, high)`.',
    wrong: 'when: 40 < rsi(14) < 60',
    right: 'when: between(rsi(14), 40, 60)',
  },
  E212: {
    severity: 'error',
    title: 'single equals sign',
    explanation:
      'A single `=` would set a value, and expressions only ask. To compare write `==`; to give a value a name put it under `indicators:`. Between computed numbers `==` is rarely true: prefer `>=` or `<=`.',
    wrong: 'when: position.bars = 5',
    right: 'when: position.bars == 5',
  },
  E213: {
    severity: 'error',
    title: 'symbol for a logical word',
    explanation:
      'Conditions are joined with the words `and`, `or` and `not`, not with the symbols of programming languages.',
    wrong: 'when: close > open && volume > 1000',
    right: 'when: close > open and volume > 1000',
  },
  E214: {
    severity: 'error',
    title: 'logical word in capitals',
    explanation:
      '`and`, `or` and `not` are written in small letters; in capitals they would be the symbols of companies.',
    wrong: 'when: close > open AND volume > 1000',
    right: 'when: close > open and volume > 1000',
  },
  E215: {
    severity: 'error',
    title: 'percent sign',
    explanation:
      'In an expression `%` is the remainder of a division. Where a percentage is wanted a plain number means percent: `position.profit_pct > 5` is 5 %. As a factor, write 30 % as `0.3`.',
    wrong: 'when: position.profit_pct > 5%',
    right: 'when: position.profit_pct > 5',
  },
  E216: {
    severity: 'error',
    title: 'grouped digits',
    explanation:
      'A number is written without separators: a comma would begin the next argument, and an underscore is part of a name.',
    wrong: 'when: volume > 1_000_000',
    right: 'when: volume > 1000000',
  },
  E217: {
    severity: 'error',
    title: 'malformed number',
    explanation:
      'A number has digits, perhaps one decimal point with digits on both sides, and perhaps an exponent: `20`, `0.5`, `1e6`. Letters after a number are not a factor: write `2 * close`, and write thousands and millions out.',
    wrong: 'when: close > .5',
    right: 'when: close > 0.5',
  },
  E218: {
    severity: 'error',
    title: 'duration without quotes',
    explanation:
      'Indicators count bars: `sma(close, 10)` is ten bars of the timeframe. Functions that ask for a length of time want it in quotes: `opening_high("30m")`.',
    wrong: 'when: close > opening_high(30m)',
    right: 'when: close > opening_high("30m")',
  },
  E219: {
    severity: 'error',
    title: 'number too large',
    explanation:
      'The number is larger than any that a computer holds exactly or nearly; it is surely a slip of the keyboard.',
    wrong: 'when: volume > 1e999',
    right: 'when: volume > 1e9',
  },
  E220: {
    severity: 'error',
    title: 'bars ago after something without a name',
    explanation:
      '`[n]` follows a name: `close[1]`, `ma[1]`, `bands.upper[2]`. The past of anything else is `prev(expression, n)`, or give the expression a name under `indicators:`.',
    wrong: 'when: sma(close, 20)[1] < close',
    right: 'when: prev(sma(close, 20), 1) < close',
  },
  E221: {
    severity: 'error',
    title: 'output of a call',
    explanation:
      'An output is chosen by the name of an indicator: give the call a name under `indicators:` and write `name.output`.',
    wrong: 'when: close > bbands(close, 20, 2).upper',
    right: 'indicators:\n  bands: bbands(close, 20, 2)\n...\nwhen: close > bands.upper',
  },
  E222: {
    severity: 'error',
    title: 'bars ago not a whole number',
    explanation:
      'Between the brackets stands a whole number, 1 or more: how many bars back. The future cannot be read, half bars do not exist, and the number must be written out.',
    wrong: 'when: close > close[-1]',
    right: 'when: close > close[1]',
  },
  W223: {
    severity: 'warning',
    title: 'zero bars ago',
    explanation: '`name[0]` is the value of this bar, as the name alone. If the bar before was meant, it is `name[1]`.',
    wrong: 'when: close[0] > open',
    right: 'when: close > open',
  },
  E224: {
    severity: 'error',
    title: 'more than one expression',
    explanation:
      'An expression is one value; a semicolon would begin a second. Give each part its own line under `indicators:` or `conditions:`, or join conditions with `and`.',
    wrong: 'when: close > open; volume > 1000',
    right: 'when: close > open and volume > 1000',
  },
  E225: {
    severity: 'error',
    title: 'function definition',
    explanation:
      'Functions cannot be defined in an expression. Give the expression a name under `indicators:` or `conditions:`, with its numbers under `params:`.',
    wrong: 'when: f(x) = x * 2',
    right: 'indicators:\n  doubled: close * 2',
  },
  E226: {
    severity: 'error',
    title: 'list or object',
    explanation:
      'Expressions hold numbers and conditions, no lists and no objects. Several alternatives are joined with `or`.',
    wrong: 'when: weekday in ["mon", "tue"]',
    right: 'when: weekday == "mon" or weekday == "tue"',
  },
  E227: {
    severity: 'error',
    title: 'comparison written otherwise',
    explanation: 'The comparisons are `>`, `<`, `>=`, `<=`, `==` and `!=`, in plain characters and in this order.',
    wrong: 'when: rsi(14) => 70',
    right: 'when: rsi(14) >= 70',
  },
  E228: {
    severity: 'error',
    title: 'typographic character',
    explanation:
      'A word processor, a chat or a web page put a typographic character in the place of the plain one: curly quotes, a long minus, a cross for times, a special space. They look alike and mean nothing here.',
    wrong: 'when: close − open > 1',
    right: 'when: close - open > 1',
  },
  E229: {
    severity: 'error',
    title: 'word that is no operator',
    explanation:
      'The words between values are `and`, `or` and `not`; all else is a sign or a function: `==` for "is", `>` for "above", `crosses_above(a, b)` for "crosses above".',
    wrong: 'when: close crosses_above ma',
    right: 'when: crosses_above(close, ma)',
  },
  E230: {
    severity: 'error',
    title: 'chance',
    explanation:
      'A rule must give the same decision for the same bars, in a backtest and live; there is no random number.',
    wrong: 'when: random() > 0.5',
    right: 'when: rsi(14) < 30',
  },
  E231: {
    severity: 'error',
    title: 'wrong number of arguments',
    explanation:
      'The function wants another number of arguments. Inputs come first, then options; where the bar says what the inputs are they may be left out: `rsi(14)` is `rsi(close, 14)`, `atr(14)` takes high, low and close.',
    wrong: 'when: close > sma(close, 20, 5)',
    right: 'when: close > sma(close, 20)',
  },
  E232: {
    severity: 'error',
    title: 'option out of bounds',
    explanation:
      'The option of the indicator must lie within its bounds and, if it counts bars, be whole. `engine indicators NAME` prints them.',
    wrong: 'ma: sma(close, 0)',
    right: 'ma: sma(close, 20)',
  },
  E233: {
    severity: 'error',
    title: 'option not known beforehand',
    explanation:
      'An option of an indicator is fixed when the file is loaded: a number, a parameter, or arithmetic of them. It cannot change from bar to bar, because the indicator remembers bars by it.',
    wrong: 'ma: sma(close, atr(14))',
    right: 'ma: sma(close, length)',
  },
  E234: {
    severity: 'error',
    title: 'options contradict each other',
    explanation:
      'Each option lies within its bounds, but not all together, for instance a fast average that is slower than the slow one.',
    wrong: 'm: macd(close, 26, 12, 9)',
    right: 'm: macd(close, 12, 26, 9)',
  },
  E235: {
    severity: 'error',
    title: 'number where a condition is wanted',
    explanation: 'A rule asks a question that is true or false; a number alone is neither. Compare it with something.',
    wrong: 'when: rsi(14)',
    right: 'when: rsi(14) < 30',
  },
  E236: {
    severity: 'error',
    title: 'condition where a number is wanted',
    explanation:
      'A condition is true or false and cannot be added, compared or averaged. Conditions are joined with `and`, `or`, `not`; `condition ? 1 : 0` makes a number of one.',
    wrong: 'when: (close > open) + 1 > 1',
    right: 'when: close > open',
  },
  E237: {
    severity: 'error',
    title: 'text where none is wanted',
    explanation:
      'Text in quotes stands only beside `time`, `weekday` and `position.side`, and in functions that ask for a length of time. Numbers are written without quotes.',
    wrong: 'when: rsi(14) < "30"',
    right: 'when: rsi(14) < 30',
  },
  E238: {
    severity: 'error',
    title: 'text without meaning',
    explanation:
      'The text is none that this measure or function knows: times are written `"10:30"`, days `"mon"` to `"sun"`, sides `"long"`, `"short"`, `"flat"`, lengths of time `"30m"` or `"2h"`.',
    wrong: 'when: weekday == "monn"',
    right: 'when: weekday == "mon"',
  },
  E239: {
    severity: 'error',
    title: 'text wanted',
    explanation:
      'This measure or function is written with text in quotes: `time >= "10:30"`, `weekday == "mon"`, `opening_high("30m")`.',
    wrong: 'when: time >= 10:30',
    right: 'when: time >= "10:30"',
  },
  E240: {
    severity: 'error',
    title: 'call of a value',
    explanation: 'Only functions take arguments; this is a value. Its past is `name[1]`.',
    wrong: 'when: close(1) > open',
    right: 'when: close[1] > open',
  },
  E241: {
    severity: 'error',
    title: 'function without arguments',
    explanation: 'A function needs its parentheses, and usually arguments.',
    wrong: 'when: rsi < 30',
    right: 'when: rsi(14) < 30',
  },
  E242: {
    severity: 'error',
    title: 'one of several values',
    explanation:
      'The indicator gives several values at once, and one is wanted. Give it a name under `indicators:` and choose with a point.',
    wrong: 'when: close > bbands(close, 20, 2)',
    right: 'indicators:\n  bands: bbands(close, 20, 2)\n...\nwhen: close > bands.upper',
  },
  E243: {
    severity: 'error',
    title: 'unknown output',
    explanation: 'The part after the point is none that the name before it has. The help line lists what there is.',
    wrong: 'when: close > bands.uper',
    right: 'when: close > bands.upper',
  },
  E244: {
    severity: 'error',
    title: 'rolling function meant',
    explanation:
      '`max(a, b)` and `min(a, b)` are of two numbers on one bar. The highest and lowest over many bars are `highest(x, n)` and `lowest(x, n)`.',
    wrong: 'when: close >= max(close, 20)',
    right: 'when: close >= highest(close, 20)',
  },
  E245: {
    severity: 'error',
    title: 'division by zero',
    explanation: 'The divisor is always 0, so the result is never known and the rule never acts.',
    wrong: 'when: close / 0 > 1',
    right: 'when: close / open > 1',
  },
  E246: {
    severity: 'error',
    title: 'whole series',
    explanation:
      'A series such as `day` or `SPY` has several fields; a number is one of them. An indicator may take a whole series as its source: `atr(day, 14)`. Where no bars are at hand, as in `risk.yaml`, indicators cannot be used.',
    wrong: 'when: close > day',
    right: 'when: close > day.open',
  },
  E247: {
    severity: 'error',
    title: 'text not closed',
    explanation: 'A text begins and ends with the same quote, on one line, without backslashes.',
    wrong: 'when: time >= "10:30',
    right: 'when: time >= "10:30"',
  },
  E248: {
    severity: 'error',
    title: 'ambiguous expression',
    explanation:
      'Two independent readers see every expression, and they disagree on this one. Put parentheses around its parts until it says one thing only.',
    wrong: '(none is known)',
    right: 'when: (a > b) and (c > d)',
  },
  W249: {
    severity: 'warning',
    title: 'different units',
    explanation:
      'The two sides measure different things: an index that runs from 0 to 100, a price in dollars, a volume in shares. Comparing or adding them is allowed and nearly always a slip.',
    wrong: 'when: rsi(14) > close',
    right: 'when: rsi(14) > 50 and close > open',
  },
  E250: {
    severity: 'error',
    title: 'order where there is none',
    explanation: 'Sides have no order: long is not more than short. Compare them with `==` or `!=`.',
    wrong: 'when: position.side > "flat"',
    right: 'when: position.side != "flat"',
  },
} as const;
