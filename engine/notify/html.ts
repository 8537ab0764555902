/** Text in the HTML that Telegram reads: tags b, i, code and pre, entities &lt; &gt; &amp; (core.telegram.org/bots/api#html-style). */
export type Html = string & { readonly html: unique symbol };

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What no message needs: control characters but the line break, marks that turn the direction of text, halves of a character. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text from anywhere as it may stand in a message. */
export const escaped = (text: string): Html =>
  text.replace(UNSEEN, ' ').replace(/[&<>]/g, (letter) => ENTITIES[letter]!) as Html;

/** A message of parts: what stands between the braces is escaped unless it is HTML already made here. */
export const html = (parts: TemplateStringsArray, ...values: readonly (Html | Plain)[]): Html =>
  parts.reduce((text, part, n) => {
    const value = values[n];
    if (value === undefined) return text + part;
    return text + part + (typeof value === 'object' ? escaped(value.plain) : value);
  }, '') as Html;

interface Plain {
  readonly plain: string;
}

/** Marks a text as one to be escaped. */
export const plain = (text: string | number): Plain => ({ plain: String(text) });

export const bold = (text: string): Html => `<b>${escaped(text)}</b>` as Html;

/** Every part on a line of its own; undefined ones are left out. */
export const lines = (...parts: readonly (Html | undefined)[]): Html =>
  parts.filter((part) => part !== undefined).join('\n') as Html;

const TEXTS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** The text alone, without tags and entities. */
export const textOf = (message: Html): string =>
  message.replace(/<\/?[a-z]+>/g, '').replace(/&(?:amp|lt|gt);/g, (entity) => TEXTS[entity]!);
