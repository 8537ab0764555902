import type { Diagnostic } from './diagnostic.ts';
import type { DocumentPath } from './document.ts';
import { contextText, finding, quoted } from './finding.ts';
import { entryOf, type MapNode, type ScalarNode, spanOf, type YamlNode } from './node.ts';
import { resolveSchema, SCHEMAS, type Schema } from './schema.ts';
import { accepts } from './wrong-kind.ts';

/** Below this a percent is more likely a fraction: 0.02 for 2 %. */
const FRACTION = 0.1;

export const isFraction = (value: number): boolean => value > 0 && value < FRACTION;

/** What a schema cannot say: percents that look like fractions, parameters outside their own bounds, ids used twice. */
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
      if (schema['x-unique'] !== undefined) unique(schema['x-unique'], node.items, path);
      if (schema.items) for (const [index, item] of node.items.entries()) visit(schema.items, item, [...path, index]);
    } else {
      for (const entry of node.entries) {
        const own = schema.properties?.[entry.key.text] ?? schema.additionalProperties;
        if (typeof own === 'object') visit(own, entry.value, [...path, entry.key.text]);
      }
    }
  };

  function unique(field: string, items: readonly YamlNode[], path: DocumentPath): void {
    const seen = new Map<string, YamlNode>();
    for (const [index, item] of items.entries()) {
      const node = item.kind === 'map' ? entryOf(item, field)?.value : undefined;
      if (node?.kind !== 'scalar') continue;
      const first = seen.get(node.text);
      if (!first) {
        seen.set(node.text, node);
        continue;
      }
      const context = contextText(kind, whose, [...path, index, field]);
      const message = `${quoted(node.text)} names two items of ${quoted(String(path.at(-1)))}`;
      const related = [{ file: first.file, span: spanOf(first), message: 'first used here' }];
      found.push(finding('E109', node.file, spanOf(node), message, 'give one of them another name', context, related));
    }
  }

  visit(SCHEMAS[kind], root, []);
  const params = entryOf(root, 'params')?.value;
  if (params?.kind === 'map') for (const entry of params.entries) parameter(entry.key.text, entry.value);

  function parameter(name: string, node: YamlNode): void {
    const path: DocumentPath = ['params', name];
    const value = node.kind === 'map' ? entryOf(node, 'value')?.value : node;
    if (value?.kind !== 'scalar' || typeof value.value !== 'number') return;
    if (/(?:_pct|_percent)$/.test(name) && isFraction(value.value)) warn(value, name, path);
    if (node.kind !== 'map') return;
    const bound = (key: string): number | undefined => {
      const scalar = entryOf(node, key)?.value;
      return scalar?.kind === 'scalar' && typeof scalar.value === 'number' ? scalar.value : undefined;
    };
    const low = bound('min');
    const high = bound('max');
    const outside = (message: string, at: YamlNode): void => {
      found.push(
        finding('E113', at.file, spanOf(at), message, 'change the value or its bounds', contextText(kind, whose, path)),
      );
    };
    if (low !== undefined && high !== undefined && low > high)
      outside(
        `the \`min\` of ${quoted(name)}, ${low}, is above its \`max\`, ${high}`,
        entryOf(node, 'min')?.value ?? value,
      );
    else if (low !== undefined && value.value < low)
      outside(`${quoted(name)} is ${value.text}, below its own \`min\` of ${low}`, value);
    else if (high !== undefined && value.value > high)
      outside(`${quoted(name)} is ${value.text}, above its own \`max\` of ${high}`, value);
  }
  return found;
}
