import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';
import { tooManyLevels } from './levels.ts';
import type { Entry, ScalarNode, ScalarStyle, YamlNode } from './node.ts';
import { resolvePlain } from './scalar.ts';
import { syntaxFinding } from './syntax.ts';

export interface Reading {
  readonly root: YamlNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Deeper than any rule needs, far from any stack's end. */
const DEEPEST = 40;
/** Values that aliases may add to a file. */
const MOST_COPIES = 5000;

// Loaded on first use: the plain reader serves most files, and the library costs more than the rest of a cold start.
let library: typeof Yaml | undefined;
const yaml = (): typeof Yaml => {
  library ??= createRequire(import.meta.url)('yaml') as typeof Yaml;
  return library;
};

class Stop extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_FOLDED: 'block',
  BLOCK_LITERAL: 'block',
};

const tooDeep = (file: SourceFile, at: number): Diagnostic =>
  finding(
    'E032',
    file,
    { start: at, end: at + 1 },
    `more levels open here than any rule needs; ${DEEPEST} are allowed`,
    'write one key or item a line; give inner parts a name under `conditions:`',
  );

/** Reads any YAML text with the `yaml` library (1.2, core schema); the first syntax error is the one reported. */
export function readWithLibrary(file: SourceFile): Reading {
  const deep = tooManyLevels(file.text);
  if (deep !== undefined) return { root: undefined, diagnostics: [tooDeep(file, deep)] };
  try {
    const { parseAllDocuments } = yaml();
    const parsed = parseAllDocuments(file.text, {
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'silent',
      schema: 'core',
      resolveKnownTags: false,
    });
    const documents = Array.isArray(parsed) ? (parsed as Yaml.Document.Parsed[]) : [];
    return convertDocuments(file, documents);
  } catch (error) {
    if (error instanceof Stop) return { root: undefined, diagnostics: [error.diagnostic] };
    if (error instanceof RangeError) return { root: undefined, diagnostics: [tooDeep(file, 0)] };
    const words = error instanceof Error ? error.message : String(error);
    const diagnostic = finding('E049', file, { start: 0, end: 1 }, `this is not YAML: ${words}`, undefined);
    return { root: undefined, diagnostics: [diagnostic] };
  }
}

function convertDocuments(file: SourceFile, documents: readonly Yaml.Document.Parsed[]): Reading {
  const first = documents[0];
  for (const document of documents) {
    const error = document.errors[0];
    if (error) return { root: undefined, diagnostics: [syntaxFinding(file, error.code, error.pos[0], error.message)] };
  }
  if (!first) return { root: undefined, diagnostics: [] };
  const second = documents[1];
  if (second) {
    const marker = file.text.lastIndexOf('\n---', Math.max(0, second.range[0])) + 1;
    const at = marker > 0 ? marker : second.range[0];
    const message = 'a second document begins here; one file is one document';
    const help = 'remove the `---` line, or move what follows into a file of its own';
    return { root: undefined, diagnostics: [finding('E006', file, { start: at, end: at + 3 }, message, help)] };
  }
  const warning = first.warnings.find((item) => item.code === 'BAD_DIRECTIVE');
  if (warning)
    return { root: undefined, diagnostics: [syntaxFinding(file, warning.code, warning.pos[0], warning.message)] };
  if (first.contents === null) return { root: undefined, diagnostics: [] };
  return { root: converter(file)(first.contents, 0), diagnostics: [] };
}

type Converter = (node: Yaml.ParsedNode, depth: number) => YamlNode;

