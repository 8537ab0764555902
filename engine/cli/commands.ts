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

/** Who clears breakers that wait for a person. */
const operatorFlag = (summary: string): FlagSpec => ({
  name: 'operator',
  value: 'RULE',
  choices: ['next_session', 'never'],
  summary,
});

const SYMBOLS: FlagSpec = {
  name: 'symbols',
  value: 'A,B',
  summary: 'these symbols instead of those the strategies name',
};

const STATE: FlagSpec = {
  name: 'state',
  value: 'DIR',
  summary: 'folder of the journal and the snapshots (default: data_cache/ beside the rules)',
};

const RECORDED_BARS: FlagSpec = {
  name: 'data',
  value: 'DIR|FILE',
  summary: 'where the CSV bars of the session are now (default: where they were)',
};
const OF_SESSION: readonly FlagSpec[] = [
  {
    name: 'session',
    value: 'NAME|last|none',
    summary:
      'a recorded run, by the rules that ruled then; none: a backtest (default: the run that goes on now, if one does)',
  },
  STATE,
];
const OUT: FlagSpec = { name: 'out', value: 'FILE', summary: 'write there instead of stdout' };
/** Where the running engine that is asked keeps its state, and how its answer is written. */
const OF_RUNNING: readonly FlagSpec[] = [STATE, TEXT_OR_JSON];

const PLACE: readonly FlagSpec[] = [
  { name: 'strategy', value: 'ID', summary: 'only this strategy (default: the whole account)' },
  { name: 'symbol', value: 'SYMBOL', summary: 'only this symbol, of every strategy' },
];

const REASON: FlagSpec = { name: 'reason', value: 'TEXT', summary: 'why: it stands in the record and in the report' };

const NO_ENGINE =
  'It asks the engine that runs on this workspace over a local socket of this user. The answer comes when it has taken effect, between two bars. Exit code 2 when no engine runs, or it does not answer within 5 s.';

