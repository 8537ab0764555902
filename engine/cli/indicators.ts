import { CATALOGUE, findIndicator, RENAMED } from '../indicators/catalogue.ts';
import type { IndicatorEntry } from '../indicators/entry.ts';
import { table } from '../report/table.ts';
import { wrap } from '../report/wrap.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { call, warmupOf } from './indicator-facts.ts';
import { indicatorJson, indicatorPage } from './indicator-page.ts';
import { didYouMean } from './nearest.ts';
import type { Terminal } from './terminal.ts';

const GROUPS: readonly (readonly [IndicatorEntry['group'], string])[] = [
  ['average', 'Averages'],
  ['momentum', 'Momentum'],
  ['trend', 'Trend'],
  ['volatility', 'Volatility'],
  ['volume', 'Volume'],
  ['price', 'Price'],
  ['session', 'Session'],
  ['memory', 'Memory'],
  ['statistics', 'Statistics'],
  ['math', 'Mathematics'],
];

const listing = (entries: readonly IndicatorEntry[], terminal: Terminal): string => {
  const { style, width } = terminal;
  const lines: string[] = [];
  for (const [group, title] of GROUPS) {
    const members = entries.filter((entry) => entry.group === group).sort((a, b) => (a.name < b.name ? -1 : 1));
    if (members.length === 0) continue;
    lines.push(style.bold(title));
    lines.push(
      ...table(
        [
          { title: 'call', align: 'left' },
          { title: 'gives', align: 'left', drop: 1, shrinks: true },
          { title: 'ready', align: 'right' },
          { title: 'what it is', align: 'left', shrinks: true },
        ],
        members.map((entry) => [
          call(entry),
          entry.outputs.length === 1 ? 'a value' : entry.outputs.map((output) => `.${output.name}`).join(' '),
          warmupOf(entry),
          entry.title,
        ]),
        { width, indent: 2, style },
      ),
      '',
    );
  }
  return lines.join('\n');
};

const FOOT = (width: number): string[] =>
  wrap(
    'A number in a call is the usual value and may be left out with all after it; `ready` is the first bar with a value. ' +
      'engine indicators NAME shows a page; engine indicators WORD searches.',
    width,
  );

const matching = (word: string): IndicatorEntry[] => {
  const wanted = word.toLowerCase();
  return [...CATALOGUE.values()].filter((entry) =>
    [entry.name, entry.title, entry.group, entry.description].some((text) => text.toLowerCase().includes(wanted)),
  );
};

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const asked = positionals[0];
  const exact = asked === undefined ? undefined : (findIndicator(asked) ?? findIndicator(asked.toLowerCase()));
  const entries = asked === undefined ? [...CATALOGUE.values()] : exact === undefined ? matching(asked) : [exact];
  if (asked !== undefined && entries.length === 0) {
    throw failure(
      `no indicator is called \`${asked}\`, and none mentions it`,
      didYouMean(asked, [...CATALOGUE.keys()]) ?? 'engine indicators lists them all',
    );
  }
  if (flags.format === 'json') {
    const body = { schemaVersion: 1, indicators: entries.map(indicatorJson) };
    await terminal.stream([`${JSON.stringify(body, undefined, 1)}\n`]);
    return EXIT.fine;
  }
  if (exact !== undefined) {
    const other = RENAMED.get(asked?.toLowerCase() ?? '');
    if (other === exact.name) {
      const line = `tulind's \`${asked}\` over a number of bars is \`${other}\` here; ${asked}(a, b) compares two numbers.`;
      terminal.out(`${wrap(line, terminal.width).join('\n')}\n\n`);
    }
    terminal.out(indicatorPage(exact, terminal.width, terminal.style));
    return EXIT.fine;
  }
  await terminal.stream([listing(entries, terminal), '\n', FOOT(terminal.width).join('\n'), '\n']);
  return EXIT.fine;
};
