import { describe, expect, it } from 'vitest';
import { runChaos } from './run.ts';

describe('tmp', () => {
  it('runs', { timeout: 600_000 }, async () => {
    const from = Number(process.env.CHAOS_SEED ?? 1);
    const count = Number(process.env.CHAOS_RUNS ?? 1);
    let bad = 0;
    const cpu = process.cpuUsage();
    for (let seed = from; seed < from + count; seed++) {
      const one = await runChaos(seed);
      if (one.broken.length > 0) bad++;
      console.log(seed, one.broken, one.orders, one.fills, one.trades, one.restarts);
      if (count === 1)
        console.log(
          one.notices.join('\n'),
          JSON.stringify(one.schedule.faults),
          one.schedule.deeds,
          one.schedule.strategies,
          one.schedule.risk,
        );
    }
    const used = process.cpuUsage(cpu);
    console.log('cpu s', (used.user + used.system) / 1e6, 'bad', bad);
    expect(1).toBe(1);
  });
});
