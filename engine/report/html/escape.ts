const IN_SCRIPT: Readonly<Record<string, string>> = { '<': '\\u003c', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/**
 * JSON as it may stand in a `<script>` element: no text in it can close the element or open a comment. A `<` lies in
 * strings only, so the value stays the same. Every character is judged by itself: pieces of a text may come one by one.
 */
export const jsonInScript = (json: string): string => json.replace(/[<\u2028\u2029]/g, (sign) => IN_SCRIPT[sign]!);

const IN_HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or in a quoted attribute. */
export const textInHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => IN_HTML[sign]!);
