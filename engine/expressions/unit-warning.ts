import type { Span } from '../documents/diagnostic.ts';
import { type Context, report, written } from './context.ts';
import type { Checked } from './tree.ts';
import { comparable, UNIT_WORDS } from './units.ts';

/** Warns once when two of the values measure different things. */
export function warnOfUnits(context: Context, span: Span, operation: string, values: readonly Checked[]): void {
  for (const [i, a] of values.entries()) {
    const b = values.slice(i + 1).find((other) => !comparable(a.unit, other.unit));
    if (b === undefined) continue;
    const [first, second] = [written(context, a.span), written(context, b.span)];
    const message = `\`${operation}\` brings together \`${first}\`, ${UNIT_WORDS[a.unit]}, and \`${second}\`, ${UNIT_WORDS[b.unit]}`;
    report(context, 'W249', span, message, 'bring both to one unit, for instance by dividing prices by prices');
    return;
  }
}
