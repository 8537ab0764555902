import { createOrderDesk, type OrderDesk } from '../brokers/alpaca/desk.ts';
import type { Request } from '../brokers/alpaca/facts.ts';
import type { VenueHooks } from '../brokers/venue.ts';
import { countPieces, readBars } from '../journal/bars.ts';
import { refusalOf } from '../journal/open.ts';
import { arrivalOf } from '../journal/rollbacks.ts';
import type { SessionRow, Source } from '../journal/session.ts';
import { own } from '../journal/writer.ts';
import type { BarStore } from '../runtime/live/live-feed.ts';
import { applyOutside } from '../runtime/live/live-run.ts';
import { createLiveSink } from '../runtime/live/live-sink.ts';
import type { PatientHooks } from '../runtime/patient-sink.ts';
import { createRecording, type Recording, type RecordingHooks } from '../runtime/recording.ts';
import type { WorkspaceOptions } from '../runtime/workspace.ts';
import {
  applyCommandOf,
  begin,
  type DiskRules,
  type DrySession,
  type OpenState,
  recordedSession,
  refuseOtherSource,
  revisionsOf,
  writerOf,
} from './dry-session.ts';
import { refuseOtherOptions, type SessionOptions } from './session-options.ts';

/** A live session in the journal, begun or gone on with. */
export interface LiveSession extends Pick<DrySession, 'row' | 'resumed' | 'recording' | 'arrival'> {
  readonly store: BarStore;
  /** Pieces of bars that the journal has. */
  readonly pieces: number;
  readonly flush: (durable: boolean) => boolean;
  /** Makes the venue of a run that trades; a run that only decides has none. */
  readonly venue: ((hooks: VenueHooks) => OrderDesk) | undefined;
  readonly desk: () => OrderDesk | undefined;
  readonly made: () => Request[];
}

export interface LiveSessionOptions {
  readonly state: OpenState;
  /** The session to go on with; undefined: a new one. */
  readonly known: SessionRow | undefined;
  /** The rules that it begins with, or began with. */
  readonly revision: string;
  readonly disk: DiskRules;
  readonly source: Source;
  readonly options: SessionOptions;
  readonly where: Pick<WorkspaceOptions, 'dir' | 'symbols'>;
  readonly hooks: PatientHooks & Pick<RecordingHooks, 'restored'>;
  /** Orders go to a broker; else they are filled from the bars. */
  readonly trades: boolean;
}

/** Requests as the journal has them, among the events. */
export const requestEvent = (request: Request): string =>
  JSON.stringify({ ...request, kind: 'request', what: request.kind });

/** Goes on with a live session, or begins one. @throws Refusal */
export function startLiveSession(options: LiveSessionOptions): LiveSession {
  const { state, known, disk, where, hooks, trades } = options;
  const { held, lock } = state;
  try {
    if (known !== undefined) {
      refuseOtherOptions(known, options.options);
      refuseOtherSource(known, options.source, undefined);
    }
    own(held.database, lock.token);
    const row = known ?? begin(held, disk, options.source, options.options);
    const recorded = recordedSession(held.database, row);
    const sink = createLiveSink(held, writerOf(state, row, recorded.inputs.length), hooks);
    let desk: OrderDesk | undefined;
    let made: Request[] = [];
    const recording: Recording = createRecording(recorded, sink, options.revision, {
      applyCommand: applyCommandOf(row),
      applyRevision: revisionsOf(held.database, row, where),
      applyOutside: applyOutside(() => desk),
      further() {
        const requests = desk?.take() ?? [];
        made.push(...requests);
        return requests.map(requestEvent);
      },
      ...(hooks.restored === undefined ? {} : { restored: hooks.restored }),
    });
    return {
      row,
      resumed: known !== undefined,
      recording,
      arrival: (revision, otherwise) => arrivalOf(held.database, revision, otherwise),
      store: { put: sink.bars, get: (piece, part) => readBars(held.database, row.id, piece, part) },
      pieces: countPieces(held.database, row.id),
      flush: (durable) => sink.flush(durable),
      venue: trades
        ? (hooks) => {
            desk = createOrderDesk(hooks, options.options.assumptions.fractional);
            return desk;
          }
        : undefined,
      desk: () => desk,
      made() {
        const requests = made;
        made = [];
        return requests;
      },
    };
  } catch (error) {
    throw refusalOf(held.path, error);
  }
}
