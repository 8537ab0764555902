// Runs at build time: works commands off in one process, so that V8 compiles what they run, and stores the code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { codeCachePath, readProgram, startProgram } from './program.ts';

/** Bars enough for the thread that reads large files to be wanted. */
const ROWS = 200_000;

const scratch = mkdtempSync(join(tmpdir(), 'compile-ahead-'));
process.env.ENGINE_STATE = join(scratch, 'state');

/** A file of one-minute bars whose price swings, so that rules trade on it. */
function swingingBars(): string {
  const lines = ['timestamp,open,high,low,close,volume'];
  for (let row = 0; row < ROWS; row++) {
    const stamp = new Date(Date.UTC(2024, 0, 2) + row * 60_000).toISOString().replace('.000', '');
    const price = (100 + 10 * Math.sin(row / 50)).toFixed(2);
    lines.push(`${stamp},${price},${price},${price},${price},${1000 + row}`);
  }
  return `${lines.join('\n')}\n`;
}

const bars = join(scratch, 'AAPL.csv');
writeFileSync(bars, swingingBars());

/** What people wait for: the usual commands, and the reports that they end with. */
const COMMANDS: readonly (readonly string[])[] = [
  ['backtest', '--data', bars, '--symbols', 'AAPL'],
  ['run', '--dry', '--once', '--no-journal', '--log', 'off'],
  ['backtest', '--format', 'json'],
  ['test'],
  ['validate'],
];

const script = readProgram();
// A flag that is set here would mark the code as made for that flag, and no other process would take it.
v8.setFlagsFromString = () => {};
let next = 0;

/** One command after the other: each has ended when nothing is left to wait for. */
process.on('beforeExit', () => {
  const words = COMMANDS[next++];
  if (words !== undefined) {
    process.argv = [process.execPath, 'engine', ...words];
    process.exitCode = undefined;
    startProgram(script);
    // Node asks again only after a command that waited for something.
    setImmediate(() => {});
  } else if (next === COMMANDS.length + 1) {
    writeFileSync(codeCachePath(), script.createCachedData());
    rmSync(scratch, { recursive: true, force: true });
  }
});
