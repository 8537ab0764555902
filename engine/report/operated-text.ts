import type { OperatorResult, ReloadResult, TripResult } from '../runtime/control/results.ts';
import { count, counted } from './amounts.ts';
import { marketTimeOf, placeWords, tripWords } from './status-text.ts';
import type { Style } from './style.ts';

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const since = (trip: TripResult): string => marketTimeOf(trip.scope === 'symbol' ? trip.place : '', trip.trippedAt);

const flagOf = ({ scope, place }: TripResult): string => (scope === 'account' ? '' : ` --${scope} ${place}`);

const DONE = {
  pause: 'Paused',
  flatten: 'Closing',
  halt: 'Halted',
} as const;

const effects = ({ cancelled, closing }: OperatorResult): string[] => [
  ...(closing > 0 ? [`${counted(closing, 'position')} ${closing === 1 ? 'closes' : 'close'} at the next open`] : []),
  ...(cancelled > 0 ? [`${counted(cancelled, 'entry order')} at work cancelled`] : []),
];

const joined = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

function tripped(act: 'pause' | 'flatten' | 'halt', result: OperatorResult, style: Style): string {
  const [trip] = result.trips;
  const stands = trip ?? result.standing;
  if (stands === null || stands === undefined) return joined(['Nothing was changed.']);
  const place = placeWords(stands.scope, stands.place);
  const doing = effects(result);
  const more = doing.length === 0 ? [] : [`${capital(doing.join(', '))}.`];
  if (trip === undefined) {
    const word = stands.action === 'halt' ? 'halted' : 'paused';
    return joined([`${capital(place)} has been ${word} since ${since(stands)} (${tripWords(stands)}).`, ...more]);
  }
  const back =
    stands.action === 'halt'
      ? `engine resume${flagOf(stands)} --reason TEXT takes it back.`
      : `engine resume${flagOf(stands)} takes it back.`;
  return joined([
    `${style.yellow(DONE[act])}: ${place} enters no more, from ${since(stands)} on. Exits and cancels go on.`,
    ...more,
    style.dim(back),
  ]);
}

function cleared({ trips, holding }: OperatorResult, style: Style): string {
  const lines = trips.map((trip) => {
    const held =
      trip.heldBack === 0 ? '' : `, held back ${count(trip.heldBack)} ${trip.heldBack === 1 ? 'entry' : 'entries'}`;
    const what = trip.id === 'operator' ? '' : ` breaker ${trip.id} of`;
    return `${style.green('Cleared')}:${what} ${placeWords(trip.scope, trip.place)}, held since ${since(trip)} (${tripWords(trip)})${held}.`;
  });
  if (holding.length === 0) return joined([...lines, 'Entries may be made again from the next bar on.']);
  return joined([
    ...lines,
    ...holding.map(
      (trip) =>
        `${style.yellow('Still held')} by breaker ${trip.id} of ${placeWords(trip.scope, trip.place)}, since ${since(trip)} (${tripWords(trip)}).`,
    ),
  ]);
}

/** What a person's command did, in a few lines. */
export const operatedText = (
  act: 'pause' | 'resume' | 'flatten' | 'halt' | 'reset',
  result: OperatorResult,
  style: Style,
): string => (act === 'resume' || act === 'reset' ? cleared(result, style) : tripped(act, result, style));

const short = (revision: string | null): string => (revision ?? '').slice(0, 7);

function headline({ outcome, revision, pending }: ReloadResult, style: Style): string {
  const runs = short(revision);
  switch (outcome) {
    case 'applied':
      return `${style.green('Reloaded')}: ${runs} runs.`;
    case 'unchanged':
      return `The files are what runs: ${runs}.`;
    case 'refused':
      return `${style.red('REFUSED')}: ${runs} runs on, whole.`;
    case 'waiting':
      return `${style.yellow('WAITS')}: ${short(pending)} loses a protection; ${runs} runs on. engine approve ${short(pending)} takes it.`;
    case 'unsettled':
      return `The files keep changing; they are taken once they are still. ${runs} runs on.`;
    case 'unknown':
      return pending === null
        ? `Nothing waits for approval; ${runs} runs.`
        : `Another revision waits: engine approve ${short(pending)}. ${runs} runs on.`;
  }
}

/** What came of a reload or an approval. */
export const reloadedText = (result: ReloadResult, style: Style): string =>
  joined([headline(result, style), ...result.losses.map((loss) => `  ! ${loss}`), ...result.lines]);
