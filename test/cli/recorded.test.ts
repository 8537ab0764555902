import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastSession } from '../../engine/journal/session.ts';
import { chained, readSlices } from '../../engine/journal/slices.ts';
import { loadSqlite } from '../../engine/journal/sqlite.ts';
import { type Ended, engine } from './engine.ts';
import { killAfter, outcome, type Place, smallWorkspace, stateIn, WORDS } from './killed.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];
interface Report {
  readonly data: { readonly barsUsed: number };
  readonly trades: Rows;
  readonly orders: readonly (Readonly<Record<string, unknown>> & { readonly id: string; readonly fills: Rows })[];
  readonly equity: Rows;
  readonly interrupted: boolean;
  readonly session?: Readonly<Record<string, unknown>>;
}

let place: Place;
let cwd = '';
let state = '';
let name = '';
let report: Report;
let text = '';

const run = (words: readonly string[], where = state): Promise<Ended> =>
  engine(words, { cwd, env: { ENGINE_STATE: where } });
const rowsOf = async (...words: readonly string[]): Promise<Rows> => {
  const ended = await run(['export', ...words]);
  expect(ended.code, ended.stderr).toBe(0);
  return (JSON.parse(ended.stdout) as { rows: Rows }).rows;
};

beforeAll(async () => {
  place = smallWorkspace();
  cwd = place.cwd;
  mkdirSync(stateIn(cwd, ''), { recursive: true });
  state = stateIn(cwd, 'one');
  const ended = await run(WORDS);
  report = JSON.parse(ended.stdout) as Report;
  text = (await run(WORDS.slice(0, -2), stateIn(cwd, 'text'))).stdout;
  const listed = JSON.parse((await run(['replay', '--format', 'json'])).stdout) as { sessions: { name: string }[] };
  name = listed.sessions[0]!.name;
  expect(report.trades.length).toBeGreaterThan(10);
}, 60_000);
afterAll(() => place.remove());

