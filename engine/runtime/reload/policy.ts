import type { Workspace } from '../workspace.ts';

/**
 * What rules wait for that take a protection away: `approve`, a person's word; `grace`, a second time without any change;
 * `accept`, nothing.
 */
export type Policy = 'approve' | 'grace' | 'accept';

type Written = 'approve' | 'grace' | undefined;

const written = ({ rules }: Workspace): Written => rules?.risk.document?.value.loosening;

/** What `loosening:` in risk.yaml says, or what holds when it says nothing. */
export const policyOf = (running: Workspace, mode: 'dry' | 'live'): Policy =>
  written(running) ?? (mode === 'live' ? 'approve' : 'grace');
