import type { Catalogue } from './context.ts';
import { parseExpression } from './parse.ts';
import { PURE_FUNCTIONS } from './pure.ts';
import { secondReaderAgrees } from './second-reader.ts';
import type { Syntax } from './syntax.ts';
import type { ExpressionFinding } from './tree.ts';

/**
 * Texts that both readers accepted, with their trees: a reload reads every rule again, nearly all of them unchanged.
 * Reading depends on the text alone, so a hit and a miss give the same answer.
 */
const ACCEPTED = new Map<string, Syntax>();
/**
 * Shapes on which the readers agreed. Where a tree branches depends on the shape alone (to expr-eval all names that are no
 * operators are alike, and so are all numbers), and the second reader costs more than the whole rest of a check.
 */
const AGREED = new Set<string>();
const MOST_KEPT = 20_000;

type Accepted = { readonly tree: Syntax; readonly finding: undefined };
type Refused = { readonly tree: undefined; readonly finding: ExpressionFinding };

/** Reads a text with both readers; where they differ the text is refused. */
export function readExpression(text: string, catalogue: Catalogue): Accepted | Refused {
  const known = ACCEPTED.get(text);
  if (known !== undefined) return { tree: known, finding: undefined };
  const reading = parseExpression(text, (name) => catalogue.has(name) || PURE_FUNCTIONS.has(name));
  if (reading.tree === undefined) return reading;
  if (!AGREED.has(reading.shape)) {
    if (!secondReaderAgrees(text, reading.tree)) {
      const help = 'put parentheses around its parts until it says one thing only';
      return {
        tree: undefined,
        finding: { code: 'E248', span: reading.tree.span, message: 'the expression can be read in two ways', help },
      };
    }
    if (AGREED.size >= MOST_KEPT) AGREED.clear();
    AGREED.add(reading.shape);
  }
  if (ACCEPTED.size >= MOST_KEPT) ACCEPTED.clear();
  ACCEPTED.set(text, reading.tree);
  return reading;
}
