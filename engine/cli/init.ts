import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit.ts';
import { packageFile } from './package-files.ts';
import { programName } from './program-name.ts';
import { makeFolderOf, writeNew } from './write-file.ts';

const EDITOR_SETTINGS = `${JSON.stringify(
  {
    'yaml.schemas': {
      './schemas/strategy.schema.json': 'strategies.d/*.yaml',
      './schemas/risk.schema.json': 'risk.yaml',
    },
    '[yaml]': { 'editor.quickSuggestions': { strings: true } },
  },
  undefined,
  2,
)}\n`;

/** What a new workspace holds, in the order it is told; the text is the shipped file's unless it is given here. */
const CONTENTS: readonly { readonly path: string; readonly says: string; readonly text?: string }[] = [
  { path: 'strategies.d/moving_average.yaml', says: 'buys when price crosses above its average' },
  { path: 'strategies.d/rsi.yaml', says: 'buys weakness, sells strength' },
  { path: 'risk.yaml', says: 'account limits and circuit breakers' },
  { path: '.env.example', says: 'keys for later; copy it to .env' },
  { path: 'schemas/strategy.schema.json', says: 'completion and hover in editors' },
  { path: 'schemas/risk.schema.json', says: 'the same for risk.yaml' },
  { path: '.vscode/settings.json', says: 'ties the schemas to the files', text: EDITOR_SETTINGS },
];

const WIDTH = Math.max(...CONTENTS.map(({ path }) => path.length)) + 1;

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const { style } = terminal;
  const folder = resolve(positionals[0] ?? textFlag(flags, 'workspace') ?? '.');
  const lines: string[] = [];
  for (const { path, says, text } of CONTENTS) {
    const target = join(folder, path);
    const content = text ?? (await readFile(packageFile(path), 'utf8'));
    await makeFolderOf(target);
    // What is there is left alone, so that a second `init` never costs anybody an edit.
    const made = await writeNew(target, [content], relative(process.cwd(), target) || target);
    lines.push(
      made
        ? `  ${style.green('made')}  ${path.padEnd(WIDTH)} ${style.dim(says)}`
        : `  ${style.dim('kept')}  ${path.padEnd(WIDTH)} ${style.dim('is there already')}`,
    );
  }
  const shown = relative(process.cwd(), folder);
  const program = programName();
  const next = [
    [`${program} run --dry`, 'watch it trade a sample market'],
    [`${program} validate`, 'after every edit'],
    [`${program} new NAME --from breakout`, 'another strategy'],
  ] as const;
  const width = Math.max(...next.map(([line]) => line.length)) + 4;
  terminal.out(
    `${[
      `Workspace in ${shown === '' ? 'this folder' : shown}`,
      ...lines,
      '',
      'Next',
      ...(shown === '' ? [] : [`  cd ${shown}`]),
      ...next.map(([line, means]) => `  ${line.padEnd(width)}${means}`),
    ].join('\n')}\n`,
  );
  return EXIT.fine;
};
