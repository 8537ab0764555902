import type { DocumentPath } from '../documents/document.ts';
import { childrenOf } from '../expressions/size.ts';
import { durationText } from '../expressions/texts.ts';
import type { Checked } from '../expressions/tree.ts';
import { DAY, MINUTE } from '../market/time.ts';
import { TIMEFRAME_MS } from '../market/timeframe.ts';
import { isBarEnd } from './bar-grid.ts';
import type { Reporter } from './finding.ts';
import { reportPart } from './part.ts';

/** `opening_high("15m")` on bars that do not end 15 minutes after the open: the range is never seen whole. */
export function checkOpeningRanges(reporter: Reporter, tree: Checked, path: DocumentPath): void {
  const { document } = reporter;
  if (document.kind !== 'strategy') return;
  const { timeframe, symbols } = document.value;
  // Coins have days of UTC; a bar of a day has no opening range at all, which is said elsewhere.
  if (TIMEFRAME_MS[timeframe] >= DAY || symbols.some((one) => one.includes('/'))) return;
  visit(tree, (name, minutes, part) => {
    if (isBarEnd(TIMEFRAME_MS[timeframe], 'open', minutes * MINUTE)) return;
    const range = `${name}("${durationText(minutes)}")`;
    const message = `\`${range}\` ends inside a ${timeframe} bar, so its last minutes are never part of it`;
    reportPart(reporter, 'W374', { path, span: part.span }, message, 'use a range that ends with a bar, or finer bars');
  });
}

function visit(tree: Checked, found: (name: string, minutes: number, part: Checked) => void): void {
  if (tree.kind === 'named') return;
  if (tree.kind === 'operand' && tree.operand.kind === 'measure') {
    const [name, minutes] = tree.operand.name.split(':');
    if (name !== undefined && minutes !== undefined && name.startsWith('opening_')) found(name, Number(minutes), tree);
  }
  for (const child of childrenOf(tree)) visit(child, found);
}
