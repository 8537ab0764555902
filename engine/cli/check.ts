import { counted } from '../report/amounts.ts';
import type { Style } from '../report/style.ts';
import { wrap } from '../report/wrap.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import { tellJson } from './ask.ts';
import { checkAlpaca } from './check/alpaca.ts';
import { AREAS, type Area, type Item, type State } from './check/item.ts';
import { checkMachine } from './check/machine.ts';
import { checkRules } from './check/rules.ts';
import { checkTelegram } from './check/telegram.ts';
import type { CommandContext } from './command.ts';
import { readEnvironment } from './environment.ts';
import { EXIT } from './exit.ts';
import { scrubberOfKnown } from './known-secrets.ts';
import { stateFolder } from './state-folder.ts';
import { workspaceFolder } from './workspace-folder.ts';

const AREA_TITLES: Readonly<Record<Area, string>> = {
  machine: 'This machine',
  rules: 'Rules',
  alpaca: 'Alpaca',
  telegram: 'Telegram',
};

const MARKS: Readonly<Record<State, readonly [string, keyof Style]>> = {
  ok: ['✓', 'green'],
  warn: ['!', 'yellow'],
  fail: ['✗', 'red'],
  skipped: ['·', 'dim'],
};

/** Columns of an item before what it says. */
const MARGIN = 2 + 2 + 22;

const itemLines = ({ title, state, says, help }: Item, width: number, style: Style): string[] => {
  const [mark, colour] = MARKS[state];
  const indent = ' '.repeat(MARGIN);
  const [first = '', ...rest] = wrap(says, width, indent);
  const tinted = state === 'skipped' ? style.dim : (text: string): string => text;
  return [
    `  ${style[colour](mark)} ${tinted(title.padEnd(22))}${tinted(first.trimStart())}`,
    ...rest.map(tinted),
    ...(help === undefined ? [] : wrap(`→ ${help}`, width, indent).map(style.cyan)),
  ];
};

const countsOf = (items: readonly Item[]): Readonly<Record<State, number>> => {
  const counts = { ok: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { state } of items) counts[state]++;
  return counts;
};

const summary = (items: readonly Item[], style: Style): string => {
  const { ok, warn, fail } = countsOf(items);
  const parts = [
    style.green(`${ok} ok`),
    warn > 0 ? style.yellow(counted(warn, 'warning')) : '0 warnings',
    fail > 0 ? style.red(counted(fail, 'failure')) : '0 failures',
  ];
  return parts.join(', ');
};

export const run = async (context: CommandContext): Promise<number> => {
  const { flags, terminal } = context;
  const json = flags.format === 'json';
  const offline = flags.offline === true;
  const folder = workspaceFolder(flags);
  const environment = readEnvironment(folder);
  const scrub = scrubberOfKnown();
  const items: Item[] = [];
  let area: Area | undefined;
  const tell = (found: Item): void => {
    // Words of servers may repeat what they were sent.
    const item = {
      ...found,
      says: scrub(found.says),
      ...(found.help === undefined ? {} : { help: scrub(found.help) }),
    };
    items.push(item);
    if (json) return;
    if (item.area !== area) {
      terminal.out(`${area === undefined ? '' : '\n'}${terminal.style.bold(AREA_TITLES[item.area])}\n`);
      area = item.area;
    }
    terminal.out(`${itemLines(item, terminal.width, terminal.style).join('\n')}\n`);
  };
  await checkMachine({ environment, folder, state: stateFolder(flags, folder) }, tell);
  const ruleset = await checkRules(folder, tell);
  await checkAlpaca(environment, ruleset, offline, tell);
  await checkTelegram(environment, offline, tell);
  const counts = countsOf(items);
  if (json) {
    await tellJson(context, {
      engine: ENGINE_VERSION,
      ok: counts.fail === 0,
      counts,
      items: items
        .toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area))
        .map(({ help, ...item }) => ({ ...item, help: help ?? null })),
    });
  } else terminal.out(`\n${summary(items, terminal.style)}\n`);
  return counts.fail > 0 ? EXIT.findings : EXIT.fine;
};
