import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ASSUMPTIONS } from '../../engine/brokers/assumptions.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import { createSampleMarket, sampleData } from '../../engine/feeds/sample.ts';
import { resultOf } from '../../engine/runtime/outcome.ts';
import type { RunOptions } from '../../engine/runtime/run.ts';
import { createSession, type Session } from '../../engine/runtime/session.ts';
import { type Ground, standingOf, succeed, successorSteps } from '../../engine/runtime/succeed.ts';
import { nextRuleset, rulesetOf } from '../core/rules.ts';
import { ROOT } from '../house/sources.ts';

const options: RunOptions = {
  cash: 1_000_000,
  from: undefined,
  to: undefined,
  assumptions: DEFAULT_ASSUMPTIONS,
  closeAtEnd: false,
  swappable: true,
};

const files = ['strategies.d', 'examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml') && !name.startsWith('12'))
    .map((name) => join(folder, name)),
);

/** A document by itself: a list of symbols that it names stands in it. */
const textOf = (file: string): string =>
  readFileSync(join(ROOT, file), 'utf8').replace(/^symbols: (\S+\.txt)$/m, (_, list: string) => {
    const lines = readFileSync(join(ROOT, 'examples', list), 'utf8').split('\n');
    const symbols = lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
    return `symbols: [${symbols.join(', ')}]`;
  });

const groundOf = (ruleset: Ruleset, sessions = 90): Ground => {
  const market = createSampleMarket({ symbols: ruleset.symbols, sessions, warmup: 0 });
  const present = sampleData(market, 0, sessions).bars;
  return {
    bases: new Map(ruleset.symbols.map((symbol) => [symbol, '1m' as const])),
    at: () => ({ piece: 0, past: new Map(), present: () => present }),
    actions: [],
  };
};

const begin = (ruleset: Ruleset, ground: Ground): Session => {
  const session = createSession(ruleset, ground.bases, options, {});
  session.feed(ground.at().present());
  return session;
};

const outcome = (session: Session) => {
  const result = resultOf(
    session.core.memory.ruleset,
    session,
    {
      source: '',
      synthetic: true,
      rowsRead: 0,
      barsUsed: 0,
      outsideSession: 0,
      quarantined: [],
      quarantinedCount: 0,
      hash: '',
      warnings: [],
    },
    options,
    false,
    0,
  );
  const { orders, trades, equity, metrics, strategies, openPositions } = result;
  return { orders, trades, equity, metrics, strategies, openPositions };
};

/** What every indicator that does not read the account gives, by its name, and the measures of sessions. */
const numbers = (session: Session): Map<string, readonly number[]> => {
  const { ruleset, pipeline } = session.core.memory;
  for (const stretch of pipeline.stretches) stretch?.publish();
  const read = (slot: number): number => pipeline.arena.values[slot]!;
  return new Map<string, readonly number[]>([
    ...ruleset.nodes
      .filter(({ late }) => !late)
      .map(({ fingerprint, outputs }) => [fingerprint, outputs.map(read)] as const),
    ...ruleset.series.flatMap(({ key, measures }) =>
      [...measures].map(([name, slot]) => [`${key} ${name}`, [read(slot)]] as const),
    ),
  ]);
};

describe.each(files)('%s', (file) => {
  const text = textOf(file);
  const ruleset = rulesetOf(text);
  const ground = groundOf(ruleset);

  it('goes on as if nothing had been, when it is saved again', () => {
    const plain = begin(ruleset, ground);
    while (plain.advance(10_000));
    let session = begin(ruleset, ground);
    let more = true;
    for (let n = 0; more; n++) {
      more = session.advance(1_711 + 97 * n);
      session = succeed(session, nextRuleset(standingOf(session), undefined, text), ground, options, {});
    }
    const whole = outcome(plain);
    expect(outcome(session)).toEqual(whole);
    expect(numbers(session)).toEqual(numbers(plain));
    expect(whole.equity.length).toBeGreaterThan(80);
  });

  it('knows on its first bar what it would know had it run from the start', () => {
    const [symbol] = ruleset.traded;
    const idle = `id: idle\nsymbols: [${symbol}]\ntimeframe: 1m\ncapital: 1000\nentry:\n  long:\n    when: close < 0.01\n    size:\n      shares: 1\nexit:\n  time_stop: 5 bars\n`;
    const plain = begin(ruleset, ground);
    let session = begin(rulesetOf(idle), groundOf(rulesetOf(idle)));
    // Instants are numbered over the symbols that are read: the same time is another number.
    const until = ground.at().present().get(symbol!)!.end[20_017]!;
    const reach = (one: Session): void => {
      while (one.now < until || Number.isNaN(one.now)) one.advance(1);
    };
    reach(plain);
    reach(session);
    expect(session.now).toBe(plain.now);
    // Bars go on while it is made.
    const steps = successorSteps(session, nextRuleset(standingOf(session), undefined, text), ground, options, {});
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        step.value.takeOver();
        session = step.value;
        break;
      }
      session.advance(1);
    }
    while (plain.now < session.now) plain.advance(1);
    expect(session.now).toBe(plain.now);
    for (let bars = 0; bars < 40; bars++) {
      plain.advance(1);
      session.advance(1);
      expect(numbers(session)).toEqual(numbers(plain));
    }
    expect(session.now).toBe(plain.now);
    const all = [...numbers(plain).values()].flat();
    expect(all.length > 0 && all.every(Number.isNaN)).toBe(false);
  });
});
