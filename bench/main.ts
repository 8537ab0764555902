// npm run bench [-- SECTION...] [--json] [--runs N]
import { growYoungMemory } from '../engine/cli/young-memory.ts';
import type { Figure } from './figure.ts';
import { table, verdict } from './figure.ts';
import { measure, SECTIONS, type Section } from './sections.ts';

// As the commands do.
growYoungMemory();

const words = process.argv.slice(2);
const json = words.includes('--json');
const runsAt = words.indexOf('--runs');
const runs = runsAt < 0 ? 5 : Math.max(1, Number(words[runsAt + 1]) || 5);
const named = words.filter((word, i) => !word.startsWith('-') && (runsAt < 0 || i !== runsAt + 1));
const unknown = named.filter((word) => !(SECTIONS as readonly string[]).includes(word));

async function main(): Promise<void> {
  if (unknown.length > 0) {
    console.error(`no section \`${unknown[0]}\`; there are: ${SECTIONS.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const chosen = named.length === 0 ? SECTIONS : (named as Section[]);
  const figures: Figure[] = [];
  for (const section of chosen) {
    if (!json) process.stderr.write(`measuring ${section} ...\n`);
    try {
      figures.push(...(await measure(section, runs)));
    } catch (error) {
      console.error(`${section}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
  if (json) {
    const rows = figures.map((figure) => ({ ...figure, reached: verdict(figure) || null }));
    console.log(JSON.stringify({ schemaVersion: 1, node: process.version, runs, figures: rows }, null, 2));
  } else {
    console.log(`\nNode ${process.version}, medians of ${runs} runs; "3.0x grademark" reads: three times as fast\n`);
    console.log(table(figures));
  }
}

void main();
