import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { textFlag } from './arguments.ts';
import { BLANK_STRATEGY } from './blank-strategy.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { packageFile } from './package-files.ts';
import { programName } from './program-name.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { makeFolderOf, writeNew } from './write-file.ts';

/** Shipped strategy of each template. */
const TEMPLATES: Readonly<Record<string, string>> = {
  moving_average: 'moving_average.yaml',
  rsi: 'rsi.yaml',
  macd: 'macd_advanced.yaml',
  mean_reversion: 'mean_reversion.yaml',
  breakout: 'breakout.yaml',
};

const ID = /^[a-z][a-z0-9_-]{0,63}$/;

const suggestion = (name: string): string => {
  const mended = name
    .toLowerCase()
    .replace(/\.ya?ml$/, '')
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 64);
  return mended === '' ? 'my_strategy' : mended;
};

const isYaml = (file: string): boolean => /^[^.].*\.ya?ml$/.test(file);

/** The file of the folder that has the id already, whatever it is called. */
const holderOf = (id: string, folder: string): string | undefined => {
  let files: string[];
  try {
    files = readdirSync(folder).filter(isYaml);
  } catch {
    return undefined;
  }
  const line = new RegExp(`^id:\\s*["']?${id}["']?\\s*(#.*)?$`, 'm');
  return files.find((file) => {
    if (file.replace(/\.ya?ml$/, '') === id) return true;
    try {
      return line.test(readFileSync(join(folder, file), 'utf8'));
    } catch {
      return false;
    }
  });
};

/** Names whose file would be something else than a strategy. */
const refuseTaken = (name: string): void => {
  if (name.startsWith('_')) {
    throw failure(
      `\`${name}\` would be a template: files whose names begin with _ are extended by others and never run`,
      `engine new ${suggestion(name)}`,
    );
  }
  if (name === 'risk') {
    throw failure(
      '`risk` is no name for a strategy: a file risk.yaml holds the limits of the account',
      'engine new my_risk, or another name',
    );
  }
};

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const name = positionals[0];
  if (name === undefined) throw failure('engine new needs a name', 'engine new my_cross --from moving_average');
  refuseTaken(name);
  if (!ID.test(name)) {
    throw failure(
      `\`${name}\` is no name for a strategy: small letters, digits, _ and -, a letter first`,
      `engine new ${suggestion(name)}`,
    );
  }
  const template = textFlag(flags, 'from') ?? 'blank';
  const file = TEMPLATES[template];
  const text = file === undefined ? BLANK_STRATEGY : await readFile(packageFile('strategies.d', file), 'utf8');
  const folder = workspaceFolder(flags);
  const target = join(folder, 'strategies.d', `${name}.yaml`);
  const shown = relative(process.cwd(), target) || target;
  const holder = holderOf(name, join(folder, 'strategies.d'));
  if (holder !== undefined && holder !== `${name}.yaml`) {
    const where = relative(process.cwd(), join(folder, 'strategies.d', holder));
    throw failure(`a strategy \`${name}\` stands in ${where} already`, 'choose another name; nothing was written');
  }
  await makeFolderOf(target);
  if (!(await writeNew(target, [text.replace(/^id:.*$/m, `id: ${name}`)], shown))) {
    throw failure(`${shown} is there already`, 'choose another name; nothing was overwritten');
  }
  const program = programName();
  terminal.out(
    `made ${shown} from ${template}\n\nNext\n  ${program} validate ${shown}\n  ${program} backtest ${shown}\n`,
  );
  return EXIT.fine;
};
