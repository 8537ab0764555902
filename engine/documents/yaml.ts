import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { finding, quoted } from './finding.ts';
import { readWithLibrary } from './library-reader.ts';
import type { MapNode, YamlNode } from './node.ts';
import { readPlain } from './plain-reader.ts';
import { findTraps } from './traps.ts';

/** Most characters of a document: a dozen times the longest strategy, and few enough that any text is answered at once. */
export const LARGEST = 64 * 1024;

export interface ReadYaml {
  /** The document's keys; undefined when the file has no readable ones. */
  readonly root: MapNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Values already reported: later steps say nothing more about them. */
  readonly broken: ReadonlySet<YamlNode>;
}

const NONE: ReadonlySet<YamlNode> = new Set();

const refused = (diagnostic: Diagnostic): ReadYaml => ({ root: undefined, diagnostics: [diagnostic], broken: NONE });

const CONTROL = /(?![\t\n\r])\p{Cc}|\r(?!\n)|[\ufffe\uffff]/u;

const CONTROL_NAMES: Readonly<Record<number, string>> = {
  0: 'a NUL byte',
  13: 'an old line ending (CR without LF)',
  27: 'an escape character',
};

/** Reads one YAML file into a tree with positions; any text gives an answer, and every finding names one cause. */
export function readYaml(file: SourceFile): ReadYaml {
  const { text } = file;
  if (text.length > LARGEST) {
    const message = `the file has ${Math.round(text.length / 1024)} kB; a document may have ${LARGEST / 1024} kB`;
    return refused(
      finding(
        'E002',
        file,
        { start: 0, end: 0 },
        message,
        'put long lists of symbols into a list file, bars into CSV files',
      ),
    );
  }
  const control = CONTROL.exec(text);
  if (control) {
    const code = text.charCodeAt(control.index);
    const name = CONTROL_NAMES[code] ?? `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    const span = { start: control.index, end: control.index + 1 };
    return refused(finding('E004', file, span, `${name} stands in the text`, 'delete it, or type the line again'));
  }
  const directive = /^(?:#.*\n|[^\S\n]*\n)*(%.*)/.exec(text);
  if (directive) {
    const line = directive[1] as string;
    const start = directive[0].length - line.length;
    const span = { start, end: start + line.trimEnd().length };
    return refused(
      finding(
        'E041',
        file,
        span,
        `a line that begins with ${quoted('%')} is a directive for the parser`,
        'take the line away; comments begin with `#`',
      ),
    );
  }
  if (!/^[^\S\n]*[^\s#]/m.test(text)) return refused(nothingIn(file));
  const plain = readPlain(file);
  const reading = plain ? { root: plain, diagnostics: [] } : readWithLibrary(file);
  if (reading.diagnostics.length > 0) return { root: undefined, diagnostics: reading.diagnostics, broken: NONE };
  const { root } = reading;
  if (!root || (root.kind === 'scalar' && root.value === null)) {
    return refused(nothingIn(file));
  }
  const traps = findTraps(root);
  if (root.kind === 'map') return { root, diagnostics: traps.diagnostics, broken: traps.broken };
  if (traps.diagnostics.length > 0) return { root: undefined, diagnostics: traps.diagnostics, broken: NONE };
  return refused(notKeys(file, root));
}

function nothingIn(file: SourceFile): Diagnostic {
  const words = /\S/.test(file.text) ? 'the file holds only comments' : 'the file is empty';
  const help = 'write a strategy into it (`engine new NAME` gives a start), or delete it';
  return finding('E005', file, { start: 0, end: 0 }, words, help);
}

function notKeys(file: SourceFile, root: YamlNode): Diagnostic {
  const line = file.text.slice(root.start, root.end).split('\n')[0] ?? '';
  const span = { start: root.start, end: root.start + Math.max(1, line.trimEnd().length) };
  const tight = /^["']?([A-Za-z_]\w*)["']?:(?=\S)/.exec(line);
  if (root.kind === 'scalar' && tight) {
    const help = `write ${quoted(`${tight[0]} ${line.slice(tight[0].length)}`)}`;
    return finding(
      'E013',
      file,
      { start: root.start, end: root.start + tight[0].length },
      `a space is missing after ${quoted(tight[0])}`,
      help,
    );
  }
  const what = root.kind === 'list' ? 'a list' : 'a single text';
  return finding('E007', file, span, `the file is ${what}, not \`key: value\` lines`, 'begin with `id: NAME`');
}
