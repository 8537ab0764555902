import { endEvent, equityEvent, fillEvent, orderEvent, tradeEvent, tripEvent } from '../journal/events.ts';
import type { Command, Input, NewInput } from '../journal/inputs.ts';
import { refuse } from '../journal/refusal.ts';
import { NO_EVENTS, type Slice, type SliceRow } from '../journal/slices.ts';
import type { Observer } from './run.ts';
import type { Session } from './session.ts';
import type { Swappable } from './swap.ts';

/** A session in the journal, as a run needs it. */
export interface RecordedSession {
  readonly name: string;
  /** Version of the engine that began it. */
  readonly engine: string;
  /** The hash that the first slice is chained to. */
  readonly seal: string;
  readonly inputs: readonly Input[];
  /** What came out before, oldest first. */
  readonly slices: Iterator<SliceRow>;
}

/** Where a run's slices go; each call returns once they are stored, however long a full disk makes it wait. */
export interface SliceSink {
  append(slice: Slice): Promise<void> | undefined;
  input(input: NewInput): Promise<void> | undefined;
  complete(last: Slice): Promise<void> | undefined;
}

/**
 * Keeps a run and its journal in step. A run that the journal knows is worked off again up to where the journal ends, and
 * what comes out is held to what came out then; from there on it is stored. There is no other way to start: a new run is
 * one whose journal is empty.
 */
export interface Recording {
  /** The run is still being worked off again. */
  readonly restoring: boolean;
  /** Nothing is left in the journal but what the run's end brought. */
  readonly atFinal: boolean;
  /** Market time (ms) at the end of the next slice of the journal; undefined: it is used up, or that slice has none. */
  readonly upcoming: number | undefined;
  /** Observer for the run; what happened before is not told again. */
  watch(observer: Observer): Observer;
  /** Hands over the run. Call once, before its first bar. */
  begin(run: Swappable): void;
  /** How many instants may be worked off before the next `mark`. */
  most(asked: number): number;
  /** Applies what the journal has for this instant, before it is worked off. */
  applyInputs(): Promise<void> | undefined;
  /** Compares, or stores, what has come out since the last call. */
  mark(): Promise<void> | undefined;
  /** Stores something from outside that acts from here on. */
  input(input: NewInput): Promise<void> | undefined;
  /** From here on nothing is stored: what follows is not part of the run (the end of one that was cut short). */
  stop(): void;
  /** After the last bar: what the run's end brought. */
  complete(): Promise<void> | undefined;
}

/** What only a run hears of that is connected to a broker. */
export type Outside = Extract<Input, { readonly kind: 'order_event' | 'clock' | 'account' }>;

export interface RecordingHooks {
  /** Makes rules of the journal act; called for every revision after the first. */
  readonly applyRevision: (revision: string, run: Swappable) => Promise<void>;
  /** `at`: the wall clock when it was given, ISO 8601. */
  readonly applyCommand: (command: Command, at: string, run: Swappable) => void;
  /** Makes what came from outside act: of an order, of the clock, of the account. */
  readonly applyOutside?: (input: Outside, run: Swappable) => void;
  /** What came out besides what an observer is told, as JSON texts, since the last call. */
  readonly further?: () => readonly string[];
  /** The journal's end is reached: the run goes on from here. */
  readonly restored?: (session: Session) => void;
}

/**
 * @param sink undefined: the run only has to agree with the journal, nothing is stored
 * @param revision the rules that the run begins with
 */
