import type { CommandSpec, FlagSpec } from './command.ts';

const FINDINGS_FORMAT: FlagSpec = {
  name: 'format',
  value: 'FORMAT',
  choices: ['pretty', 'compact', 'json', 'github'],
  summary: 'how findings are written',
};
const TEXT_OR_JSON: FlagSpec = {
  name: 'format',
  value: 'FORMAT',
  choices: ['text', 'json'],
  summary: 'how it is written',
};
const RISK: FlagSpec = {
  name: 'risk',
  value: 'FILE|none',
  summary: 'another risk file, or none at all (default: risk.yaml)',
};

const SYMBOLS: FlagSpec = {
  name: 'symbols',
  value: 'A,B',
  summary: 'these symbols instead of those the strategies name',
};

/** Fill assumptions, shared by every command that simulates. */
const SIMULATION: readonly FlagSpec[] = [
  { name: 'cash', value: 'DOLLARS', summary: 'starting cash of the account (default: the sum of the purses)' },
  { name: 'slippage', value: 'AMOUNT', summary: 'always against you: 1bps (default), 0, 2ticks' },
  { name: 'commission', value: 'AMOUNT', summary: '0 (default), 0.005/share, 5bps, 1/order' },
  {
    name: 'intrabar',
    value: 'RULE',
    choices: ['pessimistic', 'optimistic', 'nearest'],
    summary: 'who wins when stop and target lie in one bar',
  },
];

/** Bars and assumptions of a backtest, shared by every command that asks about one. */
const PAST_BARS: readonly FlagSpec[] = [
  {
    name: 'data',
    value: 'DIR|FILE',
    summary: 'CSV bars: timestamp,open,high,low,close,volume (default: the sample market)',
  },
  { name: 'from', value: 'DATE', summary: 'first day that counts; bars before it warm up' },
  { name: 'to', value: 'DATE', summary: 'last day' },
  ...SIMULATION,
  {
    name: 'fill-at',
    value: 'PRICE',
    choices: ['next_open', 'close'],
    summary: 'where market orders fill; close is optimistic',
  },
  RISK,
  {
    name: 'operator',
    value: 'RULE',
    choices: ['next_session', 'never'],
    summary: 'when a breaker that waits for a person is cleared (default: next_session)',
  },
  SYMBOLS,
  { name: 'tz', value: 'ZONE', summary: 'time zone of timestamps that carry none: America/New_York, UTC' },
];

