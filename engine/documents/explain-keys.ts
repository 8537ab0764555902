import { keySpan, nameOf, type Place, report, type Walk } from './explain-walk.ts';
import { quoted } from './finding.ts';
import { entryOf, type MapNode, type ScalarNode, spanOf } from './node.ts';
import { homesOf, resolveSchema, type Schema } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { mendedText } from './wrong-word.ts';

export function checkName(walk: Walk, schema: Schema, key: ScalarNode, place: Place): void {
  const form = schema.propertyNames;
  if (form?.pattern === undefined || new RegExp(form.pattern, 'u').test(key.text)) return;
  const mended = mendedText(form, key.text);
  const help = mended === undefined ? 'use letters, digits and _, beginning with a letter' : `write ${quoted(mended)}`;
  report(walk, 'E112', key, spanOf(key), place, `${quoted(key.text)} cannot be a name in expressions`, help);
}

export function chooseOne(walk: Walk, keys: readonly string[], node: MapNode, place: Place, count: number): void {
  const name = nameOf(place);
  const who = name === undefined ? 'this item' : quoted(name);
  const words = keys.map((key) => quoted(key));
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  if (count > 1) {
    const second = node.entries.filter((entry) => keys.includes(entry.key.text))[1];
    const span = second ? spanOf(second.key) : keySpan(place, node);
    report(
      walk,
      'E103',
      node,
      span,
      place,
      `${who} takes exactly one of ${list}; here are ${count}`,
      'keep one of them',
    );
  } else if (node.entries.some((entry) => !keys.includes(entry.key.text) && entry.key.text !== 'portion')) {
    const unknown = node.entries.find((entry) => !keys.includes(entry.key.text)) as MapNode['entries'][number];
    const meant = didYouMean(unknown.key.text, keys);
    const help = `${meant === undefined ? '' : `did you mean ${quoted(meant)}?  `}keys here: ${words.join(', ')}`;
    report(
      walk,
      'E101',
      node,
      spanOf(unknown.key),
      { ...place, path: [...place.path, unknown.key.text] },
      `unknown key ${quoted(unknown.key.text)}`,
      help,
    );
  } else
    report(
      walk,
      'E103',
      node,
      keySpan(place, node),
      place,
      `${who} takes exactly one of ${list}; here is none`,
      'add one of them',
    );
}

const homes = new Map<string, ReadonlyMap<string, readonly string[]>>();

export function homesFor(walk: Walk): ReadonlyMap<string, readonly string[]> {
  const known = homes.get(walk.kind) ?? homesOf(walk.root);
  homes.set(walk.kind, known);
  return known;
}

/** Reports a key that does not exist here; gives the key that was meant, if it can be told. */
export function unknownKey(
  walk: Walk,
  schema: Schema,
  node: MapNode,
  key: ScalarNode,
  place: Place,
): string | undefined {
  const known = Object.keys(schema.properties ?? {}).filter((name) => {
    const property = schema.properties?.[name];
    return typeof property === 'object' && property['x-planned'] !== true;
  });
  const free = known.filter((name) => !entryOf(node, name));
  const word = key.text.toLowerCase().replaceAll('-', '_');
  const renamed = schema['x-renames']?.[word];
  const home = homesFor(walk)
    .get(word)
    ?.filter((path) => path !== '' || place.path.length > 1);
  const wrapper = schema['x-wrapper'];
  const wrapped = wrapper !== undefined ? home?.some((path) => path.endsWith(`.${wrapper}`)) : false;
  const meant =
    wrapped || (home && home.length > 0 && renamed === undefined)
      ? undefined
      : (renamed ?? didYouMean(key.text, free) ?? didYouMean(key.text, known));
  const keys = `keys here: ${known.map((name) => quoted(name)).join(', ')}`;
  let help = keys;
  if (meant !== undefined) help = `did you mean ${quoted(meant)}?  ${keys}`;
  else if (wrapped) help = `put it under ${quoted(`${wrapper}:`)}, indented`;
  else if (home && home.length > 0)
    help = `${quoted(key.text)} belongs under ${quoted((home[0] as string) || 'the top level')}; ${keys}`;
  const where = place.path.length > 1 ? ` in ${quoted(String(place.path.at(-2)))}` : '';
  report(
    walk,
    'E101',
    key,
    spanOf(key),
    place,
    `unknown key ${quoted(key.text)}${typeof place.path.at(-2) === 'string' ? where : ''}`,
    help,
  );
  return meant;
}

export function missing(walk: Walk, schema: Schema, key: string, node: MapNode, place: Place): void {
  const whole = schema.properties?.[key] ?? (place.path.length === 0 ? walk.root.properties?.[key] : undefined);
  const about = typeof whole === 'object' ? resolveSchema(walk.root, whole) : undefined;
  const name = nameOf(place);
  const who =
    place.path.length === 0
      ? walk.kind === 'risk'
        ? 'risk.yaml'
        : 'the strategy'
      : name === undefined
        ? 'this item'
        : quoted(name);
  const example = about?.examples?.[0];
  const shown =
    example === undefined || typeof example === 'object' ? `${key}: …` : `${key}: ${example as string | number}`;
  const help =
    about?.['x-missing-help'] ??
    `add ${quoted(Array.isArray(example) ? `${key}: [${example.join(', ')}]` : shown)}${about?.description ? `: ${about.description}` : ''}`;
  const first = node.entries[0];
  const span = place.key ? spanOf(place.key) : first ? spanOf(first.key) : keySpan(place, node);
  report(walk, 'E102', node, span, place, `${who} has no ${quoted(key)}`, help);
}

export function conflict(walk: Walk, node: MapNode, key: ScalarNode, place: Place): void {
  const others = node.entries.map((entry) => entry.key.text).filter((text) => text !== key.text);
  const type = entryOf(node, 'type')?.value;
  const order = place.path.at(-2) === 'order';
  const message = order
    ? `a ${type?.kind === 'scalar' ? type.text : 'market'} order has no ${quoted(key.text)}`
    : `${quoted(key.text)} does not go together with ${others
        .filter((text) => ['long', 'short', 'when'].includes(text))
        .map((text) => quoted(text))
        .join(' and ')}`;
  const help = order
    ? `say \`type: ${key.text === 'limit_price' ? 'limit' : 'stop'}\`, or delete ${quoted(key.text)}`
    : others.includes('when') && key.text === 'rules'
      ? 'move the condition of `when` into the list'
      : 'move it under `long:` or `short:`';
  report(walk, 'E111', node, spanOf(key), place, message, help);
}
