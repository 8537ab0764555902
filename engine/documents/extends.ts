import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';
import { type Entry, entryOf, type MapNode, spanOf, type YamlNode } from './node.ts';
import { didYouMean } from './suggest.ts';
import { type ReadYaml, readYaml } from './yaml.ts';

/** The files of the strategies folder by name (`_base.yaml`). */
export type Siblings = ReadonlyMap<string, SourceFile>;

/** Blocks in which a file overrides single keys; every other value is taken over or replaced whole. */
const MERGED = new Set(['params', 'sources', 'indicators', 'conditions', 'session', 'entry', 'exit', 'long', 'short']);

/** Keys that a file never takes over: they belong to the file that says them. */
const OWN = new Set(['id', 'renamed_from', 'extends', 'description', 'tests']);

function merge(base: MapNode, over: MapNode, atRoot: boolean): MapNode {
  const entries: Entry[] = [];
  for (const entry of base.entries) {
    const mine = entryOf(over, entry.key.text);
    if (!mine) {
      if (!atRoot || !OWN.has(entry.key.text)) entries.push(entry);
    } else if (mine.value.kind === 'map' && entry.value.kind === 'map' && MERGED.has(entry.key.text)) {
      entries.push({ key: mine.key, value: merge(entry.value, mine.value, false) });
    } else entries.push(mine);
  }
  for (const entry of over.entries) {
    if (!entryOf(base, entry.key.text) && !(atRoot && entry.key.text === 'extends')) entries.push(entry);
  }
  return { ...over, entries };
}

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** What was read, and the files that it took over. */
export interface ReadExtended extends ReadYaml {
  readonly extended: readonly SourceFile[];
}

/** A file with everything that it extends merged in; a fault on the way is a finding and stops the merge. */
export function readExtended(file: SourceFile, siblings: Siblings): ReadExtended {
  return follow(file, siblings, [file]);
}

function follow(file: SourceFile, siblings: Siblings, chain: readonly SourceFile[]): ReadExtended {
  const own: ReadExtended = { ...readYaml(file), extended: [] };
  const named = own.root ? entryOf(own.root, 'extends')?.value : undefined;
  if (!own.root || named?.kind !== 'scalar' || typeof named.value !== 'string' || named.value === '') return own;
  const fault = (diagnostic: Diagnostic): ReadExtended => ({
    ...own,
    root: undefined,
    diagnostics: [...own.diagnostics, diagnostic],
  });
  const name = named.value.replace(/^\.\//, '');
  if (/[\\/]/.test(name) || name === '..') {
    return fault(
      finding(
        'E044',
        file,
        spanOf(named),
        `${quoted(name)} is not in the strategies folder`,
        'name a file of the same folder: `extends: _base.yaml`',
      ),
    );
  }
  const base = siblings.get(name);
  if (!base) {
    const others = [...siblings.keys()].filter((other) => other !== baseName(file.path));
    const meant = didYouMean(name, others);
    const templates = others.filter((other) => other.startsWith('_'));
    const list =
      templates.length > 0 ? `templates here: ${templates.join(', ')}` : 'there are no templates in this folder';
    const help = `${meant === undefined ? '' : `did you mean ${quoted(meant)}?  `}${list}`;
    return fault(finding('E042', file, spanOf(named), `there is no ${quoted(name)} beside this file`, help));
  }
  if (chain.some((link) => link.path === base.path)) {
    const circle = [...chain, base].map((link) => baseName(link.path)).join(' → ');
    return fault(
      finding(
        'E043',
        file,
        spanOf(named),
        `files extend each other in a circle: ${circle}`,
        'take `extends:` out of one of them',
      ),
    );
  }
  const parent = follow(base, siblings, [...chain, base]);
  const broken = new Set<YamlNode>([...own.broken, ...parent.broken]);
  const diagnostics = [...own.diagnostics, ...parent.diagnostics];
  const extended = [base, ...parent.extended];
  if (!parent.root) return { root: undefined, diagnostics, broken, extended };
  return { root: merge(parent.root, own.root, true), diagnostics, broken, extended };
}