/** Every command that works today, in the order help shows them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    group: 'Write',
    summary: 'make a workspace: two starter strategies, risk.yaml, editor settings',
    arguments: '[DIR]',
    maxArguments: 1,
    examples: [
      { line: 'engine init', says: 'in this folder; nothing that is there is overwritten' },
      { line: 'engine init my-strategies', says: 'in a new folder' },
    ],
    flags: [],
    load: () => import('./init.ts'),
  },
  {
    name: 'new',
    group: 'Write',
    summary: 'start a strategy from a template',
    arguments: 'NAME',
    maxArguments: 1,
    examples: [
      { line: 'engine new my_cross --from moving_average', says: 'writes strategies.d/my_cross.yaml, ready to run' },
      { line: 'engine new idea --from blank', says: 'the smallest strategy, every key explained' },
    ],
    flags: [
      {
        name: 'from',
        value: 'TEMPLATE',
        choices: ['moving_average', 'rsi', 'macd', 'mean_reversion', 'breakout', 'blank'],
        summary: 'the strategy to start from (default: blank)',
      },
    ],
    load: () => import('./new.ts'),
  },
  {
    name: 'validate',
    group: 'Write',
    summary: 'check strategies and risk: YAML, schema, meaning, broker rules',
    arguments: '[PATH...|-]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine validate', says: 'everything in the workspace' },
      { line: 'engine validate strategies.d/rsi.yaml', says: 'one file' },
      {
        line: 'engine validate --strict --format github',
        says: 'for a build: warnings fail too, findings land on the lines of the pull request',
      },
      {
        line: 'engine validate - --stdin-filename strategies.d/rsi.yaml < strategies.d/rsi.yaml',
        says: 'for an editor: the text comes on stdin',
      },
    ],
    flags: [
      FINDINGS_FORMAT,
      { name: 'strict', summary: 'warnings end with exit code 3' },
      RISK,
      { name: 'stdin-filename', value: 'PATH', summary: 'the name that findings about stdin carry' },
    ],
    notes: ['Exit codes: 0 fine, 1 errors, 2 usage or files that cannot be read, 3 warnings under --strict.'],
    load: () => import('./validate.ts'),
  },
  {
    name: 'fmt',
    group: 'Write',
    summary: 'write documents in their canonical form',
    arguments: '[PATH...|-]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine fmt', says: 'every document of the workspace; comments stay, meaning stays' },
      { line: 'engine fmt --check', says: 'changes nothing; exit code 1 when a file is not in form' },
      {
        line: 'engine fmt - < strategies.d/rsi.yaml',
        says: 'for an editor: the text comes on stdin, its form on stdout',
      },
    ],
    flags: [{ name: 'check', summary: 'only say which files would change' }],
    load: () => import('./fmt.ts'),
  },
  {
    name: 'indicators',
    group: 'Write',
    summary: 'the indicators that expressions can use',
    arguments: '[NAME|WORD]',
    maxArguments: 1,
    examples: [
      { line: 'engine indicators', says: 'all of them, by group' },
      { line: 'engine indicators rsi', says: 'one page: inputs, options with bounds, outputs, warm-up, an example' },
      { line: 'engine indicators volume', says: 'a word that is no name searches names, titles and descriptions' },
    ],
    flags: [TEXT_OR_JSON],
    load: () => import('./indicators.ts'),
  },
  {
    name: 'explain',
    group: 'Write',
    summary: 'the long text of a finding, with the mistake and its mending',
    arguments: 'CODE',
    maxArguments: 1,
    examples: [
      { line: 'engine explain E201', says: 'one code' },
      { line: 'engine explain --all', says: 'every code there is' },
    ],
    flags: [{ name: 'all', summary: 'every code' }, TEXT_OR_JSON],
    load: () => import('./explain.ts'),
  },
  {
    name: 'schema',
    group: 'Write',
    summary: 'print the JSON Schema of strategies or of risk.yaml',
    arguments: '[strategy|risk]',
    maxArguments: 1,
    examples: [
      { line: 'engine schema strategy', says: 'on stdout' },
      { line: 'engine schema risk --out risk.schema.json', says: 'into a file, for an editor' },
    ],
    flags: [{ name: 'out', value: 'FILE', summary: 'write it there' }],
    load: () => import('./schema.ts'),
  },
  {
    name: 'backtest',
    group: 'Try',
    summary: 'run the strategies over past bars and report',
    arguments: '[PATH...]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine backtest', says: 'every enabled strategy, on the sample market (SYNTHETIC: not real prices)' },
      { line: 'engine backtest --data bars', says: 'on your own bars: one CSV a symbol, bars/AAPL.csv, bars/SPY.csv' },
      {
        line: 'engine backtest strategies.d/rsi.yaml --data bars/SPY.csv --symbols SPY',
        says: 'one strategy on one file',
      },
      {
        line: 'engine backtest --slippage 2ticks --commission 0.005/share --intrabar pessimistic',
        says: 'other costs',
      },
      { line: 'engine backtest --format json --out result.json', says: 'every trade, order and figure as JSON' },
      { line: 'engine backtest --explain', says: 'with a count of what held entries back' },
    ],
    flags: [
      ...PAST_BARS,
      { name: 'close-at-end', summary: 'close what is still open at the last bar' },
      { name: 'explain', summary: 'add what held entries back, as engine blockers counts it' },
      TEXT_OR_JSON,
      { name: 'out', value: 'FILE', summary: 'write the report there instead of stdout' },
    ],
    load: () => import('./backtest.ts'),
  },
  {
    name: 'why',
    group: 'Try',
    summary: 'why a strategy did or did not trade on a bar, with every value under its rule',
    arguments: 'STRATEGY SYMBOL|ORDER',
    maxArguments: 3,
    examples: [
      {
        line: 'engine why rsi AMZN --at 2024-03-05T10:00',
        says: 'the bar that ended then, New York time; UTC for crypto',
      },
      { line: 'engine why rsi AMZN --at 2024-03-05 --data bars', says: 'the last bar of a day, on your own bars' },
      { line: 'engine why --trade 3', says: 'the decisions behind entry and exit of the third trade of the backtest' },
      { line: 'engine why 2', says: 'the decision behind an order: its number, or its client order id' },
      {
        line: 'engine why strategies.d/rsi.yaml rsi AMZN --format json',
        says: 'the last bar, with this strategy alone in the account, as JSON',
      },
    ],
    flags: [
      { name: 'at', value: 'TIME', summary: 'end of the bar, or the last one before it (default: the last bar)' },
      { name: 'trade', value: 'N', summary: 'a trade by its number, in the order in which they ended' },
      ...PAST_BARS,
      TEXT_OR_JSON,
    ],
    notes: ['It runs the backtest again up to that bar: give the flags that the backtest was given.'],
    load: () => import('./why.ts'),
  },
  {
    name: 'blockers',
    group: 'Try',
    summary: 'what held entries back: which clause, and what blocked those that were true',
    arguments: '[PATH...]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine blockers', says: 'every entry of every enabled strategy, on the sample market' },
      { line: 'engine blockers strategies.d/rsi.yaml --data bars', says: 'one strategy, on your own bars' },
      { line: 'engine blockers --format json', says: 'the counts as JSON' },
    ],
    flags: [...PAST_BARS, TEXT_OR_JSON],
    load: () => import('./blockers.ts'),
  },
  {
    name: 'test',
    group: 'Try',
    summary: 'run the tests that strategies carry, and try whether they notice mistakes',
    arguments: '[PATH...]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine test', says: 'the `tests:` of every strategy; exit code 1 when one fails' },
      {
        line: 'engine test strategies.d/rsi.yaml --filter recovery',
        says: 'those whose name, or strategy, holds the word',
      },
      { line: 'engine test --coverage', says: 'with the parts of rules that were never true, or never false' },
      {
        line: 'engine test --mutate',
        says: 'changes the rules one little thing at a time, and lists the changes that no test noticed',
      },
      { line: 'engine test --drills', says: 'drives every breaker of risk.yaml: it must trip, hold and let go' },
      { line: 'engine test --format junit --out tests.xml', says: 'for a build server' },
    ],
    flags: [
      { name: 'filter', value: 'TEXT', summary: 'only tests whose name, or whose strategy, holds this' },
      { name: 'coverage', summary: 'list the clauses that no test made both true and false' },
      { name: 'drills', summary: 'drive the circuit breakers of risk.yaml over made-up prices, instead of the tests' },
      { name: 'mutate', summary: 'run the tests on mutants of the rules: each should make one fail' },
      { name: 'format', value: 'FORMAT', choices: ['pretty', 'json', 'junit'], summary: 'how results are written' },
      { name: 'out', value: 'FILE', summary: 'write the results there instead of stdout' },
    ],
    notes: [
      'A test gives bars and says what must be so on some of them: conditions, indicators, orders, the position, what held an entry back. Orders fill as in a backtest, without costs and without risk.yaml.',
      'Exit codes: 0 all passed, 1 a test failed or there is none, 2 usage or files that cannot be read.',
    ],
    load: () => import('./test.ts'),
  },
  {
    name: 'run',
    group: 'Run',
    summary: 'run the strategies: --dry decides and simulates, nothing is sent',
    arguments: '[PATH...]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine run --dry --once', says: 'a year of the sample market (SYNTHETIC), then the summary' },
      { line: 'engine run --dry', says: 'the same; on a terminal it then goes on at a bar a second until Ctrl-C' },
      { line: 'engine run --dry --feed csv:bars --once', says: 'your own bars as if they came in now' },
      { line: 'engine run --dry --once --format json', says: 'the summary as JSON' },
      {
        line: 'engine run --dry --once --format jsonl',
        says: 'a line of JSON for every fill, trade and trip, the summary last',
      },
      { line: 'engine run --dry --once --quiet --log off', says: 'breakers and the summary alone, no log files' },
    ],
    flags: [
      { name: 'dry', summary: 'orders go to the simulated broker; nothing is sent anywhere' },
      { name: 'feed', value: 'FEED', summary: 'sample (default without keys) or csv:DIR' },
      { name: 'speed', value: 'SPEED', summary: 'realtime, 60x (times real time) or max (default)' },
      { name: 'once', summary: 'end with the summary when the feed ends' },
      ...SIMULATION,
      SYMBOLS,
      RISK,
      { name: 'tz', value: 'ZONE', summary: 'time zone of CSV timestamps that carry none' },
      {
        name: 'format',
        value: 'FORMAT',
        choices: ['text', 'json', 'jsonl'],
        summary: 'how it is written; jsonl: a line of JSON for each event, while it runs',
      },
      { name: 'quiet', summary: 'only breakers, refused edits, errors and the summary' },
      {
        name: 'status-every',
        value: 'TIME',
        summary: 'the status block where no terminal shows a live one: 30s, 5m, off (default: 60s)',
      },
      {
        name: 'log',
        value: 'DIR|off',
        summary: 'folder of the logs (default: $ENGINE_LOG, or logs/ of the workspace)',
      },
      {
        name: 'log-level',
        value: 'LEVEL',
        choices: ['debug', 'info', 'warn', 'error'],
        summary: 'what is logged (default: info)',
      },
    ],
    later: ['live', 'yes-live', 'restore', 'fresh', 'dashboard'],
    notes: [
      'On a terminal a block at the bottom shows equity, strategies, positions, breakers and rules, redrawn in place; --verbose adds every order with the condition that made it.',
      'Logs are lines of JSON: paper_engine.log has every event, circuit_breaker.log the trips; rolled by day and at 10 MB, ten files of each.',
      'Ctrl-C ends it cleanly with the same summary (exit code 130). Paper trading on Alpaca comes with a later version.',
    ],
    load: () => import('./run.ts'),
  },
];

/** Commands that are planned and not built; typing one says so. */
export const LATER: Readonly<Record<string, string>> = {
  sweep: 'searching over parameters',
  replay: 'replaying a recorded session',
  check: 'checking keys and connectivity',
  config: 'showing the merged configuration',
  status: 'asking a running engine',
  pause: 'pausing a running engine',
  resume: 'resuming a running engine',
  flatten: 'closing all positions',
  halt: 'halting a running engine',
  reload: 'reloading a running engine',
  approve: 'approving a loosened rule',
  diff: 'comparing two sets of rules',
  report: 'reporting on a recorded run',
  breakers: 'resetting circuit breakers',
  revisions: 'the history of rules',
  export: 'exporting a recorded run',
  data: 'fetching history from Alpaca',
  telegram: 'Telegram messages',
};
