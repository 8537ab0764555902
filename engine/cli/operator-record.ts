import { ACCOUNT, type OperatorAct, type OperatorCommand, type Place } from '../core/operator.ts';
import type { Command } from '../journal/inputs.ts';

/** A person's command as the journal keeps it. */
export const recordOf = (command: OperatorCommand): Command => {
  const place = command.place === undefined ? {} : { scope: command.place.scope, place: command.place.name };
  const reason = command.reason === undefined ? {} : { reason: command.reason };
  return command.kind === 'operate'
    ? { name: command.act, arguments: { ...place, ...reason } }
    : { name: 'reset', arguments: { breaker: command.breaker, ...place, ...reason } };
};

const ACTS: readonly string[] = ['pause', 'flatten', 'halt', 'resume'];

/** The command that was kept; undefined when this engine knows none of that name. */
export const commandOf = ({ name, arguments: values }: Command): OperatorCommand | undefined => {
  const { scope, place, reason, breaker } = values;
  const at = scope === undefined ? undefined : ({ scope, name: place ?? '' } as Place);
  if (name === 'reset') return { kind: 'reset', breaker: breaker ?? '', place: at, reason };
  if (!ACTS.includes(name)) return undefined;
  return { kind: 'operate', act: name as OperatorAct | 'resume', place: at ?? ACCOUNT, reason };
};
