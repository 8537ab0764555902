import type { Diagnostic, SourceFile } from './diagnostic.ts';
import type { RiskDocument, StrategyDocument } from './document.ts';
import { explainShape } from './explain.ts';
import { MOST_FINDINGS } from './explain-walk.ts';
import { readExtended, type Siblings } from './extends.ts';
import { finding } from './finding.ts';
import { isRisk, isStrategy } from './generated/validators.mjs';
import { placesOf } from './located.ts';
import type { MapNode } from './node.ts';
import { toValue } from './node.ts';
import { type FindList, NO_LISTS, withListedSymbols } from './symbol-list.ts';
import { valueFindings } from './values.ts';
import { type ReadYaml, readYaml } from './yaml.ts';

export interface Loaded<D> {
  /** The document; undefined when there is an error. */
  readonly document: D | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The other files that it was made of: what it extends, and its list of symbols. */
  readonly parts: readonly SourceFile[];
}

const ALONE: Siblings = new Map();

const hasError = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');

/** Findings about the shape of a tree; `valid` is the precompiled validators' word on its value. */
function shape(
  kind: 'strategy' | 'risk',
  reading: ReadYaml,
  root: MapNode,
  valid: boolean,
  partial: boolean,
): Diagnostic[] {
  if (valid && reading.broken.size === 0) return valueFindings(kind, root);
  const found = explainShape(kind, root, { broken: reading.broken, partial });
  if (found.length === 0 && reading.diagnostics.length === 0 && !partial) {
    const error = (kind === 'strategy' ? isStrategy : isRisk).errors?.[0];
    const message = `the document does not fit the schema: ${error?.instancePath ?? ''} ${error?.message ?? ''}`;
    found.push(
      finding(
        'E199',
        root.file,
        { start: root.start, end: root.start + 1 },
        message,
        'compare it with `engine schema`',
      ),
    );
  }
  return [...found, ...valueFindings(kind, root)];
}

/** Whether a path names a template: checked, never run. */
export const isTemplate = (path: string): boolean => /(?:^|[\\/])_[^\\/]*$/.test(path);

/**
 * Reads one strategy file: YAML, then schema; what it `extends` is merged in from `siblings` (file name → file), and the
 * symbols of a list file stand in place of its name. A template is checked for what it holds, and gives no document.
 */
export function parseStrategy(
  file: SourceFile,
  siblings: Siblings = ALONE,
  findList: FindList = NO_LISTS,
): Loaded<StrategyDocument> {
  const template = isTemplate(file.path);
  const whole = template ? { ...readYaml(file), extended: [] } : readExtended(file, siblings);
  const reading = withListedSymbols(whole, findList);
  const parts = reading.list === undefined ? whole.extended : [...whole.extended, reading.list];
  const { root } = reading;
  if (!root) return { document: undefined, diagnostics: reading.diagnostics, parts };
  const value = toValue(root);
  const valid = isStrategy(value);
  const diagnostics = [...reading.diagnostics, ...shape('strategy', reading, root, valid, template)];
  if (!valid || template || hasError(diagnostics))
    return { document: undefined, diagnostics: diagnostics.slice(0, MOST_FINDINGS), parts };
  // Only a list is left: a name of a list file was replaced above, or is an error.
  const listed = value as typeof value & { readonly symbols: string[] };
  return { document: { kind: 'strategy', value: listed, ...placesOf(file, root) }, diagnostics, parts };
}

/** Reads `risk.yaml`: YAML, then schema. */
export function parseRisk(file: SourceFile): Loaded<RiskDocument> {
  const reading = readYaml(file);
  const { root } = reading;
  if (!root) return { document: undefined, diagnostics: reading.diagnostics, parts: [] };
  const value = toValue(root);
  const valid = isRisk(value);
  const diagnostics = [...reading.diagnostics, ...shape('risk', reading, root, valid, false)];
  if (!valid || hasError(diagnostics))
    return { document: undefined, diagnostics: diagnostics.slice(0, MOST_FINDINGS), parts: [] };
  return { document: { kind: 'risk', value, ...placesOf(file, root) }, diagnostics, parts: [] };
}