describe('engine report', () => {
  it('is the report of the run itself', async () => {
    const ended = await run(['report', '--format', 'json']);
    expect(ended.code, ended.stderr).toBe(0);
    const { session, ...rest } = outcome(ended.stdout) as Report;
    expect(rest).toEqual(outcome(JSON.stringify(report)));
    expect(session).toMatchObject({ name, state: 'complete' });
    const account = (all: string): string => all.slice(all.indexOf('\nAccount'));
    const shown = (await run(['report', name])).stdout;
    expect(shown).toContain(`Session ${name}:`);
    expect(account(shown)).toBe(account(text));
  });

  it('goes as far as a session that was killed, from the bars where they are now', { timeout: 60_000 }, async () => {
    const killed = stateIn(cwd, 'killed');
    const slow = WORDS.map((word) => (word === '100000000x' ? '144000x' : word));
    expect(await killAfter(cwd, killed, slow, 1_800)).toBe(true);
    mkdirSync(join(cwd, 'moved'));
    writeFileSync(join(cwd, 'moved', 'WAVE.csv'), readFileSync(join(cwd, 'bars', 'WAVE.csv')));
    const ended = await run(['report', '--format', 'json', '--data', 'moved'], killed);
    expect(ended.code, ended.stderr).toBe(0);
    const part = JSON.parse(ended.stdout) as Report;
    expect(part.session).toMatchObject({ state: 'open' });
    expect(part.trades.length).toBeGreaterThan(0);
    expect(part.trades).toEqual(report.trades.slice(0, part.trades.length));
    const shown = await run(['report'], killed);
    expect(shown.stdout).toContain(', so far:');
    // Looking at it did not end it.
    expect(outcome((await run(WORDS, killed)).stdout)).toEqual(outcome(JSON.stringify(report)));
  });

  it('of a stretch begins with what the account was worth there, and stretches make up the whole', async () => {
    const part = async (...words: readonly string[]) => {
      const ended = await run(['report', '--format', 'json', ...words]);
      expect(ended.code, ended.stderr).toBe(0);
      return JSON.parse(ended.stdout) as Report & { readonly metrics: Readonly<Record<string, number>> };
    };
    const day = (rows: Rows, n: number): string => String(rows[n]!.time).slice(0, 10);
    const samples = report.equity;
    const [first, second] = [day(samples, 9), day(samples, 19)];
    const [before, middle, after, whole] = await Promise.all([
      part('--to', first),
      part('--from', day(samples, 10), '--to', second),
      part('--from', day(samples, 20)),
      part(),
    ]);
    const parts = [before!, middle!, after!];
    expect(parts.flatMap(({ trades }) => trades)).toEqual(report.trades);
    expect(parts.flatMap(({ equity }) => equity)).toEqual(samples);
    // An order that is at work when a stretch ends is told of as it stands there.
    expect(parts.flatMap(({ orders }) => orders.map(({ id }) => id))).toEqual(report.orders.map(({ id }) => id));
    expect(middle!.trades.length).toBeGreaterThan(2);
    expect(middle!.metrics.startEquity!.toFixed(2)).toBe(samples[9]!.equity);
    expect(middle!.metrics.endEquity!.toFixed(2)).toBe(samples[19]!.equity);
    const product = (of: (one: (typeof parts)[number]) => number): number =>
      parts.reduce((all, one) => all * of(one), 1);
    expect(product(({ metrics }) => 1 + metrics.returnPct! / 100)).toBeCloseTo(1 + whole!.metrics.returnPct! / 100, 12);
    expect(product(({ metrics }) => 1 + metrics.buyHoldPct! / 100)).toBeCloseTo(
      1 + whole!.metrics.buyHoldPct! / 100,
      12,
    );
    const deepest = Math.max(...parts.map(({ metrics }) => metrics.maxDrawdownBarPct!));
    expect(deepest).toBeGreaterThan(0);
    expect(deepest).toBeLessThanOrEqual(whole!.metrics.maxDrawdownBarPct!);
    // Bars with a position, of all bars: six or seven a day.
    const shares = parts.map(({ metrics, equity }) => metrics.exposurePct! * equity.length);
    expect(shares.reduce((sum, one) => sum + one, 0) / samples.length).toBeCloseTo(whole!.metrics.exposurePct!, 0);
    const early = await run(['report', '--from', '2030-01-01']);
    expect(early).toMatchObject({ code: 2, stdout: '' });
    expect(early.stderr).toMatch(/^error: session .* ends at 2023-.* New York, before --from 2030-01-01/);
    expect((await run(['report', '--to', '2020-01-01'])).stderr).toContain('has no bar there');
    expect((await run(['report', '--from', first])).stdout).toContain(', a stretch: 1 strategy');
  });

  it('without a journal says what writes one', async () => {
    const ended = await run(['report'], stateIn(cwd, 'none'));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('there is no journal in states/none');
    expect(existsSync(stateIn(cwd, 'none'))).toBe(false);
    const other = await run(['report', '2020-01-01-1']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('there is no session `2020-01-01-1`');
  });
});

describe('engine replay', () => {
  it('lists the sessions, and finds one the same to the last byte', async () => {
    const list = await run(['replay']);
    expect(list.stdout).toMatch(
      new RegExp(`^${name} +bars +2023-\\d\\d-\\d\\d \\d\\d:\\d\\d +${report.trades.length} .* complete$`, 'm'),
    );
    const again = await run(['replay', name]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(
      new RegExp(`^session .*: ${report.data.barsUsed} instants, \\d+ trades: the same to the last byte`),
    );
  });

  it('names the first difference, and ends with 1', async () => {
    const copy = stateIn(cwd, 'differs');
    await run(WORDS, copy);
    const library = await loadSqlite();
    const database = new library(join(copy, 'journal.sqlite'));
    const row = lastSession(database)!;
    const slices = [...readSlices(database, row.id, row.seal)];
    const guilty = slices.findIndex(({ events }) => events.includes('"kind":"trade"'));
    let before = row.seal;
    slices.forEach((slice, n) => {
      const events =
        n < guilty ? slice.events : slice.events.replace(/"exitReason":"\w+","bars"/, '"exitReason":"manual","bars"');
      const hash = chained(before, { ...slice, events });
      database.prepare('UPDATE slices SET events = ?, hash = ? WHERE n = ?').run(events, hash, n);
      before = hash;
    });
    database.close();
    const ended = await run(['replay', row.name], copy);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(
      /^session .* does not repeat itself: the journal has .*"exitReason":"manual".*now comes .*"kind":"trade"/,
    );
    const json = JSON.parse((await run(['replay', row.name, '--format', 'json'], copy)).stdout) as {
      same: boolean;
      difference: string;
    };
    expect(json.same).toBe(false);
    expect(ended.stdout.trim()).toBe(json.difference);
  });
});

describe('engine export', () => {
  it('trades, orders, fills and equity are those of the report', async () => {
    const pick = (rows: Rows, keys: readonly string[]): unknown[] =>
      rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key] ?? null])));
    const [trades, orders, fills, equity] = await Promise.all(
      ['trades', 'orders', 'fills', 'equity'].map((what) => rowsOf('--what', what)),
    );
    const ofTrade = Object.keys(report.trades[0]!).filter((key) => key !== 'legs');
    expect(pick(trades!, ofTrade)).toEqual(pick(report.trades, ofTrade));
    const ofOrder = [
      'id',
      'strategy',
      'symbol',
      'rule',
      'side',
      'type',
      'qty',
      'status',
      'reason',
      'decidedAt',
      'limitPrice',
      'timeInForce',
    ];
    expect(pick(orders!, ofOrder)).toEqual(pick(report.orders, ofOrder));
    const ofFill = ['time', 'at', 'price', 'qty', 'commission'];
    const known = report.orders.flatMap((order) => order.fills.map((fill) => ({ order: order.id, ...fill })));
    const byText = (rows: unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(byText(pick(fills!, ['order', ...ofFill]))).toEqual(byText(pick(known, ['order', ...ofFill])));
    expect(pick(equity!, ['time', 'equity'])).toEqual(report.equity);
  });

  it('decisions: a row for every rule on every bar, true ones with their order or what blocked them', async () => {
    const rows = await rowsOf('--what', 'decisions');
    const entries = rows.filter(({ rule }) => rule === 'entry.long');
    expect(entries).toHaveLength(report.data.barsUsed);
    const made = rows.flatMap(({ order }) => (order === null ? [] : [order]));
    const decided = report.orders.filter(({ rule }) => !String(rule).includes('stop_loss')).map(({ id }) => id);
    expect(new Set(made)).toEqual(new Set(decided));
    expect(made).toHaveLength(decided.length);
    expect(
      entries.every(({ value, blocker, order }) => value !== true || (blocker === null) !== (order === null)),
    ).toBe(true);
  });

  it('takes a span of days, both included', async () => {
    const all = await rowsOf();
    const days = [...new Set(all.map(({ exitTime }) => String(exitTime).slice(0, 10)))];
    const [from, to] = [days[2]!, days[5]!];
    const some = await rowsOf('--from', from, '--to', to);
    const within = all.filter(
      ({ exitTime }) => String(exitTime).slice(0, 10) >= from && String(exitTime).slice(0, 10) <= to,
    );
    expect(some).toEqual(within);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
  });

  it('writes CSV that holds the same, whole or not at all', async () => {
    const file = join(cwd, 'trades.csv');
    const ended = await run(['export', '--format', 'csv', '--out', 'trades.csv']);
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const columns = header!.split(',');
    const rows = await rowsOf();
    expect(lines.map((line) => line.split(','))).toEqual(
      rows.map((row) => columns.map((column) => String((row[column] ?? '') as string | number))),
    );
    const nowhere = await run(['export', '--out', 'no/such/folder.csv']);
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('no/such/folder.csv');
  });
});
