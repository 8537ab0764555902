import { readFile } from 'node:fs/promises';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { didYouMean } from './nearest.ts';
import { packageFile } from './package-files.ts';
import { deliver } from './write-file.ts';

const KINDS = ['strategy', 'risk'] as const;

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const kind = positionals[0] ?? 'strategy';
  if (!KINDS.some((known) => known === kind)) {
    throw failure(
      `there is no schema \`${kind}\``,
      didYouMean(kind, KINDS) ?? 'engine schema strategy, or engine schema risk',
    );
  }
  const text = await readFile(packageFile('schemas', `${kind}.schema.json`), 'utf8');
  await deliver(terminal, textFlag(flags, 'out'), () => [text]);
  return EXIT.fine;
};
