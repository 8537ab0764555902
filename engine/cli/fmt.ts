import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Diagnostic } from '../documents/diagnostic.ts';
import { formatDocument } from '../documents/format.ts';
import { readDocument } from '../documents/read.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { exitOf, showFindings } from './findings.ts';
import { readStdin } from './stdin.ts';
import type { Terminal } from './terminal.ts';
import { workspaceFolder } from './workspace-folder.ts';
import { writeWhole } from './write-file.ts';

const isYaml = (name: string): boolean => /^[^.].*\.ya?ml$/.test(name);

const yamlIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter(isYaml)
        .sort()
        .map((name) => join(folder, name))
    : [];

/** The documents meant: those named (a folder means the YAML files in it), or all of the workspace. */
const documents = (paths: readonly string[], workspace: string): string[] => {
  if (paths.length === 0) {
    const risk = join(workspace, 'risk.yaml');
    const found = [...yamlIn(join(workspace, 'strategies.d')), ...(existsSync(risk) ? [risk] : [])];
    if (found.length > 0) return found;
    throw failure(
      `nothing matches strategies.d/*.yaml or risk.yaml in ${workspace}`,
      'engine init makes a workspace; engine fmt PATH names a file',
    );
  }
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [resolve(path)];
    const found = yamlIn(resolve(path));
    if (found.length === 0) throw failure(`${path} holds no YAML files`);
    return found;
  });
};

const show = (diagnostics: readonly Diagnostic[], terminal: Terminal): Promise<void> =>
  showFindings(diagnostics, { files: 1, strategies: 0, breakers: 0 }, 'pretty', terminal, 'err');

/** What stands on stdin, in form, on stdout. */
const formatStdin = async (check: boolean, terminal: Terminal): Promise<number> => {
  const text = await readStdin();
  const formatted = formatDocument(text, 'stdin');
  if ('diagnostics' in formatted) {
    await show(formatted.diagnostics, terminal);
    return exitOf(formatted.diagnostics, false);
  }
  if (!check) {
    await terminal.stream([formatted.text]);
    return EXIT.fine;
  }
  if (formatted.text === text) return EXIT.fine;
  terminal.out('not in form  stdin\n');
  return EXIT.findings;
};

type Formatting = { readonly diagnostics: readonly Diagnostic[] } | { readonly before: string; readonly text: string };

/** A file as it should be; a link that leads out of its folder is a finding, as it is for the checker. */
const format = (path: string, shown: string): Formatting => {
  const folder = existsSync(dirname(path)) ? realpathSync(dirname(path)) : undefined;
  const read = readDocument(path, shown, folder);
  if ('diagnostic' in read) return { diagnostics: [read.diagnostic] };
  // With its byte order mark, which the canonical form does not have.
  const before = Buffer.from(read.file.bytes).toString('utf8');
  const formatted = formatDocument(before, shown);
  return 'diagnostics' in formatted ? formatted : { before, text: formatted.text };
};

const count = (files: number): string => `${files} ${files === 1 ? 'file' : 'files'}`;

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const check = flags.check === true;
  if (positionals.includes('-')) {
    if (positionals.length === 1) return formatStdin(check, terminal);
    throw failure('`-` (stdin) stands alone: other paths cannot be formatted with it', 'engine fmt - < FILE');
  }
  const files = documents(positionals, workspaceFolder(flags));
  const broken: Diagnostic[] = [];
  let unread = 0;
  let changed = 0;
  for (const path of files) {
    const shown = relative(process.cwd(), path) || path;
    const formatted = format(path, shown);
    if ('diagnostics' in formatted) {
      unread += 1;
      broken.push(...formatted.diagnostics);
      await show(formatted.diagnostics, terminal);
      continue;
    }
    if (formatted.text === formatted.before) continue;
    if (!check) await writeWhole(path, [formatted.text], shown);
    changed += 1;
    terminal.out(`${check ? 'not in form' : 'formatted'}  ${shown}\n`);
  }
  const inForm = files.length - unread - (check ? changed : 0);
  terminal.err(
    [
      `${inForm} of ${count(files.length)} in form`,
      ...(unread > 0 ? [`, ${unread} cannot be read`] : []),
      ...(changed === 0 ? [] : [check ? '; engine fmt writes them' : `, ${changed} of them written now`]),
      '\n',
    ].join(''),
  );
  if (unread > 0) return exitOf(broken, false);
  return check && changed > 0 ? EXIT.findings : EXIT.fine;
};
