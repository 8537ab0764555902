import { meaningOf } from '../../../engine/compiler/meaning/meaning.ts';
import type { Loss } from '../../../engine/runtime/reload/events.ts';
import type { Workspace } from '../../../engine/runtime/workspace.ts';

/** What new rules take away, or may. */
export const protectionsLost = (running: Workspace, next: Workspace): readonly Loss[] =>
  meaningOf(running.ruleset!, next.ruleset!).losses.map(({ subject, text, certain }) => ({ subject, text, certain }));
