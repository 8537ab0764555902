// Edits and kills a running engine for so many minutes: `npm run torture -- --minutes 10 --seed 7`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
if (!(Number(values.minutes) > 0) || !/^\d*$/.test(values.seed ?? '')) {
  console.error('--minutes takes a number above 0, --seed a whole one: npm run torture -- --minutes 10 --seed 7');
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    'test/cli/hot-edit.test.ts',
    'test/cli/many-saves.test.ts',
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TORTURE_MINUTES: values.minutes,
      ...(values.seed === undefined ? {} : { TORTURE_SEED: values.seed }),
    },
  },
);
process.exit(status ?? 1);
