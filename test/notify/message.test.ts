import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bold, escaped, type Html, html, lines, plain, textOf } from '../../engine/notify/html.ts';
import { LONGEST_MESSAGE, split } from '../../engine/notify/split.ts';
import { wrongHtml } from './telegram-server.ts';

/** Messages as they are made here: text from anywhere, some of it bold or code, over lines. */
const messages: fc.Arbitrary<Html> = fc
  .array(
    fc.tuple(
      fc.constantFrom('', 'b', 'pre', 'code'),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('', '\n'),
    ),
    { maxLength: 30 },
  )
  .map((parts) =>
    parts.map(([tag, text, end]) => (tag === '' ? escaped(text) : `<${tag}>${escaped(text)}</${tag}>`) + end).join(''),
  ) as fc.Arbitrary<Html>;

describe('HTML of a message', () => {
  it('shows any text as it is, and none of it as a tag', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<b>${plain(text)}</b>`;
        expect(wrongHtml(made)).toBeUndefined();
        expect(textOf(made).length).toBe(text.length);
      }),
    );
    expect(html`${plain('<b>&amp;')} ${bold('a<b')}`).toBe('&lt;b&gt;&amp;amp; <b>a&lt;b</b>');
  });

  it('takes out what would turn, hide or break text', () => {
    expect(escaped('a\u202eb\u0000c\ud800d\ne')).toBe('a b c d\ne');
  });

  it('leaves out lines that are not there', () => {
    expect(lines(html`a`, undefined, html`b`)).toBe('a\nb');
  });
});

describe('long messages', () => {
  it('stay whole up to the limit', () => {
    const most = escaped('x'.repeat(LONGEST_MESSAGE));
    expect(split(most)).toEqual([most]);
    expect(split(`${most}y` as Html).map(({ length }) => length)).toEqual([LONGEST_MESSAGE, 1]);
  });

  it('are cut at the ends of lines, with tags closed and opened again', () => {
    const long = `<pre>${'a'.repeat(40)}\n${'b'.repeat(40)}</pre>` as Html;
    expect(split(long, 64)).toEqual([`<pre>${'a'.repeat(40)}</pre>`, `<pre>${'b'.repeat(40)}</pre>`]);
  });

  it('lose nothing but line breaks, and no piece is too long, empty or torn', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 64, max: 300 }), (message, longest) => {
        const pieces = split(message, longest);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(longest);
          expect(wrongHtml(piece)).toBeUndefined();
        }
        const words = (texts: readonly Html[]): string => texts.map(textOf).join('').replace(/\s/g, '');
        expect(words(pieces)).toBe(words([message]));
      }),
    );
  });
});
