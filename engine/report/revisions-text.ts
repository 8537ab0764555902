import type { Reign } from '../journal/history.ts';
import type { Rollback } from '../journal/rollbacks.ts';
import { instant } from '../market/time.ts';
import { counted } from './amounts.ts';
import { marketTime } from './clock.ts';
import { SCHEMA_VERSION } from './json.ts';
import { shortRevision } from './reload-lines.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { clip, wrap } from './wrap.ts';

/** A stretch of a session that one revision ruled, with what it means. */
export interface ToldReign extends Reign {
  /** What it changes of the one before, in a few words. */
  readonly meaning: string;
}

const wall = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)}`;

/** Of an exchange or, for coins, UTC; before the first bar there is none. */
const when = (time: number, symbol: string): string =>
  Number.isNaN(time) ? 'its first bar' : marketTime(symbol, instant(time));

/** What ruled when, the last at the bottom; ends with a line break. */
export const revisionsText = (
  told: readonly ToldReign[],
  earlier: number,
  rollback: Rollback | undefined,
  { width, style, symbol }: { readonly width: number; readonly style: Style; readonly symbol: string },
): string => {
  const [title = '', ...rows] = table(
    [
      { title: 'session', align: 'left' },
      { title: 'revision', align: 'left' },
      { title: 'took effect, UTC', align: 'left', drop: 1 },
      { title: 'from', align: 'left' },
      { title: 'to', align: 'left', drop: 2 },
      { title: 'came by', align: 'left' },
    ],
    told.map(({ session, revision, at, from, to, how, current }) => [
      session,
      current ? style.green(shortRevision(revision)) : shortRevision(revision),
      wall(at),
      when(from.time, symbol),
      current ? 'now' : when(to.time, symbol),
      how,
    ]),
    { width, indent: 0, style },
  );
  const about = ({ meaning, reason }: ToldReign): string[] => [
    style.dim(clip(`  ${meaning}`, width)),
    ...(reason === undefined ? [] : wrap(`because: ${reason}`, width, '  ').map(style.dim)),
  ];
  const lines = [title, ...rows.flatMap((row, n) => [row, ...about(told[n]!)])];
  const more =
    earlier > 0
      ? [style.dim(`${counted(earlier, 'earlier one')} ${earlier === 1 ? 'is' : 'are'} left out: --all`)]
      : [];
  const waiting =
    rollback === undefined
      ? []
      : wrap(
          `Files of ${shortRevision(rollback.revision)} were written back at ${wall(rollback.at)}Z, and no run has taken them yet.`,
          width,
        ).map(style.yellow);
  return `${[...more, ...(told.length === 0 ? ['no revision has run yet'] : lines), ...waiting].join('\n')}\n`;
};

const reachJson = ({ instants, time }: Reign['from']): Readonly<Record<string, unknown>> => ({
  instants,
  marketTime: Number.isNaN(time) ? null : new Date(time).toISOString(),
});

/** The same as JSON; times ISO 8601 UTC. */
export const revisionsJson = (told: readonly ToldReign[], rollback: Rollback | undefined): string =>
  `${JSON.stringify(
    {
      schemaVersion: SCHEMA_VERSION,
      revisions: told.map(({ from, to, reason, ...reign }) => ({
        ...reign,
        reason: reason ?? null,
        from: reachJson(from),
        to: reachJson(to),
      })),
      rollback: rollback ?? null,
    },
    undefined,
    1,
  )}\n`;
