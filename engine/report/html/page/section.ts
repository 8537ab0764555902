import { h } from './dom.ts';

/** The word that stands beside everything made of made-up prices. */
export const syntheticTag = (): HTMLElement => h('span', { class: 'tag' }, 'SYNTHETIC');

/**
 * A part of the page under its heading.
 * @param short its name among the links to the parts
 */
export function section(
  id: string,
  title: string,
  {
    synthetic = false,
    aside,
    short,
  }: { readonly synthetic?: boolean; readonly aside?: string; readonly short?: string },
  ...children: readonly (Node | undefined)[]
): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title`, 'data-short': short ?? title },
    h(
      'header',
      { class: 'section' },
      h('h2', { id: `${id}-title` }, title),
      synthetic && syntheticTag(),
      aside !== undefined && h('span', { class: 'aside' }, aside),
    ),
    ...children,
  );
}

export const note = (text: string): HTMLElement => h('p', { class: 'note' }, text);

export const empty = (text: string): HTMLElement => h('p', { class: 'empty' }, text);
