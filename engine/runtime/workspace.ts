import { basename, relative, resolve, sep } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { Rules, Ruleset } from '../compiler/ruleset.ts';
import type { RunFacts } from '../compiler/run-facts.ts';
import type { Standing } from '../compiler/standing.ts';
import type { Steps } from '../compiler/steps.ts';
import type { Diagnostic, SourceFile } from '../documents/diagnostic.ts';
import type { RiskDocument, StrategyDocument } from '../documents/document.ts';
import { finding } from '../documents/finding.ts';
import { idleIgnores, readIgnores, withoutIgnored } from '../documents/ignores.ts';
import { createListFiles, keptLists, type ListFiles } from '../documents/list-files.ts';
import { parseRisk, parseStrategy } from '../documents/load.ts';
import { decode, type ReadFile, readDocument, readWorkspace, revision, shownFrom } from '../documents/read.ts';
import { missingFiles } from './rule-tests/files.ts';

export interface WorkspaceOptions {
  /** The folder that holds `strategies.d/` and `risk.yaml`. */
  readonly dir: string;
  /** Files or folders to read in place of `strategies.d/`. */
  readonly paths?: readonly string[];
  /** A document given as text, in place of any file. */
  readonly stdin?: { readonly filename: string; readonly text: string };
  /** Another file of limits, or `none`. */
  readonly risk?: string;
  /** Symbols to trade in place of those that the strategies name. */
  readonly symbols?: readonly string[];
}

/** A document with its place in its set; a sibling is only there to be extended. */
export interface RuleDocument {
  /** From the workspace's folder, with forward slashes. */
  readonly path: string;
  readonly role: 'strategy' | 'template' | 'risk' | 'sibling' | 'list';
  readonly bytes: Uint8Array;
}

/** Rules as they stand on disk, checked; `rules`, `ruleset` and `plan` only when there is no error. */
export interface Workspace {
  readonly revision: string;
  /** Every file that the rules were made of: documents, what they extend, and their lists of symbols. */
  readonly files: readonly SourceFile[];
  /** Absolute paths of all that was looked for, whether it is there or not: what a change of the rules may show in. */
  readonly sought: readonly string[];
  /** Everything that the rules were made of, to be kept and loaded again: `loadDocuments`. */
  readonly documents: () => readonly RuleDocument[];
  readonly rules: Rules | undefined;
  /** Laid out when it is first asked for. */
  readonly ruleset: Ruleset | undefined;
  /** The ruleset for a run that goes on under it, laid out in small parts; undefined when there is an error. */
  readonly plan: ((standing: Standing) => Steps<Ruleset>) | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Warnings about the rules, the account and the bars of a run together. */
  readonly atRun: (facts: RunFacts) => readonly Diagnostic[];
  /** Every document as it was read, by its path from the workspace's folder: what the revision is made of. */
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  /** Path, as above, of the document of limits. */
  readonly risk: string | undefined;
  readonly counts: { readonly files: number; readonly strategies: number; readonly breakers: number };
}

/** Reads, checks and compiles all documents of a workspace; every finding of every file is in the answer. */
export async function loadWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  return prepareWorkspace(options, gather(options));
}

/** Checks and compiles what was read into rules that can run; without `ruleset` when they cannot. */
export function prepareWorkspace(options: WorkspaceOptions, gathered: Gathered): Workspace {
  return runnable(check(options, gathered));
}

/** The same of documents that were kept: `documents` of an earlier workspace. */
export async function loadDocuments(...given: Parameters<typeof compileDocuments>): Promise<Workspace> {
  return runnable(compileDocuments(...given));
}

/** The same, also when nothing in them runs. */
export function compileDocuments(
  options: Pick<WorkspaceOptions, 'dir' | 'symbols'>,
  documents: readonly RuleDocument[],
): Workspace {
  const diagnostics: Diagnostic[] = [];
  const files = documents.flatMap(({ path, role, bytes }) => {
    // Named as they are on disk, so that the two can be compared.
    const read = decode(shownFrom(resolve(options.dir, path), process.cwd()), bytes);
    if ('file' in read) return [{ role, file: read.file }];
    diagnostics.push(read.diagnostic);
    return [];
  });
  const of = (wanted: RuleDocument['role']): ReadFile[] =>
    files.filter(({ role }) => role === wanted).map(({ file }) => file);
  const siblings = new Map(
    files
      .filter(({ role }) => role !== 'risk' && role !== 'list')
      .map(({ file }) => [basename(file.path), file] as const),
  );
  const gathered = {
    strategies: of('strategy'),
    templates: of('template'),
    risk: of('risk')[0],
    siblings,
    diagnostics,
    lists: keptLists(of('list')),
  };
  return check(options, gathered, false);
}

