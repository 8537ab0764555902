import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Ruleset } from '../compiler/ruleset.ts';
import { withShadowSymbols } from '../runtime/shadowed.ts';
import { checkWorkspace, type Workspace, type WorkspaceOptions } from '../runtime/workspace.ts';
import { failure } from './exit.ts';
import { hasErrors, refuseFaulty } from './findings.ts';
import type { Terminal } from './terminal.ts';

/** Rules on both sides of a comparison. */
export interface Sides {
  readonly old: Ruleset;
  readonly next: Ruleset;
  /** Each side is one strategy file: they are the same strategy, whatever its id. */
  readonly single: boolean;
}

type Named = { readonly path: string; readonly kind: 'file' | 'folder' };

/** @param word what it is in the sentence of the failure */
const look = (word: string, path: string): Named => {
  const whole = resolve(path);
  if (!existsSync(whole))
    throw failure(`${word}: ${path} does not exist`, 'name a workspace folder or a strategy file');
  return { path: whole, kind: statSync(whole).isDirectory() ? 'folder' : 'file' };
};

const isRisk = (path: string): boolean => /^risk\.ya?ml$/.test(basename(path));

function optionsOf({ path, kind }: Named): WorkspaceOptions {
  if (kind === 'folder') return existsSync(join(path, 'strategies.d')) ? { dir: path } : { dir: path, paths: [path] };
  // A file speaks for itself: limits of the folder that it happens to stand in are not part of it.
  return { dir: dirname(path), paths: [path], ...(isRisk(path) ? {} : { risk: 'none' }) };
}

/**
 * Where the rules of a folder or a file are.
 * @throws Failure when there is nothing
 */
export const rulesAt = (word: string, path: string): WorkspaceOptions => optionsOf(look(word, path));

/**
 * Reads and checks both sides, and shows the errors of both.
 * @returns an exit code when one of them cannot be read or is wrong
 */
export const readSides = async (
  words: readonly string[],
  json: boolean,
  terminal: Terminal,
): Promise<Sides | number> => {
  const [before, after] = words;
  if (before === undefined || after === undefined) {
    throw failure('two sets of rules are compared: OLD and NEW', 'engine diff OLD NEW: two folders, or two files');
  }
  const [old, next] = [look('OLD', before), look('NEW', after)];
  if (old.kind !== next.kind) {
    throw failure(
      `${before} is a ${old.kind} and ${after} is a ${next.kind}`,
      'compare two workspace folders, or two strategy files',
    );
  }
  const read: readonly Workspace[] = [checkWorkspace(optionsOf(old)), checkWorkspace(optionsOf(next))];
  const errors = read.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => severity === 'error'));
  if (hasErrors(errors)) {
    const counts = { files: 0, strategies: 0, breakers: 0 };
    for (const side of read) {
      counts.files += side.counts.files;
      counts.strategies += side.counts.strategies;
      counts.breakers += side.counts.breakers;
    }
    return refuseFaulty(errors, counts, json, terminal);
  }
  const single = old.kind === 'file' && !isRisk(old.path) && !isRisk(next.path);
  return { old: read[0]!.ruleset!, next: read[1]!.ruleset!, single };
};

/** One ruleset that reads all that both read: the bars of both are those of this one. */
export function readingBoth(sides: Pick<Sides, 'old' | 'next'>): Ruleset {
  const [old, next] = [withShadowSymbols(sides.old), withShadowSymbols(sides.next)];
  const symbols = [...new Set([...next.symbols, ...old.symbols])];
  const shift = next.series.length;
  return {
    ...next,
    symbols,
    traded: [...new Set([...next.traded, ...old.traded])],
    series: [
      ...next.series,
      ...old.series.map((series) => ({ ...series, symbolIndex: symbols.indexOf(old.symbols[series.symbolIndex]!) })),
    ],
    nodes: [...next.nodes, ...old.nodes.map((node) => ({ ...node, series: node.series + shift }))],
  };
}
