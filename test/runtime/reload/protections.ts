import type { Loss } from '../../../engine/runtime/reload/events.ts';
import type { Workspace } from '../../../engine/runtime/workspace.ts';

/**
 * What new rules take away, told coarsely: any edit of an exit, a session, a limit or a breaker counts as a loss, and so
 * does a larger purse.
 */
export function protectionsLost(running: Workspace, next: Workspace): readonly Loss[] {
  const losses: Loss[] = [];
  const lose = (subject: string, text: string): void => {
    losses.push({ subject, text });
  };
  const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const old = running.ruleset!;
  const fresh = next.ruleset!;
  for (const { id, capital, document } of old.strategies) {
    const other = fresh.strategies.find((strategy) => strategy.id === id);
    if (other === undefined) {
      lose(id, 'is gone');
      continue;
    }
    if (differ(document.value.exit, other.document.value.exit)) lose(id, 'other exits');
    if (differ(document.value.session, other.document.value.session)) lose(id, 'another session');
    if (capital.kind !== other.capital.kind || capital.amount < other.capital.amount) lose(id, 'a larger purse');
  }
  for (const [name, value] of Object.entries(old.risk.limits)) {
    if (fresh.risk.limits[name] !== value) lose(name, 'another limit');
  }
  const breakersOf = ({ ruleset }: Workspace): ReadonlyMap<string, unknown> =>
    new Map((ruleset!.risk.document?.value.circuit_breakers ?? []).map((breaker) => [breaker.id, breaker]));
  const breakers = breakersOf(next);
  for (const [id, breaker] of breakersOf(running)) {
    if (differ(breaker, breakers.get(id))) lose(id, 'another breaker, or none');
  }
  return losses;
}
