import { relative, resolve, sep } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import type { RunFacts } from '../compiler/run-facts.ts';
import type { Diagnostic, SourceFile } from '../documents/diagnostic.ts';
import type { RiskDocument, StrategyDocument } from '../documents/document.ts';
import { finding } from '../documents/finding.ts';
import { idleIgnores, readIgnores, withoutIgnored } from '../documents/ignores.ts';
import { parseRisk, parseStrategy } from '../documents/load.ts';
import { type ReadFile, readDocument, readWorkspace, revision } from '../documents/read.ts';
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

/** Rules as they stand on disk, checked; `ruleset` only when there is no error. */
export interface Workspace {
  readonly revision: string;
  readonly files: readonly SourceFile[];
  readonly ruleset: Ruleset | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Warnings about the rules, the account and the bars of a run together. */
  readonly atRun: (facts: RunFacts) => readonly Diagnostic[];
  /** Every document as it was read, by its path from the workspace's folder: what the revision is made of. */
  readonly documents: readonly { readonly path: string; readonly text: string }[];
  /** Path, as above, of the document of limits. */
  readonly risk: string | undefined;
  readonly counts: { readonly files: number; readonly strategies: number; readonly breakers: number };
}

/** Reads, checks and compiles all documents of a workspace; every finding of every file is in the answer. */
export async function loadWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const workspace = checkFiles(options, gatherFiles(options));
  if (workspace.ruleset === undefined || workspace.ruleset.instances.length > 0) return workspace;
  return { ...workspace, ruleset: undefined, diagnostics: [...workspace.diagnostics, nothingToRun(workspace)] };
}

function nothingToRun({ counts }: Workspace): Diagnostic {
  const [message, help] =
    counts.strategies === 0
      ? (['there is no strategy to run', 'name a strategy file, or a folder that holds some'] as const)
      : (['no strategy is enabled', 'set `enabled: true` in one of them'] as const);
  return finding('E329', undefined, undefined, message, help);
}

/** The same without laying the graph out: all that checking needs. */
export function checkWorkspace(options: WorkspaceOptions): Omit<Workspace, 'ruleset'> {
  const { ruleset: _, ...checked } = checkFiles(options, gatherFiles(options), false);
  return checked;
}

interface Gathered {
  readonly strategies: readonly ReadFile[];
  readonly templates: readonly ReadFile[];
  readonly risk: ReadFile | undefined;
  readonly siblings: ReadonlyMap<string, SourceFile>;
  readonly diagnostics: readonly Diagnostic[];
}

function gatherFiles({ dir, paths, stdin, risk }: WorkspaceOptions): Gathered {
  const cwd = process.cwd();
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
    };
  }
  const read = readWorkspace(dir, paths, cwd);
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

function checkFiles(options: WorkspaceOptions, gathered: Gathered, plan = true): Workspace {
  const diagnostics: Diagnostic[] = [...gathered.diagnostics];
  const documents: StrategyDocument[] = [];
  for (const file of [...gathered.strategies, ...gathered.templates]) {
    const parsed = parseStrategy(file, gathered.siblings);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.document === undefined) continue;
    if (parsed.document.value.tests !== undefined) diagnostics.push(...missingFiles(parsed.document));
    documents.push(withSymbols(parsed.document, options.symbols));
  }
  let risk: RiskDocument | undefined;
  if (gathered.risk !== undefined) {
    const parsed = parseRisk(gathered.risk);
    diagnostics.push(...parsed.diagnostics);
    risk = parsed.document;
  }
  const files = [
    ...gathered.strategies,
    ...gathered.templates,
    ...(gathered.risk === undefined ? [] : [gathered.risk]),
  ];
  const id = revision(files.map((file) => ({ path: fromFolder(options.dir, file.path), bytes: file.bytes })));
  const compiled = compile({ strategies: documents, risk, revision: id });
  diagnostics.push(...compiled.diagnostics);
  const { ignores, diagnostics: malformed } = readIgnores(files);
  const told = [...withoutIgnored(diagnostics, ignores), ...malformed, ...idleIgnores(diagnostics, ignores)];
  told.sort(byPlace);
  const whole = !told.some((diagnostic) => diagnostic.severity === 'error');
  const ruleset = plan && whole ? compiled.ruleset?.() : undefined;
  return {
    revision: id,
    files,
    ruleset,
    diagnostics: told,
    atRun: (facts) => (ruleset === undefined ? [] : withoutIgnored(compiled.atRun(ruleset, facts), ignores)),
    documents: files.map(({ path, text }) => ({ path: fromFolder(options.dir, path), text })),
    risk: gathered.risk && fromFolder(options.dir, gathered.risk.path),
    counts: {
      files: files.length,
      strategies: gathered.strategies.length,
      breakers: risk?.value.circuit_breakers.length ?? 0,
    },
  };
}

/** A document's identity does not hang on where the person stands. */
function fromFolder(dir: string, path: string): string {
  return relative(resolve(dir), resolve(path)).split(sep).join('/');
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
