type Child = Node | string | undefined | false;
type Attribute = string | number | boolean | undefined | ((event: Event) => void);

/**
 * Makes an element. Children that are text stay text, whatever signs they hold; an attribute whose value is a function
 * listens to the event of its name; `false` and undefined leave an attribute or child out.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** `gain`, `loss` or nothing, for the colour of an amount. */
export const tone = (amount: number | bigint): 'gain' | 'loss' | undefined =>
  amount > 0 ? 'gain' : amount < 0 ? 'loss' : undefined;

/** A choice among words: the first entry stands for all of them when `all` names it. */
export function choice(
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  changed: (value: string) => void,
): HTMLLabelElement {
  const select = h(
    'select',
    { change: () => changed(select.value) },
    ...options.map(({ value, text }) => h('option', { value }, text)),
  );
  return h('label', { class: 'choice' }, h('span', {}, label), select);
}