function runnable(workspace: Workspace): Workspace {
  if (workspace.ruleset === undefined || workspace.ruleset.instances.length > 0) return workspace;
  return { ...workspace, ruleset: undefined, diagnostics: [...workspace.diagnostics, nothingToRun(workspace)] };
}

function nothingToRun({ counts, ruleset }: Workspace): Diagnostic {
  const [message, help] =
    ruleset?.shadow !== undefined
      ? ([
          'all enabled strategies are shadows',
          'a shadow runs beside one that trades: take `shadow: true` out of one',
        ] as const)
      : counts.strategies === 0
        ? (['there is no strategy to run', 'name a strategy file, or a folder that holds some'] as const)
        : (['no strategy is enabled', 'set `enabled: true` in one of them'] as const);
  return finding('E329', undefined, undefined, message, help);
}

/** The same, also when nothing in it runs: what is checked, and what two workspaces are compared by. */
export const checkWorkspace = (options: WorkspaceOptions): Workspace => check(options, gather(options));

/** All files that belong to the rules, with the bytes that they held at one moment: nothing of it is read again. */
export interface Gathered {
  readonly strategies: readonly ReadFile[];
  readonly templates: readonly ReadFile[];
  readonly risk: ReadFile | undefined;
  readonly siblings: ReadonlyMap<string, SourceFile>;
  readonly diagnostics: readonly Diagnostic[];
  /** Their list files: one that is looked up twice is read once. */
  readonly lists: ListFiles;
}

/** Reads all files that belong to the rules, and looks into none. */
export function gather({ dir, paths, stdin, risk }: WorkspaceOptions): Gathered {
  const cwd = process.cwd();
  const lists = createListFiles(dir, cwd, stdin?.filename);
  if (stdin !== undefined) {
    const file: ReadFile = { path: stdin.filename, text: stdin.text, bytes: Buffer.from(stdin.text) };
    const isRisk = /(^|[\\/])risk\.ya?ml$/.test(stdin.filename);
    const around = siblingsOf(dir);
    return {
      strategies: isRisk ? [] : [file],
      templates: [],
      risk: isRisk ? file : undefined,
      siblings: around,
      diagnostics: [],
      lists,
    };
  }
  const read = { ...readWorkspace(dir, paths, cwd), lists };
  if (risk === undefined) return read;
  if (risk === 'none') return { ...read, risk: undefined };
  const other = readDocument(resolve(cwd, risk), risk, undefined);
  if ('file' in other) return { ...read, risk: other.file };
  return { ...read, risk: undefined, diagnostics: [...read.diagnostics, other.diagnostic] };
}

/** Templates that a document from stdin may extend. */
function siblingsOf(dir: string): ReadonlyMap<string, SourceFile> {
  const read = readWorkspace(dir, undefined, process.cwd());
  return read.siblings;
}

/**
 * Checks exactly the bytes that were gathered. The graph is laid out when `ruleset` is asked for: checking does not pay for
 * it, and neither does a running engine, which takes `plan`.
 * @param disk the documents stand on disk, and what they name beside them
 */
