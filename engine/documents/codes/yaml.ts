/** Findings about files and their YAML, before anything is known of strategies. */
export const YAML_CODES = {
  E001: {
    severity: 'error',
    title: 'file cannot be read',
    explanation:
      'The file is not there, or the system does not let the engine read it. Look for a typing mistake in the path, and at the rights of the file.',
    wrong: 'engine validate strategies.d/moving_avrage.yaml',
    right: 'engine validate strategies.d/moving_average.yaml',
  },
  E002: {
    severity: 'error',
    title: 'file too large',
    explanation:
      'A strategy is a few dozen lines; a file of hundreds of kilobytes is something else under the wrong name. Long lists of symbols belong in a list file (`symbols: universe.txt`), bars in CSV files.',
    wrong: 'strategies.d/bars.yaml   (300 kB of prices)',
    right: 'data/AAPL.csv',
  },
  E003: {
    severity: 'error',
    title: 'not UTF-8 text',
    explanation:
      'The file holds bytes that are not UTF-8: it was saved in another encoding (UTF-16, Latin-1), or it is no text at all. Save it again as UTF-8; every editor can.',
    wrong: 'caf\\xe9   (Latin-1)',
    right: 'café   (UTF-8)',
  },
  E004: {
    severity: 'error',
    title: 'control character',
    explanation:
      'The text holds a character that cannot be seen, such as a NUL byte or an old line ending. It comes from a broken copy or a damaged disk. Delete it, or type the line again.',
    wrong: 'id: a\\u0000b',
    right: 'id: ab',
  },
  E005: {
    severity: 'error',
    title: 'empty file',
    explanation:
      'The file holds nothing, or only comments. Write a strategy into it (`engine new NAME` gives a start), or delete it. To keep a strategy without running it, write `enabled: false`.',
    wrong: '# id: moving_average\n# symbols: [AAPL]',
    right: 'id: moving_average\nenabled: false',
  },
  E006: {
    severity: 'error',
    title: 'several documents in one file',
    explanation:
      'A line of three dashes begins a second document. One file is one strategy: put the second into a file of its own.',
    wrong: 'id: first\n---\nid: second',
    right: 'id: first',
  },
  E007: {
    severity: 'error',
    title: 'file is not a map of keys',
    explanation: 'A strategy, and risk.yaml, are made of `key: value` lines. This file is a single text or a list.',
    wrong: '- AAPL\n- MSFT',
    right: 'symbols:\n  - AAPL\n  - MSFT',
  },
  E008: {
    severity: 'error',
    title: 'nothing matched',
    explanation:
      'There is no file to check where the engine looked. It looks for `strategies.d/*.yaml` in the workspace: go to the folder that holds `strategies.d`, or name it with `--workspace DIR`.',
    wrong: 'cd / && engine validate',
    right: 'engine validate --workspace ~/trading',
  },
  E009: {
    severity: 'error',
    title: 'not a plain file of this folder',
    explanation:
      'What stands under this name is a folder, a device, or a link that leads out of the folder. The engine reads plain files only, so that what it checks is what it runs.',
    wrong: 'strategies.d/a.yaml -> /etc/passwd',
    right: 'strategies.d/a.yaml -> _base.yaml',
  },
  E010: {
    severity: 'error',
    title: 'key written twice',
    explanation:
      'A key may stand once in its block. YAML readers keep the last one without a word, so the first would be lost. Delete one of the two.',
    wrong: 'timeframe: 1h\ntimeframe: 1d',
    right: 'timeframe: 1d',
  },
  E011: {
    severity: 'error',
    title: 'tab as indentation',
    explanation:
      'YAML counts spaces to know what belongs to what, and a tab has no fixed width. Use two spaces for each level; most editors can do it when Tab is pressed.',
    wrong: 'exit:\n\ttime_stop: 5 bars',
    right: 'exit:\n  time_stop: 5 bars',
  },
  E012: {
    severity: 'error',
    title: 'indentation that fits nothing',
    explanation:
      'Lines of one level must begin in the same column. This line begins between two levels, or is indented below a line that already has its value.',
    wrong: 'exit:\n  time_stop: 5 bars\n on_remove: flatten',
    right: 'exit:\n  time_stop: 5 bars\n  on_remove: flatten',
  },
  E013: {
    severity: 'error',
    title: 'space missing after a colon',
    explanation: 'YAML sees a key only where a space follows the colon; without it, `timeframe:1h` is one long word.',
    wrong: 'timeframe:1h',
    right: 'timeframe: 1h',
  },
  E014: {
    severity: 'error',
    title: 'colon missing after a key',
    explanation: 'A word stands alone where a key should be. Put a colon after it.',
    wrong: 'exit\n  time_stop: 5 bars',
    right: 'exit:\n  time_stop: 5 bars',
  },
  E015: {
    severity: 'error',
    title: 'quote never closed',
    explanation:
      'A value begins with a quote that has no partner, so everything below would be part of the text. Close the quote, or take it away: most values need none.',
    wrong: 'description: "Buys dips',
    right: 'description: Buys dips',
  },
  E016: {
    severity: 'error',
    title: 'bracket never closed',
    explanation:
      'A `[` or `{` has no partner. Close it, or write the items below each other with a dash, which needs no brackets.',
    wrong: 'symbols: [AAPL, MSFT',
    right: 'symbols: [AAPL, MSFT]',
  },
  E017: {
    severity: 'error',
    title: 'bracket closes nothing',
    explanation: 'A `]` or `}` stands here without one that opens. Add the opening one, or take this one away.',
    wrong: 'symbols: AAPL, MSFT]',
    right: 'symbols: [AAPL, MSFT]',
  },
  E018: {
    severity: 'error',
    title: 'text after a closing quote',
    explanation:
      'When a value begins with a quote, it ends with the closing one. Put the whole value in quotes of the other kind.',
    wrong: 'when: "10:30" < time',
    right: 'when: \'"10:30" < time\'',
  },
  E019: {
    severity: 'error',
    title: 'unknown escape',
    explanation:
      'Between double quotes a backslash begins an escape (`\\n`, `\\"`), and this one means nothing. Use single quotes, which leave backslashes alone.',
    wrong: 'description: "data\\daily"',
    right: "description: 'data\\daily'",
  },
  E020: {
    severity: 'error',
    title: 'colon inside a value',
    explanation:
      'A colon with a space after it makes a key, even in the middle of a line: `x > 1 ? 2 : 3` and `Note: this` are cut there. Put the value in quotes.',
    wrong: 'description: Buys: when price is low',
    right: "description: 'Buys: when price is low'",
  },
  E021: {
    severity: 'error',
    title: 'call cut at its comma',
    explanation:
      'Inside `{ }` and `[ ]` a comma separates items, also the comma of a call: `[ema(close, 50)]` becomes the two items `ema(close` and `50)`. Write the items below each other with dashes, or put the call in quotes.',
    wrong: 'all: [close > ema(close, 50)]',
    right: 'all:\n  - close > ema(close, 50)',
  },
  E022: {
    severity: 'error',
    title: 'value cut by #',
    explanation:
      'A `#` after a space begins a comment: what follows is not read, and what is left here is half an expression. Take the `#` away, or finish the expression before it.',
    wrong: 'when: close > #5',
    right: 'when: close > 5',
  },
  E023: {
    severity: 'error',
    title: 'value begins with > or |',
    explanation:
      'At the start of a value, `>` and `|` begin a block of text in YAML. An expression needs something on the left of the sign anyway: say what is compared. Instead of `||` write `or`.',
    wrong: 'when: > 5',
    right: 'when: close > 5',
  },
  E024: {
    severity: 'error',
    title: 'value begins with *',
    explanation: 'At the start of a value, `*` is a YAML alias. Begin the expression with what is multiplied.',
    wrong: 'limit_price: * 0.99',
    right: 'limit_price: close * 0.99',
  },
  E025: {
    severity: 'error',
    title: 'value begins with &',
    explanation:
      'At the start of a value, `&` names an anchor in YAML. Between conditions write `and`, or put each on a line of its own under `all:`.',
    wrong: 'when: && close > ma',
    right: 'when: open > ma and close > ma',
  },
  E026: {
    severity: 'error',
    title: 'value begins with !',
    explanation: 'At the start of a value, `!` is a YAML tag. In conditions the word is `not`.',
    wrong: 'when: !uptrend',
    right: 'when: not uptrend',
  },
  E027: {
    severity: 'error',
    title: 'value begins with a reserved sign',
    explanation:
      'YAML keeps `@`, the backtick and `%` for itself at the start of a value. Take the sign away, or put the text in quotes.',
    wrong: 'description: @daily',
    right: "description: '@daily'",
  },
  E028: {
    severity: 'error',
    title: 'unknown alias',
    explanation:
      'A value such as `*base` repeats what was named `&base` further up, and nothing was. Write the value itself, or use a name under `params:`.',
    wrong: 'capital: *purse',
    right: 'capital: 20000',
  },
  E029: {
    severity: 'error',
    title: 'alias without end',
    explanation:
      'An alias repeats itself, or so many others that the file would unfold into thousands of values. Write the values out.',
    wrong: 'all: &all\n  - *all',
    right: 'all:\n  - close > open',
  },
  E030: {
    severity: 'error',
    title: 'tag',
    explanation:
      'Tags (`!!str`, `!!float`) are YAML for programmers. Here the schema knows what each key wants: leave the tag out.',
    wrong: 'capital: !!int 20000',
    right: 'capital: 20000',
  },
  E031: {
    severity: 'error',
    title: 'merge key',
    explanation:
      '`<<:` is an old YAML extension that merges another block. Use `extends: _base.yaml` to share keys between files, or write them out.',
    wrong: '<<: *defaults',
    right: 'extends: _base.yaml',
  },
  E032: {
    severity: 'error',
    title: 'nested too deep',
    explanation:
      'No rule needs forty levels: this is a slip of the editor or a program. Name the inner parts under `conditions:` and use the names.',
    wrong: 'when: [[[[[[[[[[[[…',
    right: 'when: uptrend',
  },
  E033: {
    severity: 'error',
    title: 'forbidden name',
    explanation:
      '`__proto__`, `constructor` and `prototype` have a meaning inside JavaScript programs and cannot be names here. Choose another name.',
    wrong: 'params:\n  constructor: 1',
    right: 'params:\n  builder: 1',
  },
  E034: {
    severity: 'error',
    title: 'key that is no word',
    explanation: 'A key must be a word. Here a list, a map or nothing stands before the colon.',
    wrong: '[long]: 1',
    right: 'long: 1',
  },
  E035: {
    severity: 'error',
    title: 'expression read as a key',
    explanation:
      'This line holds a colon, and YAML takes what stands before it for a key. Put the whole expression in quotes.',
    wrong: '- close > (rising(close, 3) ? high : low)',
    right: "- 'close > (rising(close, 3) ? high : low)'",
  },
  E036: {
    severity: 'error',
    title: 'number that is not written in tens',
    explanation:
      'A number beginning with `0x`, `0o` or a needless zero is read differently by different programs (`010` is 8 for some, 10 for others). Write it plainly.',
    wrong: 'entries_per_session: 010',
    right: 'entries_per_session: 10',
  },
  E037: {
    severity: 'error',
    title: 'number without size',
    explanation:
      'Infinity, NaN, or a number too large to be held. Write a real one; to leave a limit out, leave its key out.',
    wrong: 'max_order_notional: .inf',
    right: 'max_order_notional: 50000',
  },
  E038: {
    severity: 'error',
    title: 'list items among keys',
    explanation:
      'A block holds either `key: value` lines or `- item` lines, not both. Indent the items below the key that they belong to.',
    wrong: 'symbols: [AAPL]\n- MSFT',
    right: 'symbols:\n  - AAPL\n  - MSFT',
  },
  E039: {
    severity: 'error',
    title: 'space missing after a dash',
    explanation:
      'A list item begins with a dash and a space; without the space the dash is a minus sign, and all lines run into one text.',
    wrong: 'all:\n  -uptrend\n  -close > ma',
    right: 'all:\n  - uptrend\n  - close > ma',
  },
  E040: {
    severity: 'error',
    title: 'two dashes',
    explanation: 'Two dashes make a list inside a list, and no key takes that. One dash is one item.',
    wrong: 'all:\n  - - uptrend',
    right: 'all:\n  - uptrend',
  },
  E041: {
    severity: 'error',
    title: 'directive',
    explanation: 'A line that begins with `%` speaks to the YAML parser. It is not needed; comments begin with `#`.',
    wrong: '%YAML 1.1\n---\nid: a',
    right: 'id: a',
  },
  E042: {
    severity: 'error',
    title: 'extended file is missing',
    explanation:
      '`extends:` names a file, relative to the one that says so, in the same strategies folder. There is none under this name.',
    wrong: 'extends: _bsae.yaml',
    right: 'extends: _base.yaml',
  },
  E043: {
    severity: 'error',
    title: 'files extend each other in a circle',
    explanation: 'Following `extends:` comes back to where it began, so no file would be the first. Break the circle.',
    wrong: '# a.yaml: extends: b.yaml\n# b.yaml: extends: a.yaml',
    right: '# a.yaml: extends: _base.yaml\n# b.yaml: extends: _base.yaml',
  },
  E044: {
    severity: 'error',
    title: 'extends leads out of the folder',
    explanation:
      'A file can only extend another of the same strategies folder, so that a strategy can be read in one place.',
    wrong: 'extends: ../../old/base.yaml',
    right: 'extends: _base.yaml',
  },
  E045: {
    severity: 'error',
    title: 'list file cannot be read',
    explanation:
      '`symbols:` may name a list file, a text that ends in .txt. Its path is relative to the file that names it: a strategy in strategies.d/ reaches a folder beside it with `../lists/`. There is no readable file at this place.',
    wrong: 'symbols: lists/thec.txt',
    right: 'symbols: lists/tech.txt',
  },
  E046: {
    severity: 'error',
    title: 'list file outside the workspace',
    explanation:
      'A list file belongs to the rules: it is part of their revision, and a change in it is a change of the rules. So it must stand in the workspace, the folder that holds strategies.d/ and risk.yaml, and no link may lead out of it.',
    wrong: 'symbols: /srv/tech.txt',
    right: 'symbols: ../lists/tech.txt',
  },
  E047: {
    severity: 'error',
    title: 'list file without a symbol',
    explanation:
      'A list file holds one symbol a line; empty lines and what follows a `#` do not count. This one holds none, and a strategy without a symbol would never trade.',
    wrong: '# lists/tech.txt\n# AAPL',
    right: '# lists/tech.txt\nAAPL',
  },
  E048: {
    severity: 'error',
    title: 'a line that is not one symbol',
    explanation:
      'A list file is plain text with one symbol a line: no commas, no dashes, no quotes. A comment begins with `#`.',
    wrong: '# lists/tech.txt\nAAPL, MSFT',
    right: '# lists/tech.txt\nAAPL\nMSFT',
  },
  E049: {
    severity: 'error',
    title: 'not YAML',
    explanation:
      'The YAML parser cannot read this place, and it is none of the usual mistakes. Compare the line with its neighbours: colons, quotes, brackets and indentation.',
    wrong: 'when: "a" "b"',
    right: 'when: close > open',
  },
} as const;
