import { ask, type DeskState } from './desk-state.ts';
import type { Holder } from './holder.ts';
import { isLive, type Line } from './line.ts';

/** Cancels a line, once it is known and nothing else is under way for it. */
export function stopLine(desk: DeskState, line: Line): void {
  if (line.busy === undefined && line.brokerId !== undefined && line.state !== 'sending') {
    ask(desk, { kind: 'cancel', urgency: 'exit', target: line.brokerId }, line);
  }
}

/** Cancels a line whose order the core has cancelled. */
export function withdraw(desk: DeskState, line: Line | undefined): void {
  if (isLive(line) && line.order !== undefined && desk.reasons.has(line.order)) stopLine(desk, line);
}

/** Sees lines go; true when none is left. */
export function clear(desk: DeskState, { entry }: Holder, lines: readonly (Line | undefined)[]): boolean {
  let gone = true;
  for (const line of lines) {
    if (!isLive(line)) continue;
    gone = false;
    // Held legs go with their entry.
    if (line.state === 'held' && isLive(entry) && line.parent === entry) continue;
    // Of a pair that cancel each other one is enough.
    if (line.partner?.busy?.what === 'cancel') continue;
    stopLine(desk, line);
  }
  return gone;
}
