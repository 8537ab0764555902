import type { Workspace } from '../workspace.ts';
import type { Loss } from './events.ts';

/**
 * What rules wait for that take a protection away: `approve`, a person's word; `grace`, a second time without any change;
 * `accept`, nothing.
 */
export type Policy = 'approve' | 'grace' | 'accept';

type Written = 'approve' | 'grace' | undefined;

const written = ({ ruleset }: Workspace): Written => ruleset?.risk.document?.value.loosening;

/** What `loosening:` in risk.yaml says, or what holds when it says nothing. */
export const policyOf = (running: Workspace, mode: 'dry' | 'live'): Policy =>
  written(running) ?? (mode === 'live' ? 'approve' : 'grace');

/** Rules that no longer wait for a person are looser themselves. */
export const policyLoss = (running: Workspace, next: Workspace, mode: 'dry' | 'live'): readonly Loss[] =>
  policyOf(running, mode) === 'approve' && policyOf(next, mode) === 'grace'
    ? [{ subject: 'loosening', text: 'approve → grace: rules that take a protection away no longer wait for a person' }]
    : [];
