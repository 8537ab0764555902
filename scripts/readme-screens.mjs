// Writes what the engine really prints into README.md, between its markers: `node scripts/readme-screens.mjs`.
// With `--figures` the benchmark runs too (minutes) and its table is written.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import xterm from '@xterm/headless';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = join(root, 'README.md');

/** Runs a bundled program of dist/ without colour at 80 columns; gives both its streams. */
function run(program, args, cwd = root) {
  return spawnSync(process.execPath, [join(root, 'dist', program), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '80', ENGINE_LOG: 'off' },
  });
}

/** The start of a dry run, its first trades, and the summary as far as the table of strategies. */
function screen() {
  const { stdout, stderr } = run('engine.js', ['run', '--dry', '--once', '--no-journal']);
  const lines = stdout.split('\n');
  const summary = lines.findIndex((line) => line.includes('SYNTHETIC'));
  const end = lines.findIndex((line) => line.startsWith('How trades ended'));
  if (summary < 0 || end < 0) throw new Error(`the dry run has no summary:\n${stderr}`);
  const shown = lines.slice(summary, end).filter((line) => !line.trimStart().startsWith('made by'));
  return ['$ npx engine run --dry --once', ...stderr.split('\n').slice(0, 2), ...lines.slice(0, 6), '...', ...shown]
    .join('\n')
    .trimEnd();
}

/** The block at the bottom of a terminal of 80 columns, some bars after the sample year; needs `script` of util-linux. */
async function live() {
  const program = `stty cols 80 rows 24; exec "${process.execPath}" "${join(root, 'dist', 'engine.js')}" run --dry --log off`;
  const child = spawn('script', ['-qfec', program, '/dev/null'], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  let seen = '';
  await new Promise((resolve) => {
    let waits = false;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      seen += text;
      if (waits || !seen.includes('The sample year is over')) return;
      waits = true;
      setTimeout(resolve, 8_000);
    });
  });
  child.kill('SIGTERM');
  await new Promise((resolve) => terminal.write(seen, resolve));
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: 24 }, (_, n) => buffer.getLine(buffer.baseY + n).translateToString(true));
  const top = rows.findIndex((row) => /^ \$[\d,.]+ {3}P&L/.test(row));
  if (top < 0) throw new Error(`no live block:\n${rows.join('\n')}`);
  return rows.slice(top).join('\n').trimEnd();
}

/** What the checker says of one misspelt name. */
function mistake() {
  const folder = mkdtempSync(join(tmpdir(), 'engine-readme-'));
  try {
    cpSync(join(root, 'strategies.d'), join(folder, 'strategies.d'), { recursive: true });
    cpSync(join(root, 'risk.yaml'), join(folder, 'risk.yaml'));
    const file = join(folder, 'strategies.d', 'rsi.yaml');
    const text = readFileSync(file, 'utf8');
    const broken = text.replace('strength < oversold', 'strenght < oversold');
    if (broken === text) throw new Error('strategies.d/rsi.yaml has no `strength < oversold` to misspell');
    writeFileSync(file, broken);
    const { stdout, stderr } = run('engine.js', ['validate'], folder);
    return `$ npx engine validate\n${stdout}${stderr}`.trimEnd();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The benchmark's figures as a table. */
function figures() {
  const { stdout, stderr, status } = run('bench.js', ['--json']);
  if (status !== 0) throw new Error(stderr);
  const report = JSON.parse(stdout);
  const show = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
  const rows = report.figures.map(({ section, name, value, unit, beside }) => {
    const others = (beside ?? []).map((other) => `${other.name} ${show(other.value)}`).join(', ');
    return `| ${section.split('  ')[0]}: ${name} | ${show(value)} ${unit} | ${others} |`;
  });
  return [
    `Node ${report.node}, medians of ${report.runs} runs on two cores.`,
    '',
    '| what | measured | beside, same run |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

const fence = (text) => `\`\`\`\n${text}\n\`\`\``;
const parts = { screen: () => fence(screen()), live: async () => fence(await live()), mistake: () => fence(mistake()) };
if (process.argv.includes('--figures')) parts.figures = figures;

let text = readFileSync(readme, 'utf8');
for (const [name, make] of Object.entries(parts)) {
  const marked = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`);
  if (!marked.test(text)) throw new Error(`README.md has no <!-- ${name} --> ... <!-- /${name} -->`);
  const filled = `<!-- ${name} -->\n\n${await make()}\n\n<!-- /${name} -->`;
  text = text.replace(marked, () => filled);
}
writeFileSync(readme, text);
