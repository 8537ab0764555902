import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trip } from '../../engine/core/breakers.ts';
import { MINUTE, SECOND } from '../../engine/market/time.ts';
import { createDice } from '../alpaca/simulator/identity.ts';
import { scriptOf } from '../alpaca/simulator/script.ts';
import { startAlpaca } from '../alpaca/simulator/simulator.ts';
import { clockOf } from '../feeds/alpaca/simulated-feed.ts';
import { Crash, minuteBars, writeRules } from '../runtime/live/ground.ts';
import { type Engine, KEYS, startEngine, wordsOf } from './engine.ts';
import { brokenAlways, brokenAtRest } from './invariants.ts';
import { endOf, HISTORY } from './market.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

/** What a schedule came to. */
export interface ChaosOutcome {
  readonly schedule: Schedule;
  /** Invariants that broke, with when; none: it held. */
  readonly broken: readonly string[];
  readonly orders: number;
  readonly fills: number;
  readonly trades: number;
  readonly restarts: number;
  /** What a person was told, and when. */
  readonly notices: readonly string[];
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns of the loop in which what one side sends the other reads and answers. */
const TURNS = 10;

/** Once nothing goes wrong any more the engine has this long to come to agree with the broker, ms. */
const HEALING = 7 * MINUTE;

/** A schedule takes some two thousand instants: so many are a loop. */
const MOST_PAUSES = 20_000;

const stamp = (at: number): string => new Date(at).toISOString().slice(11, 23);

/** Plays a schedule: market, rules, faults and deeds of one seed against one engine, which is started again when it dies. */
export async function runChaos(seed: number, options: ChaosOptions = {}): Promise<ChaosOutcome> {
  return play(scheduleOf(seed), options);
}

export interface ChaosOptions {
  /** How requests reach the simulator; the sockets are real either way. */
  readonly way?: 'memory' | 'sockets';
  /** Every request and every fact is among the notices. */
  readonly trace?: boolean;
}

export async function play(schedule: Schedule, { way = 'memory', trace = false }: ChaosOptions): Promise<ChaosOutcome> {
  const { seed, bars, faults, deeds, calmFrom } = schedule;
  const begin = endOf(HISTORY);
  const end = endOf(schedule.minutes);
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'engine-chaos-'));
  writeRules(dir, schedule.risk, schedule.strategies);
  const simulator = await startAlpaca({
    script: scriptOf(bars),
    start: begin + 500,
    seed,
    keys: KEYS,
    partials: schedule.partials,
    validate: false,
  });
  const { clock: virtual, book } = simulator;
  const clock = clockOf(simulator);
  const history = new Map(bars.map((one) => [one.symbol, minuteBars(one).filter(({ start }) => start < begin)]));
  const broken = new Set<string>();
  const notices: string[] = [];
  const say = (text: string): void => void notices.push(`${stamp(clock.now())} ${text}`);
  const breaks = (found: readonly string[]): void => {
    for (const one of found) {
      if (broken.has(one)) continue;
      broken.add(one);
      say(`BROKEN ${one}`);
    }
  };
  let restarts = 0;
  let full = Number.NEGATIVE_INFINITY;
  /** Storings until it dies, and on which side of one. */
  let fuse: { left: number; readonly when: 'before' | 'after' } | undefined;
  let engine: Engine | undefined;

  const entries = new Map<string, readonly Trip[]>();
  const tripsOf = (of: Engine): readonly Trip[] =>
    of.stand()?.session.core.trips.filter(({ clearedAt, scope }) => clearedAt === undefined && scope === 'account') ??
    [];
  const engineOptions = {
    simulator,
    clock,
    dir,
    dice: createDice(seed + 1),
    way,
    history,
    storing(when: 'before' | 'after'): boolean {
      if (fuse !== undefined && when === fuse.when && --fuse.left <= 0) {
        fuse = undefined;
        engine?.cut();
        throw new Crash('killed');
      }
      return clock.now() >= full;
    },
    trace: trace ? say : undefined,
    notice: (notice: Parameters<typeof wordsOf>[0]) => say(wordsOf(notice)),
    entering(clientId: string, of: Engine) {
      entries.set(clientId, tripsOf(of));
      if (tripsOf(of).length > 0) breaks([`(d) ${clientId} is asked for after a trip`]);
    },
    leaves(method: string, path: string, body: string | undefined, of: Engine) {
      if (method !== 'POST' || path !== '/v2/orders' || body === undefined) return;
      const { client_order_id: id } = JSON.parse(body) as { client_order_id: string };
      if (entries.has(id) && tripsOf(of).length > 0) breaks([`(d) ${id} is sent after a trip`]);
    },
  };

  let pauses = 0;
  const settle = async (): Promise<void> => {
    if (++pauses > MOST_PAUSES) throw new Error(`it turns in circles at ${stamp(clock.now())}`);
    for (let n = 0; n < TURNS; n++) await turn();
  };
  const to = async (at: number): Promise<void> => {
    if (at > clock.now()) await virtual.advanceTo(at, settle);
    await settle();
  };
  const start = async (): Promise<void> => {
    engine = await startEngine(engineOptions);
    await settle();
  };
  /** Sees an engine that died buried, and starts another. */
  const revive = async (): Promise<void> => {
    const dying = engine!;
    const how = await dying.ended;
    if (!(how instanceof Crash)) throw new Error('the run ended by itself');
    say('killed');
    restarts++;
    await to(clock.now() + 3 * SECOND);
    await start();
    say('started again');
  };

  let trades = 0;
  try {
    await start();
    for (const fault of faults) simulator.faults.add(fault);
    const moments = [
      ...deeds.map((deed) => ({ at: deed.at, deed })),
      ...Array.from({ length: schedule.minutes - HISTORY }, (_, n) => ({
        at: begin + (n + 1) * MINUTE + 8 * SECOND,
        deed: undefined,
      })),
      { at: calmFrom, deed: 'calm' as const },
    ].toSorted((a, b) => a.at - b.at);
    for (const { at, deed } of moments) {
      await to(at);
      if (engine!.over) await revive();
      if (deed === 'calm') {
        simulator.faults.clear();
        simulator.faults.add({ on: 'instant', do: { kind: 'restore_keys' } });
        simulator.faults.add({ on: 'instant', do: { kind: 'skew', ms: 0 } });
        simulator.faults.add({ on: 'instant', do: { kind: 'slow_changes', cancelMs: 0, replaceMs: 0 } });
        fuse = undefined;
      } else if (deed?.kind === 'kill') fuse = { left: deed.storing, when: deed.when };
      else if (deed?.kind === 'disk_full') full = at + deed.forMs;
      else if (deed?.kind === 'edit') {
        writeRules(dir, schedule.risk, deed.strategies);
        say('rules edited');
        void engine!.edit().catch((error: unknown) => breaks([`(e) the edit failed: ${String(error)}`]));
        await settle();
      }
      breaks(brokenAlways(book));
      if (at >= calmFrom + HEALING) breaks(brokenAtRest(book, engine!.stand()!));
    }
    await to(end + 30 * SECOND);
    if (engine!.over) await revive();
    breaks(brokenAtRest(book, engine!.stand()!));
    if (!engine!.trusted()) breaks(['(e) entries are still held']);
    engine!.stop();
    await to(clock.now() + 3 * SECOND);
    const result = await engine!.ended;
    if (result instanceof Crash) breaks(['(e) it died while it stopped']);
    else trades = result.trades.length;
  } catch (error) {
    breaks([`(e) ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]);
  } finally {
    engine?.cut();
    engine?.stop();
    if (pauses <= MOST_PAUSES) await to(clock.now() + 3 * SECOND);
    await simulator.close();
    rmSync(dir, { recursive: true, force: true });
  }
  for (const secret of Object.values(KEYS)) {
    if (notices.some((text) => text.includes(secret))) breaks(['a key was told']);
  }
  return {
    schedule,
    broken: [...broken],
    orders: book.orders.size,
    fills: book.executions.length,
    trades,
    restarts,
    notices,
  };
}
