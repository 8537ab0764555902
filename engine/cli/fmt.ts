import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { formatDocument } from '../documents/format.ts';
import type { CommandContext } from './command.ts';
import { EXIT, failure } from './exit.ts';
import { showFindings } from './findings.ts';
import { workspaceFolder } from './workspace-folder.ts';

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
    if (!existsSync(path)) throw failure(`${path} does not exist`);
    if (!statSync(path).isDirectory()) return [resolve(path)];
    const found = yamlIn(resolve(path));
    if (found.length === 0) throw failure(`${path} holds no YAML files`);
    return found;
  });
};

/** Writes beside the file, then renames: a reader, and a crash, find the old text or the new one. */
const replace = async (path: string, text: string): Promise<void> => {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text, { mode: (await stat(path)).mode });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

export const run = async ({ positionals, flags, terminal }: CommandContext): Promise<number> => {
  const check = flags.check === true;
  const files = documents(positionals, workspaceFolder(flags));
  const changed: string[] = [];
  let broken = 0;
  for (const path of files) {
    const shown = relative(process.cwd(), path) || path;
    const text = await readFile(path, 'utf8');
    const formatted = formatDocument(text, shown);
    if ('diagnostics' in formatted) {
      broken += 1;
      await showFindings(formatted.diagnostics, { files: 1, strategies: 0, breakers: 0 }, 'pretty', terminal, 'err');
      continue;
    }
    if (formatted.text === text) continue;
    changed.push(shown);
    if (!check) await replace(path, formatted.text);
  }
  for (const shown of changed) terminal.out(`${check ? 'not in form' : 'formatted'}  ${shown}\n`);
  const rest = files.length - changed.length - broken;
  terminal.err(
    `${rest} of ${files.length} ${files.length === 1 ? 'file' : 'files'} in form${broken > 0 ? `, ${broken} cannot be read as YAML` : ''}${check && changed.length > 0 ? '; engine fmt writes them' : ''}\n`,
  );
  return broken > 0 || (check && changed.length > 0) ? EXIT.findings : EXIT.fine;
};
