import { count, counted } from '../../amounts.ts';
import type { Report, TripRow } from './report.ts';
import { note, section } from './section.ts';
import { type Column, table } from './table.ts';
import { timeAt, zoneOf } from './times.ts';

const DID = { pause_entries: 'paused entries', flatten: 'closed all', halt: 'halted' } as const;

/** What circuit breakers did: first on the page when there is anything, for the figures look different without it. */
export function breakers(report: Report): HTMLElement | undefined {
  const { breakers: trips, data } = report;
  if (trips.length === 0) return undefined;
  const symbol = data.symbols[0] ?? '';
  const columns: readonly Column<TripRow>[] = [
    { title: 'Breaker', cell: ({ id }) => id, key: ({ id }) => id },
    { title: 'Of', cell: ({ place }) => place, key: ({ place }) => place },
    { title: 'Did', cell: ({ action }) => DID[action], key: ({ action }) => action },
    { title: 'Tripped', cell: (trip) => timeAt(symbol, trip.trippedAt), key: (trip) => trip.trippedAt },
    {
      title: 'Let go',
      cell: ({ clearedAt }) => (clearedAt === null ? 'holds' : timeAt(symbol, clearedAt)),
      key: ({ clearedAt }) => clearedAt,
    },
    {
      title: 'Entries held back',
      numeric: true,
      cell: (trip) => count(trip.heldBack),
      key: (trip) => trip.heldBack,
    },
    {
      title: 'Sessions held flat',
      numeric: true,
      cell: (trip) => count(trip.heldFlatDays),
      key: (trip) => trip.heldFlatDays,
    },
    { title: 'When', cell: ({ values }) => values, key: ({ values }) => values },
  ];
  const held = trips.reduce((sum, { heldBack }) => sum + heldBack, 0);
  const view = table({ label: 'Trips of circuit breakers', columns, rows: trips, pageSize: 12 });
  const part = section(
    'breakers',
    `Circuit breakers tripped ${counted(trips.length, 'time')}`,
    { synthetic: data.synthetic, aside: `${zoneOf(symbol)} time`, short: 'Breakers' },
    note(
      `They held back ${held === 0 ? 'no entry' : counted(held, 'entry', 'entries')}. The figures below are those of a run in which they acted.`,
    ),
    view.element,
  );
  part.classList.add('warned');
  return part;
}
