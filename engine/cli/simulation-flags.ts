import type { Commission, FillAssumptions, Slippage } from '../brokers/assumptions.ts';
import { DEFAULT_ASSUMPTIONS } from '../brokers/assumptions.ts';
import { calendarOf } from '../market/calendars.ts';
import { DAY, type Instant, instant } from '../market/time.ts';
import { type Arguments, textFlag } from './arguments.ts';
import { failure } from './exit.ts';

const AMOUNT = /^(\d+(?:\.\d+)?)([a-z/]*)$/;

/** A number and its unit: `0.005/share` → [0.005, '/share']. */
const amount = (text: string): readonly [number, string] | undefined => {
  const found = AMOUNT.exec(text.trim().toLowerCase());
  return found === null ? undefined : [Number(found[1]), found[2] ?? ''];
};

/** A tenth of the price: no market slips further, and a slip of the finger does. */
const MOST_SLIPPAGE_BPS = 1000;

export const readSlippage = (text: string): Slippage => {
  const [value, unit] = text === 'none' ? [0, ''] : (amount(text) ?? [Number.NaN, '']);
  if (value === 0) return { kind: 'none' };
  if (unit === 'bps' || unit === 'bp') {
    if (value <= MOST_SLIPPAGE_BPS) return { kind: 'bps', bps: value };
    throw failure(
      `--slippage ${text} is more than ${MOST_SLIPPAGE_BPS}bps`,
      '1bps is a hundredth of a percent; write at most 1000bps, a tenth of the price',
    );
  }
  if ((unit === 'ticks' || unit === 'tick') && Number.isInteger(value)) return { kind: 'ticks', ticks: value };
  throw failure(`--slippage cannot be \`${text}\``, 'write 1bps, 2ticks (a whole number) or 0');
};

export const readCommission = (text: string): Commission => {
  const [value, unit] = text === 'none' ? [0, ''] : (amount(text) ?? [Number.NaN, '']);
  if (value === 0) return { kind: 'none' };
  if (unit === '/share') return { kind: 'per_share', dollars: value };
  if (unit === '/order') return { kind: 'per_order', dollars: value };
  if (unit === 'bps' || unit === 'bp') return { kind: 'bps', bps: value };
  throw failure(`--commission cannot be \`${text}\``, 'write 0.005/share, 1/order, 5bps or 0');
};

const DOLLARS = /^\$?(?:\d{1,3}(?:[,_]\d{3})+|\d+)(?:\.\d+)?$/;

export const readCash = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = DOLLARS.test(text) ? Number(text.replace(/[$,_]/g, '')) : Number.NaN;
  if (!(value >= 1 && value <= 1e12)) {
    throw failure(`--cash cannot be \`${text}\``, 'write dollars in plain digits, 1 or more: --cash 100000');
  }
  return value;
};

const OFFSET = /^[+-](\d{1,2}):?(\d{2})?$/;

/** The time zone of timestamps that carry none; offsets are those that places on earth have. */
export const readZone = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const offset = OFFSET.exec(text);
  if (offset === null) return text;
  const hours = Number(offset[1]);
  const minutes = Number(offset[2] ?? 0);
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) {
    throw failure(`--tz cannot be \`${text}\``, 'offsets run from -14:00 to +14:00: --tz -05:00');
  }
  return offset[1]!.length === 2 ? text : `${text[0]}0${text.slice(1)}`;
};

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * An instant given by a flag: a date is the start (or, for an end, the start of the day after: ends are exclusive) on the exchange's clock;
 * anything longer must be ISO 8601 with a zone.
 */
export const readInstant = (
  flag: string,
  text: string | undefined,
  end: boolean,
  symbol: string,
): Instant | undefined => {
  if (text === undefined) return undefined;
  const wrong = failure(
    `--${flag} cannot be \`${text}\``,
    `write a date, --${flag} 2024-01-31, or a time with its zone, 2024-01-31T15:30:00Z`,
  );
  const date = DATE.exec(text);
  if (date === null) {
    const at = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at)) throw wrong;
    return instant(at);
  }
  const noon = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]), 12);
  if (new Date(noon).toISOString().slice(0, 10) !== text) throw wrong;
  const calendar = calendarOf(symbol);
  // Noon UTC of a date is that date on the exchange's clock, noon UTC a day later always the next one.
  return calendar.midnight(instant(end ? noon + DAY : noon));
};

/** @throws Failure when the days of `--from` and `--to` stand the wrong way round */
export const refuseReversed = (flags: Arguments['flags'], from: Instant | undefined, to: Instant | undefined): void => {
  if (from === undefined || to === undefined || from < to) return;
  throw failure(
    `--from ${textFlag(flags, 'from')} lies after --to ${textFlag(flags, 'to')}`,
    'name the earlier day in --from, the later one in --to',
  );
};

/** How the simulated broker fills, as the flags say. */
export const readAssumptions = (flags: Arguments['flags']): FillAssumptions => {
  const slippage = textFlag(flags, 'slippage');
  const commission = textFlag(flags, 'commission');
  return {
    ...DEFAULT_ASSUMPTIONS,
    ...(slippage === undefined ? {} : { slippage: readSlippage(slippage) }),
    ...(commission === undefined ? {} : { commission: readCommission(commission) }),
    fillAt: textFlag(flags, 'fill-at') === 'close' ? 'close' : 'next_open',
    intrabar: (textFlag(flags, 'intrabar') ?? 'pessimistic') as FillAssumptions['intrabar'],
  };
};

/** `AAPL, spy` → `['AAPL', 'SPY']`. */
export const readSymbols = (text: string | undefined): readonly string[] | undefined => {
  if (text === undefined) return undefined;
  const symbols = text.split(',').map((symbol) => symbol.trim().toUpperCase());
  const wrong = symbols.find((symbol) => !/^[A-Z0-9][A-Z0-9./-]{0,19}$/.test(symbol));
  if (wrong !== undefined) {
    throw failure(`--symbols: \`${wrong}\` is no symbol`, 'separate symbols by commas: --symbols AAPL,SPY');
  }
  return [...new Set(symbols)];
};