export function createRecording(
  recorded: RecordedSession,
  sink: SliceSink | undefined,
  revision: string,
  hooks: RecordingHooks,
): Recording {
  const { inputs, slices, name } = recorded;
  const state = {
    run: undefined as Swappable | undefined,
    revision,
    /** The next slice to agree with; undefined: the journal is used up. */
    next: take(slices),
    nextInput: 0,
    instants: 0,
    /** How far the events of the next slice have come again, characters; undefined: one of them came otherwise. */
    matched: FIRST as number | undefined,
    stopped: false,
    /** Orders are placed in the order of their numbers; one that is refused before it is placed has a higher one. */
    lastPlaced: 0,
  };
  let events: string[] = [];
  // The first revision is what the run begins with.
  if (inputs[0]?.kind === 'revision') state.nextInput = 1;

  const sessionOf = (): Session => {
    if (state.run === undefined) throw new Error('the recording has no run');
    return state.run.session;
  };
  const at = (): number => state.run?.session.instants ?? 0;
  const keep = (text: string): void => {
    if (state.stopped) return;
    const { next, matched } = state;
    // What comes as it came is compared where it stands: a year of trades makes hundreds of megabytes.
    if (next !== undefined && matched !== undefined) {
      if (next.events.startsWith(text, matched)) {
        state.matched = matched + text.length + 1;
        return;
      }
      diverge(next.events, matched);
    }
    events.push(text);
  };

  /** From here on events are kept, those before them too. */
  function diverge(known: string, matched: number): void {
    events = matched === FIRST ? [] : [known.slice(FIRST, matched - 1)];
    state.matched = undefined;
  }

  function sliceNow(final: boolean): Slice {
    const session = sessionOf();
    return {
      revision: state.revision,
      instants: session.instants,
      time: session.now,
      equity: session.book.equity(),
      trades: session.book.state.trades.length,
      final,
      events: events.length === 0 ? NO_EVENTS : `[${events.join(',')}]`,
    };
  }

  /** Takes in what came out besides. */
  function gather(): void {
    for (const text of hooks.further?.() ?? []) keep(text);
  }

  /** Holds what came out to a slice of the journal. */
  function agree(known: SliceRow, final: boolean): void {
    gather();
    const whole = known.events === NO_EVENTS ? FIRST : known.events.length;
    if (state.matched !== whole) {
      if (state.matched !== undefined) diverge(known.events, state.matched);
      throw disagreement(recorded, known, sliceNow(final));
    }
    // Its events are those of the slice that is known.
    const now = { ...sliceNow(final), events: known.events };
    if (FIELDS.some((field) => !Object.is(now[field], known[field]))) throw disagreement(recorded, known, now);
    state.instants = now.instants;
    state.next = take(slices);
    state.matched = FIRST;
  }

  function moveOn(): Promise<void> | undefined {
    const session = sessionOf();
    gather();
    if (restoring() || state.next !== undefined || (session.instants === state.instants && events.length === 0))
      return undefined;
    const slice = sliceNow(false);
    events = [];
    state.instants = session.instants;
    return sink?.append(slice);
  }

  /** What came out before an input was stored with it, in a slice of its own: `input` does the same. */
  function agreeBefore(): void {
    gather();
    if (state.next === undefined || state.next.final || state.next.instants > at()) return;
    if (sessionOf().instants !== state.instants || state.matched !== FIRST) agree(state.next, false);
  }

  /** Applies the inputs of this instant. */
  async function apply(): Promise<void> {
    for (let input = inputs[state.nextInput]; input !== undefined && input.instants <= at(); ) {
      agreeBefore();
      if (input.kind === 'revision') {
        await hooks.applyRevision(input.revision, state.run!);
        state.revision = input.revision;
      } else if (input.kind === 'command') hooks.applyCommand(input.command, input.at, state.run!);
      else hooks.applyOutside?.(input, state.run!);
      state.nextInput++;
      input = inputs[state.nextInput];
    }
    if (!restoring()) hooks.restored?.(sessionOf());
  }

  const restoring = (): boolean => (state.next !== undefined && !state.next.final) || state.nextInput < inputs.length;

  return {
    get restoring() {
      return restoring();
    },
    get atFinal() {
      return state.next?.final === true;
    },
    get upcoming() {
      return Number.isNaN(state.next?.time) ? undefined : state.next?.time;
    },
    watch: (observer) => {
      const told = (): boolean => !restoring();
      return {
        progress: (progress) => observer.progress?.(progress),
        placed(order) {
          state.lastPlaced = order.seq;
          keep(orderEvent(at(), order));
          if (told()) observer.placed?.(order);
        },
        heard(event) {
          const { order } = event;
          if (event.kind === 'fill') keep(fillEvent(at(), order, event.fill));
          else
            keep(
              endEvent(at(), event.kind, order, event.reason, event.time, event.kind === 'cut' ? event.qty : undefined),
            );
          if (told()) observer.heard?.(event);
        },
        filled: (order, fill) => {
          if (told()) observer.filled?.(order, fill);
        },
        traded(trade) {
          keep(tradeEvent(at(), trade));
          if (told()) observer.traded?.(trade);
        },
        refused(order, reason) {
          // What the broker refused was placed and heard; this one never left.
          if (order.seq > state.lastPlaced) {
            keep(orderEvent(at(), order));
            keep(endEvent(at(), 'refused', order, reason, order.decidedAt));
          }
          if (told()) observer.refused?.(order, reason);
        },
        tripped(trip) {
          keep(tripEvent(at(), 'trip', trip));
          if (told()) observer.tripped?.(trip);
        },
        cleared(trip) {
          keep(tripEvent(at(), 'clear', trip));
          if (told()) observer.cleared?.(trip);
        },
        sampled(time, equity) {
          keep(equityEvent(at(), time, equity));
          observer.sampled?.(time, equity);
        },
        complete: (result) => {
          if (told()) observer.complete?.(result);
        },
        live: () => observer.live?.(),
        ...(observer.probe === undefined ? {} : { probe: observer.probe }),
      };
    },
    begin(run) {
      state.run = run;
    },
    most(asked) {
      const input = inputs[state.nextInput]?.instants ?? Number.POSITIVE_INFINITY;
      const slice = state.next?.instants ?? Number.POSITIVE_INFINITY;
      return Math.min(asked, Math.min(input, slice) - at());
    },
    applyInputs() {
      const input = inputs[state.nextInput];
      return input === undefined || input.instants > at() ? undefined : apply();
    },
    mark() {
      if (state.stopped) return undefined;
      if (!restoring()) return moveOn();
      if (state.next === undefined || at() < state.next.instants) return undefined;
      agree(state.next, false);
      if (!restoring()) hooks.restored?.(sessionOf());
      return undefined;
    },
    input(input) {
      const before = moveOn();
      if (input.kind === 'revision') state.revision = input.revision;
      return before === undefined ? sink?.input(input) : before.then(() => sink?.input(input));
    },
    stop() {
      state.stopped = true;
    },
    complete() {
      if (state.stopped) return undefined;
      if (state.next !== undefined) {
        if (!state.next.final) throw endsEarly(name, sessionOf(), state.next);
        agree(state.next, true);
        return undefined;
      }
      return sink?.complete(sliceNow(true));
    },
  };
}

