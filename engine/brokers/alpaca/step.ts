import { clear, stopLine, withdraw } from './cancelling.ts';
import { giveUp } from './claims.ts';
import { nextExit, sendExit } from './closing.ts';
import type { DeskState } from './desk-state.ts';
import type { Holder } from './holder.ts';
import { isLive } from './line.ts';
import { enter } from './opening.ts';
import { protect } from './protecting.ts';

/** Has a holder looked at once the call that touched it is done: what the core does in turn comes first. */
export function touch(desk: DeskState, holder: Holder): void {
  desk.dirty.add(holder);
  settle(desk);
}

/** Looks at every holder that something has happened to, unless somebody is at it already. */
export function settle(desk: DeskState): void {
  if (desk.depth > 0) return;
  desk.depth++;
  try {
    for (const holder of desk.dirty) {
      desk.dirty.delete(holder);
      step(desk, holder);
    }
  } finally {
    desk.depth--;
  }
}

/** Asks for what brings the broker nearer to what the core wants; whatever is under way is waited for. */
function step(desk: DeskState, holder: Holder): void {
  if (holder.early.length > 0) {
    // More of the entry has filled than has been heard of: what is held is not known.
    if (isLive(holder.entry)) return;
    giveUp(desk, holder);
  }
  withdraw(desk, holder.entry);
  withdraw(desk, holder.exit);
  const exit = nextExit(desk, holder);
  // An entry that still works would buy what is being sold.
  if (exit !== undefined && isLive(holder.entry) && holder.position !== 0n) stopLine(desk, holder.entry);
  if (exit !== undefined || isLive(holder.exit)) {
    if (!clear(desk, holder, [holder.target, holder.stop])) return;
    if (isLive(holder.entry) && holder.position !== 0n) return;
    if (exit !== undefined && !isLive(holder.exit)) sendExit(desk, holder, exit);
    return;
  }
  protect(desk, holder);
  enter(desk, holder);
}
