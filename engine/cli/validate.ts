import { checkWorkspace } from '../runtime/workspace.ts';
import { textFlag } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { failure } from './exit.ts';
import { exitOf, type FindingsFormat, showFindings } from './findings.ts';
import { readStdin } from './stdin.ts';
import { workspaceFolder } from './workspace-folder.ts';

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const fromStdin = positionals.includes('-');
  const filename = textFlag(flags, 'stdin-filename');
  if (fromStdin && positionals.length > 1) {
    throw failure(
      '`-` (stdin) stands alone: other paths are read with it',
      'engine validate - --stdin-filename strategies.d/NAME.yaml',
    );
  }
  if (filename !== undefined && !fromStdin) {
    throw failure('--stdin-filename goes with `-`', 'engine validate - --stdin-filename strategies.d/NAME.yaml');
  }
  const risk = textFlag(flags, 'risk');
  const workspace = checkWorkspace({
    dir: workspaceFolder(flags),
    ...(positionals.length > 0 && !fromStdin ? { paths: positionals } : {}),
    ...(fromStdin ? { stdin: { filename: filename ?? 'stdin.yaml', text: await readStdin() } } : {}),
    ...(risk === undefined ? {} : { risk }),
  });
  const format = (textFlag(flags, 'format') ?? 'pretty') as FindingsFormat;
  await showFindings(workspace.diagnostics, workspace.counts, format, terminal, 'out');
  return exitOf(workspace.diagnostics, flags.strict === true);
};
