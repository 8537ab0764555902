import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';
import { type Entry, entryOf, type ListNode, type MapNode, type ScalarNode, spanOf, type YamlNode } from './node.ts';
import type { ReadYaml } from './yaml.ts';

/** A list file as it was found, or why `symbols:` cannot have it. */
export type FoundList =
  | { readonly file: SourceFile }
  /** About the value of `symbols:`. */
  | {
      readonly fault: { readonly code: 'E045' | 'E046'; readonly message: string; readonly help: string };
    }
  /** About the list file itself. */
  | { readonly diagnostic: Diagnostic };

/** Looks a list file up: `written` stands in `from`, and is relative to it. */
export type FindList = (from: SourceFile, written: string) => FoundList;

/** Where there are no files beside a text. */
export const NO_LISTS: FindList = (_from, written) => ({
  fault: {
    code: 'E045',
    message: `the list file ${quoted(written)} cannot be read: there is no such file`,
    help: 'write the symbols themselves: `symbols: [AAPL, MSFT]`',
  },
});

const LIST_NAME = /\.txt$/;

/** A strategy's tree with the symbols of its list file in place of the file's name; the file is given beside it. */
export function withListedSymbols(reading: ReadYaml, find: FindList): ReadYaml & { readonly list?: SourceFile } {
  const { root } = reading;
  const named = root && entryOf(root, 'symbols')?.value;
  if (!root || named?.kind !== 'scalar' || typeof named.value !== 'string') return reading;
  // Whatever is no file name is the schema's to refuse.
  if (reading.broken.has(named) || !LIST_NAME.test(named.value)) return reading;
  const found = find(named.file, named.value);
  if (!('file' in found)) {
    const told =
      'diagnostic' in found
        ? found.diagnostic
        : finding(found.fault.code, named.file, spanOf(named), found.fault.message, found.fault.help);
    return { ...reading, diagnostics: [...reading.diagnostics, told], broken: new Set([...reading.broken, named]) };
  }
  const { list, diagnostics, broken } = readList(found.file);
  return {
    root: withValue(root, 'symbols', list),
    diagnostics: [...reading.diagnostics, ...diagnostics],
    broken: new Set<YamlNode>([...reading.broken, ...broken]),
    list: found.file,
  };
}

function withValue(root: MapNode, key: string, value: YamlNode): MapNode {
  const entries = root.entries.map((entry): Entry => (entry.key.text === key ? { key: entry.key, value } : entry));
  return { ...root, entries };
}

/** One symbol a line; `#` begins a comment. Whether each is a symbol, and none stands there twice, is the schema's to say. */
function readList(file: SourceFile): {
  readonly list: ListNode;
  readonly diagnostics: readonly Diagnostic[];
  readonly broken: readonly YamlNode[];
} {
  const { text } = file;
  const items: ScalarNode[] = [];
  const diagnostics: Diagnostic[] = [];
  const broken: YamlNode[] = [];
  const line = /[^\r\n]+/g;
  for (let found = line.exec(text); found !== null; found = line.exec(text)) {
    const written = found[0].replace(/(^|\s)#.*$/, '$1');
    const symbol = written.trim();
    if (symbol === '') continue;
    const start = found.index + written.indexOf(symbol);
    const node: ScalarNode = {
      kind: 'scalar',
      file,
      start,
      end: start + symbol.length,
      value: symbol,
      text: symbol,
      style: 'plain',
    };
    items.push(node);
    const several = symbol.split(/[\s,;]+|^-(?=\s)|^['"]|['"]$/).filter((word) => word !== '');
    if (several.length === 1 && several[0] === symbol) continue;
    broken.push(node);
    const help =
      several.length === 1 ? `write ${quoted(several[0]!)} alone` : 'write each on a line of its own, without commas';
    diagnostics.push(finding('E048', file, spanOf(node), `${quoted(symbol)} is not one symbol`, help));
  }
  // The first of them, so that a finding about the whole list has a line to show.
  const list: ListNode = { kind: 'list', file, start: 0, end: text.length, flow: false, items };
  if (items.length === 0) {
    broken.push(list);
    const help = 'write one symbol a line; `#` begins a comment';
    diagnostics.push(finding('E047', file, { start: 0, end: 0 }, `${file.path} lists no symbol`, help));
  }
  return { list, diagnostics, broken };
}
