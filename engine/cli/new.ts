import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { textFlag } from './arguments.ts';
import { BLANK_STRATEGY } from './blank-strategy.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { packageFile } from './package-files.ts';
import { workspaceFolder } from './workspace-folder.ts';

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

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const name = positionals[0];
  if (name === undefined) throw failure('engine new needs a name', 'engine new my_cross --from moving_average');
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
  await mkdir(dirname(target), { recursive: true });
  try {
    await writeFile(target, text.replace(/^id:.*$/m, `id: ${name}`), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw failure(`${shown} is there already`, 'choose another name; nothing was overwritten');
  }
  terminal.out(`made ${shown} from ${template}\n\nNext\n  engine validate ${shown}\n  engine backtest ${shown}\n`);
  return EXIT.fine;
};
