import { CODES, type CodeEntry } from '../documents/codes.ts';
import { wrap } from '../report/wrap.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { nearest } from './nearest.ts';
import type { Terminal } from './terminal.ts';

const entries = Object.entries(CODES) as [string, CodeEntry][];

const find = (asked: string): [string, CodeEntry] => {
  const code = asked.toUpperCase();
  const found = entries.find(([known]) => known === code);
  if (found !== undefined) return found;
  const near = nearest(
    code,
    entries.map(([known]) => known),
  ).map((known) => `${known} (${(CODES as Record<string, CodeEntry>)[known]!.title})`);
  throw failure(
    `there is no code \`${asked}\``,
    near.length > 0
      ? `did you mean ${near.join(' or ')}? engine explain --all lists every code`
      : 'engine explain --all lists every code',
  );
};

const drawn = (title: string, code: string, terminal: Terminal): string[] =>
  code.trim() === ''
    ? []
    : [
        '',
        `  ${terminal.style.bold(title)}`,
        ...code
          .trimEnd()
          .split('\n')
          .map((line) => `    ${line}`.trimEnd()),
      ];

const page = ([code, entry]: [string, CodeEntry], terminal: Terminal): string => {
  const { style } = terminal;
  const tint = entry.severity === 'error' ? style.red : style.yellow;
  return [
    `${tint(`${entry.severity}[${code}]`)}: ${style.bold(entry.title)}`,
    ...(entry.explanation === '' ? [] : ['', ...wrap(entry.explanation, Math.min(100, terminal.width), '  ')]),
    ...drawn('wrong', entry.wrong, terminal),
    ...drawn('right', entry.right, terminal),
    '',
  ].join('\n');
};

const asJson = ([code, entry]: [string, CodeEntry]): Record<string, string> => ({
  code,
  severity: entry.severity,
  title: entry.title,
  explanation: entry.explanation,
  wrong: entry.wrong,
  right: entry.right,
});

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const asked = positionals[0];
  if (asked === undefined && flags.all === undefined) {
    throw failure('engine explain needs a code', 'engine explain E201, or engine explain --all');
  }
  const shown = asked === undefined || flags.all !== undefined ? entries : [find(asked)];
  if (flags.format === 'json') {
    await terminal.stream([`${JSON.stringify({ schemaVersion: 1, codes: shown.map(asJson) }, undefined, 1)}\n`]);
    return EXIT.fine;
  }
  await terminal.stream([shown.map((entry) => page(entry, terminal)).join('\n')]);
  return EXIT.fine;
};
