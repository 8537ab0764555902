import { type BreakerModel, OPERATOR_BREAKER } from '../compiler/model.ts';
import type { Ruleset } from '../compiler/ruleset.ts';
import { didYouMean } from '../documents/suggest.ts';
import type { Guard } from './breaker-measures.ts';
import type { Trip } from './breakers.ts';
import {
  isOperators,
  OPERATOR_MODELS,
  type OperatorAct,
  type OperatorAnswer,
  type OperatorEvent,
  type Place,
} from './operator.ts';

/** A breaker that holds its place now. */
export interface Tripped {
  readonly guard: Guard;
  readonly model: BreakerModel;
  readonly trip: Trip;
  /** Its place by the names of today: a strategy may have had another when it was tripped. */
  readonly place: Place;
}

/** What of the breakers a person's commands need. */
export interface DeskOptions {
  readonly ruleset: Ruleset;
  readonly tripped: () => readonly Tripped[];
  /** Trips a breaker that is no rule's. */
  readonly trip: (model: BreakerModel, place: number, event: OperatorEvent, instants: number) => Tripped;
  /** Cancels and closes what a trip does not suffer; gives how much that was. */
  readonly enforce: (tripped: Tripped) => { readonly cancelled: number; readonly closing: number };
  readonly clear: (tripped: Tripped, event: OperatorEvent) => void;
}

const NOTHING_DONE = { kind: 'done', trips: [], standing: undefined, cancelled: 0, closing: 0, holding: [] } as const;

const refused = (message: string, help: string): OperatorAnswer => ({ kind: 'refused', message, help });

const placeWords = ({ scope, name }: Place): string => (scope === 'account' ? 'the account' : `${scope} \`${name}\``);

const flagOf = ({ scope, name }: Place): string => (scope === 'account' ? '' : ` --${scope} ${name}`);

const isAt =
  ({ scope, name }: Place) =>
  ({ place }: Tripped): boolean =>
    place.scope === scope && place.name === name;

/** Takes a person's commands: pauses, halts, closings, and breakers reset. */
export function createOperatorDesk(options: DeskOptions): (event: OperatorEvent, instants: number) => OperatorAnswer {
  const { ruleset, tripped, clear } = options;

  function numberOf({ scope, name }: Place): number {
    if (scope === 'account') return 0;
    return scope === 'strategy' ? ruleset.strategies.findIndex(({ id }) => id === name) : ruleset.symbols.indexOf(name);
  }

  function unknownPlace({ scope, name }: Place): OperatorAnswer {
    const known = scope === 'strategy' ? ruleset.strategies.map(({ id }) => id) : ruleset.symbols;
    const near = didYouMean(name, known);
    return refused(
      `there is no ${scope} \`${name}\` in the rules that run`,
      near === undefined ? `there is ${known.join(', ')}` : `did you mean \`${near}\`?`,
    );
  }

  function operate(act: OperatorAct, place: Place, event: OperatorEvent, instants: number): OperatorAnswer {
    const own = tripped().filter((one) => isOperators(one.model) && isAt(place)(one));
    const doing = (action: BreakerModel['action']): Tripped | undefined =>
      own.find(({ model }) => model.action === action);
    // A halt is a pause too, and so is what follows a flatten.
    const standing =
      act === 'pause'
        ? (doing('halt') ?? doing('flatten') ?? doing('pause_entries'))
        : doing(OPERATOR_MODELS.account[act].action);
    // What is open now is closed, whatever was paused before.
    if (standing !== undefined && act !== 'flatten') return { ...NOTHING_DONE, standing: standing.trip };
    const made = standing ?? options.trip(OPERATOR_MODELS[place.scope][act], numberOf(place), event, instants);
    return {
      kind: 'done',
      trips: standing === undefined ? [made.trip] : [],
      standing: standing?.trip,
      holding: [],
      ...options.enforce(made),
    };
  }

  function letGo(here: readonly Tripped[], event: OperatorEvent): OperatorAnswer {
    for (const one of here) clear(one, event);
    const holding = tripped().filter(
      (one) => one.place.scope === 'account' || here.some(({ place }) => isAt(place)(one)),
    );
    return { ...NOTHING_DONE, trips: here.map(({ trip }) => trip), holding: holding.map(({ trip }) => trip) };
  }

  function resume(place: Place, event: OperatorEvent): OperatorAnswer {
    const own = tripped().filter(({ model }) => isOperators(model));
    const here = own.filter(isAt(place));
    if (here.length === 0) return nothingToResume(place, own);
    if (event.reason === undefined && here.some(({ model }) => model.action === 'halt')) {
      return refused(
        `${placeWords(place)} is halted: to go on takes a reason`,
        `engine resume${flagOf(place)} --reason TEXT`,
      );
    }
    return letGo(here, event);
  }

  function nothingToResume(place: Place, own: readonly Tripped[]): OperatorAnswer {
    const message = `${placeWords(place)} is not paused by a person`;
    const ruled = tripped().find((one) => !isOperators(one.model) && isAt(place)(one));
    if (ruled !== undefined) {
      const id = ruled.trip.breaker;
      return refused(
        `${message}: breaker \`${id}\` holds it`,
        `engine breakers reset ${id}${flagOf(place)} --reason TEXT`,
      );
    }
    const elsewhere = own.map((one) => `engine resume${flagOf(one.place)}`);
    return refused(
      message,
      elsewhere.length === 0 ? 'a person has paused nothing' : `what is: ${elsewhere.join(', ')}`,
    );
  }

  function reset(id: string, place: Place | undefined, event: OperatorEvent): OperatorAnswer {
    const all = tripped();
    const known = new Set([
      ...ruleset.risk.breakers.map((one) => one.id),
      ...all.map(({ trip }) => trip.breaker),
      OPERATOR_BREAKER,
    ]);
    if (!known.has(id)) {
      const near = didYouMean(id, known);
      return refused(
        `there is no breaker \`${id}\``,
        near === undefined ? `there is ${[...known].join(', ')}` : `did you mean \`${near}\`?`,
      );
    }
    const here = all.filter((one) => one.trip.breaker === id && (place === undefined || isAt(place)(one)));
    if (here.length === 0) {
      const holding = all.map((one) => `${one.trip.breaker} (${placeWords(one.place)})`);
      return refused(
        `breaker \`${id}\` is not tripped${place === undefined ? '' : ` for ${placeWords(place)}`}`,
        holding.length === 0 ? 'no breaker is' : `tripped now: ${holding.join(', ')}`,
      );
    }
    return letGo(here, event);
  }

  return (event, instants) => {
    const { place } = event;
    if (place !== undefined && numberOf(place) < 0) return unknownPlace(place);
    if (event.kind === 'reset') return reset(event.breaker, place, event);
    return event.act === 'resume' ? resume(event.place, event) : operate(event.act, event.place, event, instants);
  };
}