export function check(options: WorkspaceOptions, gathered: Gathered, disk = true): Workspace {
  const diagnostics: Diagnostic[] = [...gathered.diagnostics];
  const documents: StrategyDocument[] = [];
  const { lists } = gathered;
  const parts = new Set<SourceFile>();
  for (const file of [...gathered.strategies, ...gathered.templates]) {
    const parsed = parseStrategy(file, gathered.siblings, lists.find);
    diagnostics.push(...parsed.diagnostics);
    for (const part of parsed.parts) parts.add(part);
    if (parsed.document === undefined) continue;
    if (disk && parsed.document.value.tests !== undefined) diagnostics.push(...missingFiles(parsed.document));
    documents.push(withSymbols(parsed.document, options.symbols));
  }
  let risk: RiskDocument | undefined;
  if (gathered.risk !== undefined) {
    const parsed = parseRisk(gathered.risk);
    diagnostics.push(...parsed.diagnostics);
    risk = parsed.document;
  }
  const files: readonly SourceFile[] = [
    ...new Set([
      ...gathered.strategies,
      ...gathered.templates,
      ...parts,
      ...(gathered.risk === undefined ? [] : [gathered.risk]),
    ]),
  ];
  const id = revision(files.map((file) => ({ path: fromFolder(options.dir, file.path), bytes: bytesOf(file) })));
  const compiled = compile({ strategies: documents, risk, revision: id });
  diagnostics.push(...compiled.diagnostics);
  const { ignores, diagnostics: malformed } = readIgnores(files);
  const told = once([...withoutIgnored(diagnostics, ignores), ...malformed, ...idleIgnores(diagnostics, ignores)]);
  told.sort(byPlace);
  const whole = !told.some((diagnostic) => diagnostic.severity === 'error');
  let laid: Ruleset | undefined;
  const layOut = (): Ruleset | undefined => {
    laid ??= whole ? compiled.ruleset?.() : undefined;
    return laid;
  };
  return {
    revision: id,
    files,
    sought: [...new Set([...files.map(({ path }) => resolve(path)), ...lists.sought()])],
    documents: () => documentsOf(options.dir, gathered),
    rules: whole ? compiled.rules : undefined,
    get ruleset() {
      return layOut();
    },
    plan: whole ? compiled.steps : undefined,
    diagnostics: told,
    atRun(facts) {
      const ruleset = layOut();
      return ruleset === undefined ? [] : withoutIgnored(compiled.atRun(ruleset, facts), ignores);
    },
    texts: files.map(({ path, text }) => ({ path: fromFolder(options.dir, path), text })),
    risk: gathered.risk && fromFolder(options.dir, gathered.risk.path),
    counts: {
      files: files.length,
      strategies: gathered.strategies.length,
      breakers: risk?.value.circuit_breakers.length ?? 0,
    },
  };
}

function documentsOf(dir: string, { strategies, templates, risk, siblings, lists }: Gathered): RuleDocument[] {
  const kept = (role: RuleDocument['role'], { path, bytes }: ReadFile): RuleDocument => ({
    path: fromFolder(dir, path),
    role,
    bytes,
  });
  const own = [
    ...strategies.map((file) => kept('strategy', file)),
    ...templates.map((file) => kept('template', file)),
    ...(risk === undefined ? [] : [kept('risk', risk)]),
    ...lists.read().map((file) => kept('list', file)),
  ];
  const known = new Set(own.map(({ path }) => path));
  const beside = [...siblings.values()]
    .map(({ path, text }) => kept('sibling', { path, text, bytes: Buffer.from(text) }))
    .filter(({ path }) => !known.has(path));
  return [...own, ...beside];
}

/** A document's identity does not hang on where the person stands. */
function fromFolder(dir: string, path: string): string {
  return relative(resolve(dir), resolve(path)).split(sep).join('/');
}

const bytesOf = (file: SourceFile): Uint8Array => ('bytes' in file ? (file as ReadFile).bytes : Buffer.from(file.text));

/** What stands in a file that several share is one finding, however many meet it. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, file, span, message }) => {
    const key = `${code} ${file?.path ?? ''} ${span?.start ?? ''} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function withSymbols(document: StrategyDocument, symbols: readonly string[] | undefined): StrategyDocument {
  if (symbols === undefined) return document;
  return { ...document, value: { ...document.value, symbols: [...symbols] } };
}

/** By file, then by place; findings about no file come first. */
function byPlace(a: Diagnostic, b: Diagnostic): number {
  const pathA = a.file?.path ?? '';
  const pathB = b.file?.path ?? '';
  if (pathA !== pathB) return pathA < pathB ? -1 : 1;
  return (a.span?.start ?? 0) - (b.span?.start ?? 0);
}
