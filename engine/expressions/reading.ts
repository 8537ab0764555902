import type { Catalogue } from './context.ts';
import { parseExpression } from './parse.ts';
import { PURE_FUNCTIONS } from './pure.ts';
import { secondReaderAgrees } from './second-reader.ts';
import type { Reading, Syntax } from './syntax.ts';

/**
 * Texts that both readers accepted, with their trees: a reload reads every rule again, nearly all of them unchanged.
 * Reading depends on the text alone, so a hit and a miss give the same answer.
 */
const ACCEPTED = new Map<string, Syntax>();
const MOST_ACCEPTED = 20_000;

/** Reads a text with both readers; where they differ the text is refused. */
export function readExpression(text: string, catalogue: Catalogue): Reading {
  const known = ACCEPTED.get(text);
  if (known !== undefined) return { tree: known, finding: undefined };
  const reading = parseExpression(text, (name) => catalogue.has(name) || PURE_FUNCTIONS.has(name));
  if (reading.tree === undefined) return reading;
  if (!secondReaderAgrees(text, reading.tree)) {
    const help = 'put parentheses around its parts until it says one thing only';
    const finding = {
      code: 'E248',
      span: reading.tree.span,
      message: 'the expression can be read in two ways',
      help,
    } as const;
    return { tree: undefined, finding };
  }
  if (ACCEPTED.size >= MOST_ACCEPTED) ACCEPTED.clear();
  ACCEPTED.set(text, reading.tree);
  return reading;
}