function converter(file: SourceFile): Converter {
  const { isAlias, isMap, isScalar } = yaml();
  const anchors = new Map<string, Yaml.ParsedNode>();
  const open = new Set<Yaml.ParsedNode>();
  /** The outermost alias being copied, if any. */
  let copying: Yaml.Alias.Parsed | undefined;
  let copies = 0;

  const endless = (alias: Yaml.Alias.Parsed): Stop => {
    const span = { start: alias.range[0], end: alias.range[1] };
    const message = `the alias ${quoted(`*${alias.source}`)} unfolds into more than ${MOST_COPIES} values`;
    return new Stop(finding('E029', file, span, message, 'write the values out where they are used'));
  };

  const resolveAlias = (alias: Yaml.Alias.Parsed, depth: number): YamlNode => {
    const target = anchors.get(alias.source);
    if (!target) throw new Stop(syntaxFinding(file, 'UNRESOLVED_ALIAS', alias.range[0], alias.source));
    if (open.has(target)) throw endless(alias);
    const outermost = copying;
    copying ??= alias;
    const node = convert(target, depth);
    copying = outermost;
    return node;
  };

  const keyOf = (key: Yaml.ParsedNode, depth: number): ScalarNode => {
    const node = convert(key, depth);
    if (node.kind === 'scalar') return node;
    const message = `a key must be a word, here it is a ${node.kind}`;
    throw new Stop(finding('E034', file, { start: node.start, end: node.end }, message, 'write `key: value`'));
  };

  const scalar = (node: Yaml.Scalar.Parsed): ScalarNode => {
    const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
    // A plain scalar over several lines is folded: `source` is the folded text.
    const text = style === 'plain' ? node.source : String(node.value);
    const value = style === 'plain' ? resolvePlain(text) : text;
    return { kind: 'scalar', file, start: node.range[0], end: node.range[1], value, text, style };
  };

  const convert: Converter = (node, depth) => {
    if (depth > DEEPEST) throw new Stop(tooDeep(file, node.range[0]));
    if (copying && ++copies > MOST_COPIES) throw endless(copying);
    if (isAlias(node)) return resolveAlias(node as Yaml.Alias.Parsed, depth);
    if (node.tag !== undefined) {
      let offset = Math.max(0, file.text.lastIndexOf('!', node.range[0]));
      while (offset > 0 && !/[\s[{,]/.test(file.text[offset - 1] as string)) offset--;
      throw new Stop(syntaxFinding(file, 'TAG', offset, 'tag'));
    }
    if (node.anchor !== undefined) {
      if (!/^[\w-]+$/.test(node.anchor))
        throw new Stop(
          syntaxFinding(file, 'ANCHOR', file.text.lastIndexOf('&', node.range[0] - 1 - node.anchor.length), 'anchor'),
        );
      anchors.set(node.anchor, node);
    }
    if (isScalar(node)) return scalar(node as Yaml.Scalar.Parsed);
    open.add(node);
    // The library ends a block behind its last newline; here it ends with its last value.
    const [start, end] = node.range;
    let result: YamlNode;
    if (isMap(node)) {
      const entries: Entry[] = [];
      for (const pair of (node as Yaml.YAMLMap.Parsed).items) {
        const key = keyOf(pair.key, depth + 1);
        const value = pair.value ? convert(pair.value, depth + 1) : nothing(file, key.end);
        // Nothing stands right behind the colon, not on the line where the library gave up looking.
        const empty = value.kind === 'scalar' && value.style === 'plain' && value.text === '' && value.file === file;
        const colon = /^ *:/.exec(file.text.slice(key.end, key.end + 40));
        entries.push({ key, value: empty && colon ? nothing(file, key.end + colon[0].length) : value });
      }
      const last = entries.at(-1);
      const flow = node.flow === true;
      result = {
        kind: 'map',
        file,
        start,
        end: flow || !last ? end : Math.max(last.value.end, last.key.end),
        flow,
        entries,
      };
    } else {
      const items = (node as Yaml.YAMLSeq.Parsed).items.map((item) => convert(item as Yaml.ParsedNode, depth + 1));
      const flow = node.flow === true;
      result = { kind: 'list', file, start, end: flow ? end : (items.at(-1)?.end ?? end), flow, items };
    }
    open.delete(node);
    return result;
  };

  return convert;
}

const nothing = (file: SourceFile, at: number): ScalarNode => ({
  kind: 'scalar',
  file,
  start: at,
  end: at,
  value: null,
  text: '',
  style: 'plain',
});