const WHILE_RUNNING =
  'While an engine runs on this workspace, the answer is of its run, unless files, flags of a backtest or --session say otherwise: the first line tells. A recorded run is run again from its journal, rules that were swapped in and commands of a person included; with --data its CSV bars are read from there.';

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
  operatorFlag('when a breaker that waits for a person is cleared (default: next_session)'),
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
      {
        line: 'engine backtest --format html --out report.html',
        says: 'one page for a browser: charts, trades, rules; it needs no network',
      },
      { line: 'engine backtest --explain', says: 'with a count of what held entries back' },
    ],
    flags: [
      ...PAST_BARS,
      { name: 'close-at-end', summary: 'close what is still open at the last bar' },
      { name: 'explain', summary: 'add what held entries back, as engine blockers counts it' },
      { ...TEXT_OR_JSON, choices: ['text', 'json', 'html'] },
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
        line: 'engine why rsi AMZN --session last',
        says: 'the last bar of a recorded run, whether it goes on or is over; engine replay lists them',
      },
      {
        line: 'engine why --trade 3 --session last',
        says: 'a trade of it; an order likewise: engine why 2 --session last',
      },
      {
        line: 'engine why strategies.d/rsi.yaml rsi AMZN --format json',
        says: 'the last bar, with this strategy alone in the account, as JSON',
      },
    ],
    flags: [
      { name: 'at', value: 'TIME', summary: 'end of the bar, or the last one before it (default: the last bar)' },
      { name: 'trade', value: 'N', summary: 'a trade by its number, in the order in which they ended' },
      ...OF_SESSION,
      ...PAST_BARS,
      TEXT_OR_JSON,
    ],
    notes: ['It runs the backtest again up to that bar: give the flags that the backtest was given.', WHILE_RUNNING],
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
      { line: 'engine blockers --session last', says: 'of a recorded run; an entry that was edited is counted anew' },
      { line: 'engine blockers --format json', says: 'the counts as JSON' },
    ],
    flags: [...OF_SESSION, ...PAST_BARS, TEXT_OR_JSON],
    notes: [WHILE_RUNNING],
    load: () => import('./blockers.ts'),
  },
  {
    name: 'diff',
    group: 'Try',
    summary: 'what an edit of the rules means, which protections it loses, what it would have changed',
    arguments: 'OLD NEW',
    maxArguments: 2,
    examples: [
      { line: 'engine diff before .', says: 'two workspaces: strategies.d/ and risk.yaml of each' },
      { line: 'engine diff before/strategies.d/rsi.yaml strategies.d/rsi.yaml', says: 'one strategy, in two states' },
      { line: 'engine diff before . --data bars', says: 'with the trades that it would have added and left out' },
      {
        line: 'engine diff before . --sample --last 5000',
        says: 'the same over the last bars of the sample market (SYNTHETIC)',
      },
      {
        line: 'engine diff before . --format json --strict',
        says: 'for a build: exit code 3 when a protection is lost',
      },
    ],
    flags: [
      { name: 'data', value: 'DIR|FILE', summary: 'run both over these CSV bars, and tell what differs' },
      { name: 'sample', summary: 'the same over the sample market' },
      { name: 'last', value: 'BARS', summary: 'only the last bars of each symbol count; those before them warm up' },
      ...PAST_BARS.filter(({ name }) => !['data', 'risk', 'symbols'].includes(name)),
      { name: 'strict', summary: 'a protection that is lost or loosened ends with exit code 3' },
      TEXT_OR_JSON,
    ],
    notes: [
      'Comments, spaces and the order of keys mean nothing. A file is compared without the limits of its folder; two files are one strategy in two states, whatever their ids.',
      'Exit codes: 0 fine, 1 one of the two has errors, 2 usage or files that cannot be read, 3 lost protections under --strict.',
    ],
    load: () => import('./diff.ts'),
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
      { line: 'engine test --risk none', says: 'the strategies alone, without limits and breakers' },
      { line: 'engine test --drills', says: 'drives every breaker of risk.yaml: it must trip, hold and let go' },
      { line: 'engine test --format junit --out tests.xml', says: 'for a build server' },
    ],
    flags: [
      RISK,
      { name: 'filter', value: 'TEXT', summary: 'only tests whose name, or whose strategy, holds this' },
      { name: 'coverage', summary: 'list the clauses that no test made both true and false' },
      { name: 'drills', summary: 'drive the circuit breakers of risk.yaml over made-up prices, instead of the tests' },
      { name: 'mutate', summary: 'run the tests on mutants of the rules: each should make one fail' },
      { name: 'format', value: 'FORMAT', choices: ['pretty', 'json', 'junit'], summary: 'how results are written' },
      { name: 'out', value: 'FILE', summary: 'write the results there instead of stdout' },
    ],
    notes: [
      'A test gives bars and says what must be so on some of them: conditions, indicators, orders, the position, what held an entry back, which circuit breakers are tripped. Orders fill as in a backtest, without costs, within the limits and breakers of risk.yaml, on an account of 100,000 dollars unless the test says `account:`. A breaker that waits for a person holds to the end of its test.',
      'Exit codes: 0 all passed, 1 a test failed or there is none, 2 usage or files that cannot be read.',
    ],
    load: () => import('./test.ts'),
  },
  {
    name: 'run',
    group: 'Run',
    summary: 'run the strategies on the Alpaca paper account; --dry decides and simulates, nothing is sent',
    arguments: '[PATH...]',
    maxArguments: 10_000,
    examples: [
      { line: 'engine run', says: 'trade on the Alpaca paper account; needs two keys in .env' },
      { line: 'engine run --dry --once', says: 'a year of the sample market (SYNTHETIC), then the summary' },
      { line: 'engine run --dry', says: 'the same; on a terminal it then goes on at a bar a second until Ctrl-C' },
      { line: 'engine run --dry --feed csv:bars --once', says: 'your own bars as if they came in now' },
      { line: 'engine run --dry --once --format json', says: 'the summary as JSON' },
      { line: 'engine run --dry --fresh', says: 'not on from where the last run was interrupted, but from the start' },
      {
        line: 'engine run --dry --once --format jsonl',
        says: 'a line of JSON for every fill, trade and trip, the summary last',
      },
      {
        line: 'engine run --dry --once --operator never --fresh',
        says: 'a breaker that waits for a person holds to the end of the year',
      },
      { line: 'engine run --dry --once --quiet --log off', says: 'breakers and the summary alone, no log files' },
      { line: 'engine run --dry --once --metrics 0', says: 'with metrics for Prometheus, at a port that is free' },
    ],
    flags: [
      { name: 'dry', summary: 'orders go to the simulated broker; nothing is sent anywhere' },
      { name: 'feed', value: 'FEED', summary: 'alpaca (default with keys), sample (default without) or csv:DIR' },
      { name: 'live', summary: 'real money: needs the live address and keys in .env, and the account number typed' },
      { name: 'yes-live', value: 'ACCOUNT', summary: 'the account number, where nobody can be asked to type it' },
      { name: 'speed', value: 'SPEED', summary: 'realtime, 60x (times real time) or max (default)' },
      { name: 'once', summary: 'end with the summary when the feed ends' },
      { name: 'restore', summary: 'go on with an interrupted session (the default); without a journal, refuse to run' },
      { name: 'fresh', summary: 'begin a new session; a journal that cannot be used is moved aside' },
      { name: 'no-journal', summary: 'keep nothing: an interrupted run is lost' },
      STATE,
      ...SIMULATION,
      SYMBOLS,
      RISK,
      operatorFlag(
        'who clears breakers that wait for a person: the next session, or only you (default: you, except at full speed)',
      ),
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
        name: 'metrics',
        value: 'PORT',
        summary: 'answer scrapes of Prometheus at http://127.0.0.1:PORT/metrics, on this machine alone',
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
    later: ['dashboard'],
    notes: [
      'Stopped or killed at any moment, the next start goes on as if nothing had been. A run that came to the end of its feed is over, and the next start begins a new one.',
      'A breaker with `until: manual`, or that halts, waits for `engine breakers reset` where somebody can give it: when bars come at a pace (--speed 60x, or after the sample year). At full speed the next session lets it go, as in a backtest.',
      'On a terminal a block at the bottom shows equity, strategies, positions, breakers and rules, redrawn in place; --verbose adds every order with the condition that made it.',
      'Logs are lines of JSON: paper_engine.log has every event, circuit_breaker.log the trips; rolled by day and at 10 MB, ten files of each.',
      'Ctrl-C ends it cleanly with the same summary (exit code 130).',
      'On Alpaca the account is compared with the ledger at the start, after every reconnect and every minute; where they differ nothing is entered, unless risk.yaml says reconciliation: ignore.',
    ],
    load: () => import('./run.ts'),
  },
  {
    name: 'report',
    group: 'Watch',
    summary: 'metrics and tables of a recorded run, as far as it came',
    arguments: '[SESSION]',
    maxArguments: 1,
    examples: [
      { line: 'engine report', says: 'the last session of the journal, as a backtest reports' },
      { line: 'engine report last --format json', says: 'as JSON; engine replay lists the sessions by name' },
      { line: 'engine report --from 2024-03-01 --to 2024-03-31', says: 'one month of it' },
      { line: 'engine report --format json --out report.json', says: 'into a file, whole or not at all' },
      { line: 'engine report --receipts all', says: 'of a run that traded: every day beside its backtest' },
    ],
    flags: [
      { name: 'from', value: 'DATE', summary: 'first day that counts' },
      { name: 'to', value: 'DATE', summary: 'last day' },
      {
        name: 'receipts',
        value: 'N|all',
        summary: 'days of a paper or live run held to their backtest (default: the last 5)',
      },
      STATE,
      RECORDED_BARS,
      TEXT_OR_JSON,
      OUT,
    ],
    notes: [
      'The session is run again from its journal and held to it; an engine may be running meanwhile.',
      'A stretch of it (--from, --to) begins with what the account was worth there; trades count that were closed in it, whole.',
    ],
    load: () => import('./report.ts'),
  },
  {
    name: 'export',
    group: 'Watch',
    summary: 'trades, orders, fills, equity or decisions of a recorded run, as JSON or CSV',
    arguments: '[SESSION]',
    maxArguments: 1,
    examples: [
      { line: 'engine export --format csv --out trades.csv', says: 'the trades of the last session' },
      {
        line: 'engine export --what fills --from 2024-03-01 --to 2024-03-31',
        says: 'the fills of a month, as JSON on stdout',
      },
      { line: 'engine export --what decisions --format csv --out decisions.csv', says: 'every rule on every bar' },
    ],
    flags: [
      {
        name: 'what',
        value: 'ROWS',
        choices: ['trades', 'orders', 'fills', 'equity', 'decisions'],
        summary: 'which rows (default: trades)',
      },
      { name: 'from', value: 'DATE', summary: "first day, on the market's clock" },
      { name: 'to', value: 'DATE', summary: 'last day' },
      STATE,
      RECORDED_BARS,
      { name: 'format', value: 'FORMAT', choices: ['json', 'csv'], summary: 'how it is written (default: json)' },
      OUT,
    ],
    notes: [
      'Trades count by their end, orders by their decision, all else by its own time. In CSV, a text that a spreadsheet would run as a formula gets an apostrophe in front.',
      'Decisions are not stored: the session is run again and held to its journal.',
    ],
    load: () => import('./export.ts'),
  },
  {
    name: 'replay',
    group: 'Watch',
    summary: 'run a recorded session again: the same to the last byte, or the first difference',
    arguments: '[SESSION]',
    maxArguments: 1,
    examples: [
      { line: 'engine replay', says: 'the sessions of the journal' },
      {
        line: 'engine replay last',
        says: 'the last of them again, or the one that is named: 2026-11-25-1; exit code 1 when something differs',
      },
      {
        line: 'engine replay 2026-11-25-1 --revision 3f9c1d2',
        says: 'what other rules would have made of it: trades, P&L, entries added and left out',
      },
      { line: 'engine replay 2026-11-25-1 --revision .', says: 'the same of the rules in this folder, edits and all' },
    ],
    flags: [
      {
        name: 'revision',
        value: 'REV|PATH',
        summary:
          'run it under these rules from its start, and tell what differs: a stored revision, a workspace or a file',
      },
      { name: 'without-commands', summary: 'with --revision: leave out what a person did (pause, flatten, ...)' },
      STATE,
      RECORDED_BARS,
      TEXT_OR_JSON,
    ],
    notes: [
      'Under other rules the session runs over the same bars as far as it came; the revisions that it came to are left out, and commands of a person are given at the same market times.',
    ],
    load: () => import('./replay.ts'),
  },
  {
    name: 'check',
    group: 'Run',
    summary: 'look whether everything is ready to trade: machine, rules, keys, account, data, messages',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine check', says: 'each item ok, a warning or a failure, with its remedy' },
      { line: 'engine check --offline', says: 'asks nobody over the network' },
      { line: 'engine check --format json', says: 'for a script; exit code 1 when something failed' },
    ],
    flags: [{ name: 'offline', summary: 'ask neither Alpaca nor Telegram' }, STATE, TEXT_OR_JSON],
    notes: [
      'It sends no order and no message, and opens neither of the two sockets, so it does not disturb an engine that runs. Exit codes: 0 ready (warnings included), 1 something failed.',
    ],
    load: () => import('./check.ts'),
  },
  {
    name: 'config',
    group: 'Run',
    summary: 'every setting with its value and where that comes from; secrets masked',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine config', says: 'what somebody set: flags, environment, .env, risk.yaml, strategies' },
      { line: 'engine config --resolved', says: 'all that holds, defaults included' },
      { line: 'engine config --resolved --format json', says: 'for a script' },
    ],
    flags: [
      { name: 'resolved', summary: 'show defaults too' },
      RISK,
      STATE,
      { name: 'log', value: 'DIR|off', summary: 'folder of the logs, as engine run takes it' },
      TEXT_OR_JSON,
    ],
    notes: [
      'A flag goes before the environment, that before .env, that before the default. What a strategy extends shows with its own file and line. Exit code 1 when settings or rules have errors.',
    ],
    load: () => import('./config.ts'),
  },
  {
    name: 'data',
    group: 'Try',
    summary: 'fetch bars of Alpaca into CSV files, for backtests; goes on where it stopped',
    arguments: 'fetch [SYMBOL...]',
    maxArguments: 10_000,
    ofAlpaca: true,
    examples: [
      {
        line: 'engine data fetch SPY AAPL --from 2024-01-01',
        says: '1-minute bars into bars/SPY.csv and bars/AAPL.csv',
      },
      {
        line: 'engine data fetch --from 2020-01-01 --timeframe 1d --adjustment split --out daily',
        says: 'every symbol that the strategies read, by day',
      },
      {
        line: 'engine data fetch SPY --from 2023-01-01 --to 2023-12-31 --feed sip --out sip',
        says: 'bars of all exchanges, free when they are 15 minutes old',
      },
    ],
    flags: [
      { name: 'from', value: 'DATE', summary: 'first day' },
      { name: 'to', value: 'DATE', summary: 'last day (default: up to now)' },
      {
        name: 'timeframe',
        value: 'SIZE',
        choices: ['1m', '5m', '1h', '1d'],
        summary: 'size of the bars (default: 1m, of which every strategy makes its own)',
      },
      {
        name: 'adjustment',
        value: 'WORD',
        choices: ['raw', 'split', 'dividend', 'all'],
        summary: 'what prices are corrected by (default: raw, as they were traded)',
      },
      { name: 'feed', value: 'FEED', choices: ['iex', 'sip'], summary: 'one exchange or all (default: ALPACA_FEED)' },
      { name: 'out', value: 'DIR', summary: 'folder of the files (default: bars)' },
      { name: 'fresh', summary: 'begin the files anew' },
    ],
    notes: [
      'It needs ALPACA_API_KEY and ALPACA_SECRET_KEY in .env. Files that are there are gone on with from their last row; a kill leaves whole rows. What a file holds (size, adjustment, feed) stands in .engine-history.json beside it, and is not mixed.',
      'Hours of Alpaca are hours of the clock, so the one of 09:00 holds half an hour before the open: fetch 1m for strategies on 1h. Exit code 1 when a symbol has no bars.',
    ],
    load: () => import('./data.ts'),
  },
  {
    name: 'revisions',
    group: 'Watch',
    summary: 'which rules ran when; their text, what they changed, and the way back to them',
    arguments: '[list|show REV|diff A B|rollback REV]',
    maxArguments: 3,
    examples: [
      { line: 'engine revisions', says: 'every revision that ran, the last at the bottom' },
      { line: 'engine revisions show 3f9c1d2', says: 'its documents, whole' },
      { line: 'engine revisions show 3f9c1d2 --out kept', says: 'as files in a folder' },
      { line: 'engine revisions diff 3f9c1d2 8a01b77', says: 'what the second means, held against the first' },
      {
        line: 'engine revisions rollback 3f9c1d2',
        says: 'writes its files back; a running engine takes them at once, otherwise the next start does',
      },
    ],
    flags: [
      { name: 'all', summary: 'list: the earlier ones too' },
      { name: 'out', value: 'DIR', summary: 'show: write the documents as files there; nothing is overwritten' },
      { name: 'yes', summary: 'rollback: replace edits that never ran; needed where there is no terminal' },
      STATE,
      TEXT_OR_JSON,
    ],
    notes: [
      'REV is the first digits of a revision, 4 or more. The journal keeps every revision that ran, whole, as long as the sessions that it ruled.',
      'A rollback deletes nothing: files that it replaces, and files that the revision did not have, go to rolled-back/ of the state folder. It is an edit like any other: rules that lose a protection wait for engine approve.',
    ],
    load: () => import('./revisions.ts'),
  },
  {
    name: 'reload',
    group: 'Run',
    summary: 'have the running engine read its rules again, now',
    arguments: '',
    maxArguments: 0,
    examples: [{ line: 'engine reload', says: 'sound rules run from the next bar on; wrong ones change nothing' }],
    flags: OF_RUNNING,
    ofRunning: true,
    notes: [NO_ENGINE, 'Exit code 1 when the rules are wrong, keep changing, or wait for approval.'],
    load: async () => ({ run: (await import('./reload.ts')).reload }),
  },
  {
    name: 'approve',
    group: 'Run',
    summary: 'let rules run that lose a protection: a stop, a limit, a breaker',
    arguments: 'REVISION',
    maxArguments: 1,
    examples: [
      { line: 'engine approve 8a01b77', says: 'the revision that engine status shows as waiting' },
      { line: 'engine approve 8a01b77 --reason "wider stop, agreed with Ann"', says: 'with the reason kept' },
    ],
    flags: [REASON, ...OF_RUNNING],
    ofRunning: true,
    notes: [NO_ENGINE, 'Files that have changed since are another revision, and are not taken.'],
    load: async () => ({ run: (await import('./reload.ts')).approve }),
  },
  {
    name: 'status',
    group: 'Watch',
    summary: 'how the running engine stands: P&L, positions, orders, breakers, rules',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine status', says: 'of the engine that runs on this workspace' },
      { line: 'engine status --format json', says: 'the same as JSON' },
    ],
    flags: OF_RUNNING,
    ofRunning: true,
    notes: [NO_ENGINE],
    load: () => import('./status.ts'),
  },
  {
    name: 'breakers',
    group: 'Watch',
    summary: 'the circuit breakers of the running engine; reset clears one that is tripped',
    arguments: '[list|reset ID]',
    maxArguments: 2,
    examples: [
      { line: 'engine breakers', says: 'every breaker: what it watches, and whether it holds anything now' },
      {
        line: 'engine breakers reset max_daily_loss --reason "bad print, broker confirmed"',
        says: 'clears it, whatever it waits for; what it measures starts anew',
      },
      {
        line: 'engine breakers reset max_consecutive_losses --strategy rsi --reason "looked into"',
        says: 'of one strategy alone',
      },
    ],
    flags: [REASON, ...PLACE, ...OF_RUNNING],
    ofRunning: true,
    notes: [
      NO_ENGINE,
      'The breaker `operator` holds what a person has paused or halted. One whose condition is still true trips again on the next bar.',
    ],
    load: () => import('./breakers.ts'),
  },
  {
    name: 'pause',
    group: 'Stop',
    summary: 'no more entries, of all, a strategy or a symbol; exits go on',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine pause', says: 'everything' },
      { line: 'engine pause --strategy rsi --reason "earnings tonight"', says: 'one strategy' },
      { line: 'engine pause --symbol TSLA', says: 'one symbol, of every strategy' },
    ],
    flags: [...PLACE, REASON, ...OF_RUNNING],
    ofRunning: true,
    notes: [
      NO_ENGINE,
      'Entry orders at work are cancelled. It holds through edits, restarts and sessions until engine resume.',
    ],
    load: async () => ({ run: (await import('./operate.ts')).pause }),
  },
  {
    name: 'resume',
    group: 'Stop',
    summary: 'take back a pause, a flatten or a halt',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine resume', says: 'what was paused for the whole account' },
      { line: 'engine resume --strategy rsi', says: 'what was paused for one strategy' },
      { line: 'engine resume --reason "feed is back"', says: 'after a halt, which takes a reason' },
    ],
    flags: [...PLACE, REASON, ...OF_RUNNING],
    ofRunning: true,
    notes: [NO_ENGINE, 'A breaker of the rules that holds the same place goes on holding it: engine breakers reset.'],
    load: async () => ({ run: (await import('./operate.ts')).resume }),
  },
  {
    name: 'flatten',
    group: 'Stop',
    summary: 'close positions at the next open, then no more entries',
    arguments: '',
    maxArguments: 0,
    examples: [
      { line: 'engine flatten', says: 'every position; asks first' },
      { line: 'engine flatten --symbol TSLA --yes', says: 'one symbol, unasked' },
    ],
    flags: [{ name: 'yes', summary: 'do not ask; needed where there is no terminal' }, ...PLACE, REASON, ...OF_RUNNING],
    ofRunning: true,
    notes: [NO_ENGINE, 'Entry orders at work are cancelled. engine resume lets entries be made again.'],
    load: async () => ({ run: (await import('./operate.ts')).flatten }),
  },
  {
    name: 'halt',
    group: 'Stop',
    summary: 'no more entries until a person resumes, with a reason',
    arguments: '',
    maxArguments: 0,
    examples: [{ line: 'engine halt --reason "prices look wrong"', says: 'positions keep their exits' }],
    flags: [REASON, ...OF_RUNNING],
    ofRunning: true,
    notes: [NO_ENGINE, 'Entry orders at work are cancelled. engine resume --reason TEXT takes it back.'],
    load: async () => ({ run: (await import('./operate.ts')).halt }),
  },
  {
    name: 'telegram',
    group: 'Watch',
    summary: 'try the messages of a run: sends one, or says what is wrong',
    arguments: 'test',
    maxArguments: 1,
    examples: [
      { line: 'engine telegram test', says: 'to the chat of .env: no token, a wrong one, a wrong chat, no network' },
      { line: 'engine telegram test --format json', says: 'the same as JSON' },
    ],
    flags: [TEXT_OR_JSON],
    notes: [
      'TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID come from the environment or from .env of the workspace; @BotFather gives the one, @userinfobot tells the other. With TELEGRAM_ENABLED=true, engine run sends what happens and takes commands from that chat: /help lists them.',
      'Exit code 1 when the message does not arrive.',
    ],
    load: () => import('./telegram.ts'),
  },
];

/** Commands that are planned and not built; typing one says so. */
export const LATER: Readonly<Record<string, string>> = {
  sweep: 'searching over parameters',
};
