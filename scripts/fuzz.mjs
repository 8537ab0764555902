// Runs every test file that states properties over fresh seeds: `npm run fuzz`, `npm run fuzz -- --minutes 30 core expressions`.
// Words after the options name folders or files of test/. A seed that fails is printed with the command that repeats it.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error('--minutes takes a number above 0: npm run fuzz -- --minutes 10');
  process.exit(2);
}

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts') && readFileSync(join(root, name), 'utf8').includes('fc.assert('))
  .filter((name) => positionals.length === 0 || positionals.some((word) => name.includes(word)));
if (files.length === 0) {
  console.error(`no test file with properties is named by: ${positionals.join(' ')}`);
  process.exit(2);
}

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const end = Date.now() + minutes * 60_000;
const failed = [];
let rounds = 0;
do {
  const seed = randomInt(2 ** 31);
  const run = spawnSync(process.execPath, [vitest, 'run', '--reporter=dot', '--testTimeout=300000', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FC_SEED: String(seed), NO_COLOR: '1' },
  });
  rounds += 1;
  if (run.status === 0) {
    console.log(`seed ${seed}: held`);
    continue;
  }
  failed.push(seed);
  console.log(`seed ${seed}: FAILED\n${run.stdout}${run.stderr}`);
  console.log(`again: FC_SEED=${seed} npx vitest run ${files.join(' ')}`);
} while (Date.now() < end);
console.log(
  `${rounds} seeds over ${files.length} files, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(' ')}` : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
