// Kills a run before its writes and holds what becomes of it to the uninterrupted run:
// `npm run kill-test -- --all` before every one of them, `npm run kill-test -- --points 200 --seed 7` at 200 that a seed picks.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    points: { type: 'string', default: '50' },
    seed: { type: 'string' },
  },
});
if (!/^[1-9]\d*$/.test(values.points) || !/^\d*$/.test(values.seed ?? '')) {
  console.error('--points and --seed take whole numbers: npm run kill-test -- --points 200 --seed 7');
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'test/cli/kill.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CI: 'true',
      KILL_POINTS: values.all ? 'all' : values.points,
      ...(values.seed === undefined ? {} : { KILL_SEED: values.seed }),
    },
  },
);
process.exit(status ?? 1);
