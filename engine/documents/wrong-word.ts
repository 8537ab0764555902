import { quoted } from './finding.ts';
import type { Schema } from './schema.ts';
import { didYouMean } from './suggest.ts';

const UNITS: Readonly<Record<string, string>> = {
  m: 'm',
  min: 'm',
  mins: 'm',
  minute: 'm',
  minutes: 'm',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  session: 'd',
  sessions: 'd',
  w: 'w',
  week: 'w',
  weeks: 'w',
  b: ' bars',
  bar: ' bars',
  bars: ' bars',
  candle: ' bars',
  candles: ' bars',
};

/** `5 minutes` → `5m`, `5bars` → `5 bars`; undefined when it is no length of time. */
function duration(text: string): string | undefined {
  const match = /^(\d+)\s*([A-Za-z]+)$/.exec(text.trim());
  if (!match) return undefined;
  const count = Number(match[1]);
  const unit = UNITS[(match[2] as string).toLowerCase()];
  if (unit === undefined || count < 1) return undefined;
  return `${count}${unit === ' bars' && count === 1 ? ' bar' : unit}`;
}

function sessionWord(text: string): string | undefined {
  const match =
    /^(.*?)\s*(after|before|past|until|from|to)\s+(?:the\s+)?(?:session\s+|market\s+)?(open|close|opening|closing|start|end)$/i.exec(
      text.trim(),
    );
  if (!match) return undefined;
  const length = duration(match[1] as string);
  if (length === undefined || !/^\d+(m|h)$/.test(length)) return undefined;
  return /^(open|opening|start)$/i.test(match[3] as string) ? `${length} after open` : `${length} before close`;
}

/** Rewritings that may turn what was meant into what is read; only one that fits the pattern is shown. */
const REWRITINGS: readonly ((text: string) => string | undefined)[] = [
  (text) => text.trim(),
  (text) => text.toUpperCase().trim(),
  (text) => text.replace(/^\$/, '').toUpperCase(),
  duration,
  sessionWord,
  (text) => (/^\d+(?:\.\d+)?\s*%/.test(text) ? `${Number.parseFloat(text)}% of account` : undefined),
  (text) => text.trim().replace(/[\s.-]+/g, '_'),
  (text) =>
    text
      .trim()
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?=\d)/, 'x'),
];

/** A text of the wrong form, mended, or undefined. */
export function mendedText(schema: Schema, text: string): string | undefined {
  const { pattern } = schema;
  if (pattern === undefined) return undefined;
  const form = new RegExp(pattern);
  for (const rewrite of REWRITINGS) {
    const mended = rewrite(text);
    if (mended !== undefined && mended !== text && form.test(mended)) return mended;
  }
  const alias = schema['x-aliases']?.[text.toLowerCase()];
  return alias ?? didYouMean(text, schema['x-words'] ?? []);
}

/** The choice that a word most likely means, or undefined. */
export function meantChoice(schema: Schema, text: string): string | undefined {
  const choices = (schema.enum ?? []).map(String);
  const word = text.trim().toLowerCase();
  return (
    schema['x-aliases']?.[word] ?? choices.find((choice) => choice.toLowerCase() === word) ?? didYouMean(text, choices)
  );
}

export const choicesText = (schema: Schema): string =>
  (schema.enum ?? []).map((choice) => quoted(String(choice))).join(', ');
