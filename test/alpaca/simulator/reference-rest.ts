import { xnys } from '../../../engine/market/calendars.ts';
import { DAY, instant } from '../../../engine/market/time.ts';
import { type Asset, assetJson } from './assets.ts';
import { newYorkText, newYorkTime } from './hours.ts';
import { notFound } from './refusal.ts';
import { ok, type Route } from './rest.ts';
import type { FindAsset } from './submit.ts';

interface Reference {
  readonly assets: () => readonly Asset[];
  readonly find: FindAsset;
  /** The server's clock, which a fault can set wrong. */
  readonly now: () => number;
}

/** Assets, clock and calendar. */
export function referenceRoutes({ assets, find, now }: Reference): Route[] {
  return [
    {
      method: 'GET',
      path: '/v2/assets',
      handle: ({ query }) => {
        const status = query.get('status');
        const kind = query.get('asset_class') ?? 'us_equity';
        const found = assets().filter(
          (asset) => asset.class === kind && (status === null || status === (asset.active ? 'active' : 'inactive')),
        );
        return ok(found.map(assetJson));
      },
    },
    {
      method: 'GET',
      path: '/v2/assets/{symbol_or_asset_id}',
      handle: ({ names }) => {
        const name = names.symbol_or_asset_id!;
        const asset = find(name);
        return asset === undefined ? notFound(`asset not found for ${name}`) : ok(assetJson(asset));
      },
    },
    { method: 'GET', path: '/v2/clock', handle: () => ok(clock(now())) },
    {
      method: 'GET',
      path: '/v2/calendar',
      handle: ({ query }) => ok(calendar(query.get('start') ?? '1990-01-01', query.get('end') ?? '2029-12-31')),
    },
  ];
}

function clock(at: number): object {
  const calendar = xnys();
  const now = instant(at);
  const open = calendar.sessionAt(now) >= 0;
  // The next session that closes is the one that is open, or the one whose opening comes next.
  const next = calendar.nextSession(now);
  return {
    timestamp: newYorkText(at),
    is_open: open,
    next_open: newYorkText(calendar.open(open ? next + 1 : next)),
    next_close: newYorkText(calendar.close(next)),
  };
}

function calendar(from: string, to: string): object[] {
  const hours = xnys();
  const first = Date.parse(from.slice(0, 10));
  const last = Date.parse(to.slice(0, 10));
  const days: object[] = [];
  if (Number.isNaN(first) || Number.isNaN(last)) return days;
  const start = hours.sessionOn(instant(first));
  for (let session = Math.max(0, start); Number.isFinite(hours.open(session)); session++) {
    const date = hours.date(session);
    if (Date.parse(date) < first) continue;
    if (Date.parse(date) > last) break;
    days.push({
      date,
      open: newYorkTime(hours.open(session)),
      close: newYorkTime(hours.close(session)),
      session_open: newYorkTime(hours.extendedOpen(session)).replace(':', ''),
      session_close: newYorkTime(hours.extendedClose(session)).replace(':', ''),
      settlement_date: settlement(session),
    });
  }
  return days;
}

/** The session after: trades settle a business day later (since 2024-05-28). */
function settlement(session: number): string {
  const hours = xnys();
  return Number.isFinite(hours.open(session + 1))
    ? hours.date(session + 1)
    : new Date(Date.parse(hours.date(session)) + DAY).toISOString().slice(0, 10);
}