/** All of a slice but its events. */
const FIELDS = ['revision', 'instants', 'time', 'equity', 'trades', 'final'] as const;

/** Where the first event stands in a list of them. */
const FIRST = 1;

function take(slices: Iterator<SliceRow>): SliceRow | undefined {
  const { done, value } = slices.next();
  return done === true ? undefined : value;
}

const ANEW = '--fresh starts anew; the session stays in the journal';

function endsEarly(name: string, session: Session, next: SliceRow): Error {
  return refuse(
    'differs',
    `session ${name} came to its bar number ${next.instants}, but the bars now end after ${session.instants}`,
    `give it the bars that it ran on; or ${ANEW}`,
  );
}

/** Names the first thing that came out otherwise than the journal has it. */
function disagreement(recorded: RecordedSession, known: SliceRow, now: Slice): Error {
  const { name, engine } = recorded;
  const where = `session ${name} does not repeat itself`;
  const help = `run engine ${engine}, which began it, on the bars that it ran on; or ${ANEW}`;
  const before = JSON.parse(known.events) as readonly unknown[];
  const after = JSON.parse(now.events) as readonly unknown[];
  for (let n = 0; n < Math.max(before.length, after.length); n++) {
    const [was, is] = [before[n], after[n]].map((event) => (event === undefined ? 'nothing' : JSON.stringify(event)));
    if (was !== is) return refuse('differs', `${where}: the journal has ${was}, now comes ${is}`, help);
  }
  for (const field of FIELDS) {
    if (!Object.is(known[field], now[field])) {
      const [was, is] = [known[field], now[field]].map((value) =>
        field === 'time' && Number.isFinite(value) ? new Date(value as number).toISOString() : String(value),
      );
      return refuse('differs', `${where}: ${field} after ${now.instants} instants was ${was}, is ${is}`, help);
    }
  }
  return refuse('differs', `${where} after ${now.instants} instants`, help);
}
