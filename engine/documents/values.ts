import type { Diagnostic } from './diagnostic.ts';
import type { DocumentPath } from './document.ts';
import { contextText, finding, quoted } from './finding.ts';
import { entryOf, type MapNode, type ScalarNode, spanOf, type YamlNode } from './node.ts';
import { resolveSchema, SCHEMAS, type Schema } from './schema.ts';
import { accepts } from './wrong-kind.ts';

/** Below this a percent is more likely a fraction: 0.02 for 2 %. */
const FRACTION = 0.1;

export const isFraction = (value: number): boolean => value > 0 && value < FRACTION;

/** What a schema cannot say: percents that look like fractions (0.02 for 2 %). */
export function valueFindings(kind: 'strategy' | 'risk', root: MapNode): Diagnostic[] {
  const found: Diagnostic[] = [];
  const id = entryOf(root, 'id')?.value;
  const whose = id?.kind === 'scalar' ? id.text : undefined;

  const warn = (node: ScalarNode, name: string, path: DocumentPath): void => {
    const value = Number(node.value);
    const likely = Number((value * 100).toPrecision(12));
    const message = `${quoted(name)} is ${node.text} %: percent is written as percent, not as a fraction`;
    found.push(
      finding(
        'W120',
        node.file,
        spanOf(node),
        message,
        `write ${quoted(String(likely))} for ${likely} %`,
        contextText(kind, whose, path),
      ),
    );
  };

  const visit = (written: Schema, node: YamlNode, path: DocumentPath): void => {
    const schema = resolveSchema(SCHEMAS[kind], written);
    for (const branch of schema.anyOf ?? [])
      if (accepts(resolveSchema(SCHEMAS[kind], branch), node)) visit(branch, node, path);
    if (node.kind === 'scalar') {
      if (schema['x-percent'] === true && typeof node.value === 'number' && isFraction(node.value))
        warn(node, String(path.at(-1)), path);
    } else if (node.kind === 'list') {
      if (schema.items) for (const [index, item] of node.items.entries()) visit(schema.items, item, [...path, index]);
    } else {
      for (const entry of node.entries) {
        const own = schema.properties?.[entry.key.text] ?? schema.additionalProperties;
        if (typeof own === 'object') visit(own, entry.value, [...path, entry.key.text]);
      }
    }
  };

  visit(SCHEMAS[kind], root, []);
  const params = entryOf(root, 'params')?.value;
  if (params?.kind === 'map') for (const entry of params.entries) parameter(entry.key.text, entry.value);

  function parameter(name: string, node: YamlNode): void {
    const path: DocumentPath = ['params', name];
    const value = node.kind === 'map' ? entryOf(node, 'value')?.value : node;
    if (value?.kind !== 'scalar' || typeof value.value !== 'number') return;
    if (/(?:_pct|_percent)$/.test(name) && isFraction(value.value)) warn(value, name, path);
  }
  return found;
}
