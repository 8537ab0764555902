import { ACCOUNT, type OperatorCommand, type Place } from '../../core/operator.ts';

/** A command as texts by name, the same on the socket and in a journal. */
export interface WrittenCommand {
  readonly name: 'pause' | 'resume' | 'flatten' | 'halt' | 'reset';
  readonly arguments: Readonly<Record<string, string>>;
}

/** Letters of a reason that are kept. */
const LONGEST_REASON = 500;

/** A line of text: what would break a line, or a terminal, is a space. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_REASON);

function placeFrom({ strategy, symbol }: Readonly<Record<string, string>>): Place | undefined {
  if (strategy !== undefined) return { scope: 'strategy', name: strategy };
  return symbol === undefined ? undefined : { scope: 'symbol', name: symbol };
}

/** Reads a command from its name and texts; a sentence when something is missing or too much. */
export function commandFrom(name: string, given: Readonly<Record<string, string>>): OperatorCommand | string {
  const known = name === 'reset' ? ['breaker', 'strategy', 'symbol', 'reason'] : ['strategy', 'symbol', 'reason'];
  const strange = Object.keys(given).find((key) => !known.includes(key));
  if (strange !== undefined) return `${name} takes no \`${strange.slice(0, 40)}\``;
  if (given.strategy !== undefined && given.symbol !== undefined)
    return `${name} takes a strategy or a symbol, not both`;
  const place = placeFrom(given);
  const words = oneLine(given.reason ?? '');
  const reason = words === '' ? undefined : words;
  if (name === 'reset') {
    if (given.breaker === undefined) return 'reset needs a breaker';
    if (reason === undefined) return 'reset needs a reason';
    return { kind: 'reset', breaker: given.breaker, place, reason };
  }
  if (name !== 'pause' && name !== 'resume' && name !== 'flatten' && name !== 'halt') return `no command \`${name}\``;
  return { kind: 'operate', act: name, place: place ?? ACCOUNT, reason };
}

/** Writes a command as `commandFrom` reads it. */
export function writtenCommand(command: OperatorCommand): WrittenCommand {
  const { place, reason } = command;
  const given = {
    ...(command.kind === 'reset' ? { breaker: command.breaker } : {}),
    ...(place === undefined || place.scope === 'account' ? {} : { [place.scope]: place.name }),
    ...(reason === undefined ? {} : { reason }),
  };
  return { name: command.kind === 'reset' ? 'reset' : command.act, arguments: given };
}
