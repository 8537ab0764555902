import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import { type OutputOptions, type RulesNotice, runOutput } from '../../engine/cli/run-output.ts';
import type { Terminal } from '../../engine/cli/terminal.ts';
import type { RunLogs } from '../../engine/logging/run-logs.ts';
import { styleOf } from '../../engine/report/style.ts';
import { joined } from '../../engine/runtime/observers.ts';
import { createSession } from '../../engine/runtime/session.ts';
import { barsOf, rulesetOf } from '../core/rules.ts';
import { order, result } from '../report/hand-made.ts';

const STRATEGY = `id: up
symbols: [AAA]
timeframe: 1h
capital: 10000
entry: {long: {when: close > 1, size: {shares: 1}}}
exit: {when: close < 1}
`;

const begin = (over: Partial<OutputOptions> = {}) => {
  const out: string[] = [];
  const err: string[] = [];
  const logged: [string, string, Readonly<Record<string, unknown>>][] = [];
  const style = styleOf(false);
  const terminal: Terminal = {
    outTty: false,
    errTty: false,
    errRedraws: false,
    wrapsPushCursor: false,
    width: 80,
    errWidth: 80,
    errSize: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => {},
    lay: () => {},
    leave: () => {},
    style,
    errStyle: style,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stream: async () => {},
    gone: () => false,
    onGone: () => {},
  };
  const logs: RunLogs = {
    event: (level, event, fields = {}) => logged.push([level, event, fields]),
    breaker: (level, event, fields) => logged.push([level, event, fields]),
    close: () => {},
  };
  const ruleset = rulesetOf(STRATEGY);
  const output = runOutput(terminal, {
    format: 'text',
    loudness: 'normal',
    statusMs: undefined,
    logs,
    ruleset,
    feed: { source: 'bars', synthetic: false, barsTotal: undefined },
    paceMs: undefined,
    ...over,
  });
  const session = createSession(
    ruleset,
    new Map([['AAA', '1h' as const]]),
    { cash: undefined, from: undefined, to: undefined, assumptions: DEFAULT_ASSUMPTIONS, closeAtEnd: false },
    {},
  );
  session.feed(new Map([['AAA', barsOf('AAA', '1h', [[5, 5, 5, 5]])]]));
  session.advance(10);
  output.stand(session);
  return { output, out, err, logged, ruleset };
};

const refused: RulesNotice = {
  kind: 'refused',
  stale: { since: Date.UTC(2025, 0, 1), place: 'strategies.d/a.yaml:9:19', text: 'E201 unknown name `slwo`' },
  repeated: false,
  lines: ['reload REFUSED strategies.d/a.yaml:9:19 E201 unknown name `slwo`; still running 8a01b77'],
};

describe('news of the rules', () => {
  it('that were refused make the view STALE until the files are what runs again', () => {
    const { output, err, logged } = begin();
    output.rules(refused);
    expect(output.view()?.rules.stale).toEqual(refused.stale);
    expect(err).toEqual([`${refused.lines[0]}\n`]);
    expect(logged[0]).toEqual([
      'warn',
      'reload_refused',
      expect.objectContaining({ place: 'strategies.d/a.yaml:9:19', repeated: false }),
    ]);
    output.rules({ kind: 'reverted', lines: ['the files are again what runs'] });
    expect(output.view()?.rules.stale).toBeUndefined();
    expect(logged.map(([, event]) => event)).toEqual(['reload_refused', 'rules_reverted']);
  });

  it('that were applied give every later line their revision', () => {
    const { output, err, logged, ruleset } = begin();
    output.rules(refused);
    const next = { ...ruleset, revision: 'next-revision' };
    output.rules({
      kind: 'applied',
      ruleset: next,
      from: 'test',
      text: 'a.yaml',
      lines: ['reload test → next-re', '  ~ up'],
    });
    expect(output.revision()).toBe('next-revision');
    expect(output.view()?.rules).toMatchObject({ reloaded: { text: 'a.yaml' }, stale: undefined });
    expect(err.at(-1)).toBe('reload test → next-re\n  ~ up\n');
    expect(logged.at(-1)).toEqual(['info', 'rules_reloaded', { from: 'test', to: 'next-revision', text: 'a.yaml' }]);
  });

  it('are events of the stream', () => {
    const { output, out, ruleset } = begin({ format: 'jsonl', logs: undefined });
    output.rules(refused);
    output.rules({ ...refused, repeated: true });
    output.rules({ ...refused, kind: 'waiting' });
    output.rules({ kind: 'applied', ruleset, from: 'x', text: 'a.yaml', lines: [], fields: { files: ['a.yaml'] } });
    output.rules({ kind: 'reverted', lines: [] });
    const fields = { folder: 'strategies.d', reason: 'no room', everyMs: 2_000 };
    output.rules({ kind: 'polling', fields, lines: ['cannot watch strategies.d: no room'] });
    const events = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual([
      'reload_refused',
      'stale',
      'stale',
      'reload',
      'reverted',
      'polling',
    ]);
    expect(events[5]).toMatchObject(fields);
    expect(events[0]).toMatchObject({ schemaVersion: 1, since: '2025-01-01T00:00:00.000Z', running: 'test' });
    expect(events[3]).toMatchObject({ from: 'x', to: 'test', files: ['a.yaml'] });
  });

  it('are told under --quiet when they are bad', () => {
    const { output, err, ruleset } = begin({ loudness: 'quiet' });
    output.rules({ kind: 'applied', ruleset, from: 'x', text: 'a.yaml', lines: ['reload'] });
    output.rules(refused);
    expect(err).toEqual([`${refused.lines[0]}\n`]);
  });
});

describe('observers that are joined', () => {
  it('all hear, in their order, and nobody is asked for what none listens to', () => {
    const heard: string[] = [];
    const one = joined([
      { traded: () => heard.push('a') },
      { traded: () => heard.push('b'), placed: (placed) => heard.push(placed.symbol) },
      { tripped: (trip) => heard.push(trip.breaker) },
    ]);
    one.traded?.(result.latest[0]!);
    one.placed?.(order);
    one.tripped?.(result.breakers[0]!);
    expect(heard).toEqual(['a', 'b', 'AAPL', 'max_daily_loss']);
    expect(Object.keys(one).sort()).toEqual(['placed', 'traded', 'tripped']);
  });
});
