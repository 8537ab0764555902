import { type Style, styleOf } from '../report/style.ts';
import { wrap } from '../report/wrap.ts';
import { GLOBAL_FLAGS } from './arguments.ts';
import { type CommandSpec, type FlagSpec, GROUPS } from './command.ts';

const flagText = (flag: FlagSpec): string =>
  `${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;

/** Two columns, the second wrapped under itself. */
const pairs = (rows: readonly (readonly [string, string])[], width: number, style: Style): string[] => {
  const left = Math.min(34, Math.max(...rows.map(([term]) => term.length)));
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, width - left - 4);
    const first = term.length > left ? [`  ${style.cyan(term)}`] : [];
    const head = first.length > 0 ? ' '.repeat(left + 2) : `  ${style.cyan(term)}${' '.repeat(left - term.length)}`;
    return [...first, ...lines.map((line, index) => `${index === 0 ? head : ' '.repeat(left + 2)}  ${line}`)];
  });
};

/** `engine run --dry` as it is typed here. */
const typed = (line: string, program: string): string => line.replace(/^engine\b/, program);

/** Help of the whole program: how to begin, then every command by group. */
export const overview = (
  commands: readonly CommandSpec[],
  width: number,
  style: Style = styleOf(false),
  program = 'engine',
): string => {
  const lines = [
    `${style.bold('engine')}: trading rules written in YAML, checked, tried and run.`,
    '',
    style.bold('Begin'),
    ...pairs(
      [
        [
          typed('engine run --dry', program),
          'watch the strategies of strategies.d/ trade a sample market; no keys, no money',
        ],
        [typed('engine validate', program), 'check what you wrote'],
        [typed('engine backtest --data DIR', program), 'try it on your own bars'],
      ],
      width,
      style,
    ),
  ];
  for (const group of GROUPS) {
    const members = commands.filter((command) => command.group === group);
    if (members.length === 0) continue;
    lines.push('', style.bold(group));
    lines.push(
      ...pairs(
        members.map((command) => [`${command.name} ${command.arguments}`.trim(), command.summary]),
        width,
        style,
      ),
    );
  }
  lines.push('', `${program} help COMMAND shows examples and flags; ${program} --version the version.`, '');
  return lines.join('\n');
};

/** Help of one command: what it does, examples, then flags. */
export const commandHelp = (
  command: CommandSpec,
  width: number,
  style: Style = styleOf(false),
  program = 'engine',
): string => {
  const lines = [
    wrap(`engine ${command.name}: ${command.summary}.`, width).join('\n').replace(`engine ${command.name}`, style.bold),
    '',
    style.bold('Examples'),
    ...command.examples.flatMap((example) => [
      `  ${style.cyan(typed(example.line, program))}`,
      ...wrap(example.says, width, '      '),
    ]),
    '',
    style.bold('Usage'),
    `  ${program} ${[command.name, '[FLAGS]', command.arguments].filter((part) => part !== '').join(' ')}`,
    '',
    style.bold('Flags'),
    ...pairs(
      [...command.flags, ...GLOBAL_FLAGS].map((flag) => [
        flagText(flag),
        flag.choices === undefined ? flag.summary : `${flag.summary} (${flag.choices.join(', ')})`,
      ]),
      width,
      style,
    ),
  ];
  for (const note of command.notes ?? []) lines.push('', ...wrap(note, width));
  return `${lines.join('\n')}\n`;
};
