/** What a column holds; the order of OPEN to VWAP is that of the row cells of the scanner. */
export const SKIP = 0;
export const OPEN = 1;
export const HIGH = 2;
export const LOW = 3;
export const CLOSE = 4;
export const VOLUME = 5;
export const VWAP = 6;
/** A whole timestamp. */
export const STAMP = 7;
/** A date whose time of day, if any, stands in a CLOCK column. */
export const DATE = 8;
export const CLOCK = 9;

/** Which column holds what. */
export interface Layout {
  readonly delimiter: number;
  /** Role of each column, from the left, up to the last one that is read. */
  readonly roles: Uint8Array;
  readonly hasVwap: boolean;
  readonly hasVolume: boolean;
  readonly hasClock: boolean;
  /** Names of columns that were left alone. */
  readonly ignored: readonly string[];
}

export interface LayoutFault {
  readonly message: string;
  readonly help: string;
}

const NAMES: Readonly<Record<string, number>> = {
  open: OPEN,
  o: OPEN,
  openprice: OPEN,
  high: HIGH,
  h: HIGH,
  highprice: HIGH,
  max: HIGH,
  low: LOW,
  l: LOW,
  lowprice: LOW,
  min: LOW,
  close: CLOSE,
  c: CLOSE,
  closeprice: CLOSE,
  closelast: CLOSE,
  last: CLOSE,
  volume: VOLUME,
  v: VOLUME,
  vol: VOLUME,
  vwap: VWAP,
  vw: VWAP,
  wap: VWAP,
  timestamp: STAMP,
  datetime: STAMP,
  ts: STAMP,
  t: STAMP,
  unix: STAMP,
  epoch: STAMP,
  opentime: STAMP,
  unixtimestamp: STAMP,
  date: DATE,
  day: DATE,
  tradingday: DATE,
  time: CLOCK,
  hour: CLOCK,
};

const WORDS: readonly (readonly [number, string])[] = [
  [OPEN, 'open'],
  [HIGH, 'high'],
  [LOW, 'low'],
  [CLOSE, 'close'],
];

const EXAMPLE = 'timestamp,open,high,low,close,volume';

/** The delimiter that cuts the header into most columns. */
function delimiterOf(header: string): string {
  let best = ',';
  for (const candidate of [';', '\t']) {
    if (header.split(candidate).length > header.split(best).length) best = candidate;
  }
  return best;
}

const clean = (cell: string): string =>
  cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();

function roleOf(name: string): number {
  const word = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const role = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
  return role ?? (word.startsWith('volume') ? VOLUME : SKIP);
}

/** Among the columns that may tell the time, a whole stamp goes before a date, and a date before a lone time. */
function settleTime(roles: number[], names: readonly string[]): boolean {
  const stamp = roles.indexOf(STAMP);
  const date = roles.indexOf(DATE);
  const clock = roles.indexOf(CLOCK);
  const keep = (index: number, role: number) => {
    for (let i = 0; i < roles.length; i++) if (i !== index && roles[i]! >= STAMP) roles[i] = SKIP;
    roles[index] = role;
  };
  if (stamp >= 0) keep(stamp, STAMP);
  else if (date >= 0 && clock >= 0) {
    keep(date, DATE);
    roles[clock] = CLOCK;
  } else if (date >= 0) keep(date, STAMP);
  else if (clock >= 0) keep(clock, STAMP);
  else if (names[0] === '' || names[0]?.toLowerCase() === 'index') roles[0] = STAMP;
  else return false;
  return true;
}

/** Reads the header line of a file of bars: any order, any case, the usual synonyms. */
export function readLayout(header: string): Layout | LayoutFault {
  const delimiter = delimiterOf(header);
  const names = header.split(delimiter).map(clean);
  const roles = names.map(roleOf);
  if (roles.every((role) => role === SKIP)) {
    const numbers = names.filter((name) => /\d/.test(name)).length > names.length / 2;
    return {
      message: numbers
        ? 'the first line holds numbers, not the names of the columns'
        : `the first line names no column of bars: ${names.slice(0, 8).join(', ').slice(0, 120)}`,
      help: `begin the file with a line such as: ${EXAMPLE}`,
    };
  }
  if (!settleTime(roles, names)) {
    return { message: 'no column holds the time of the bars', help: `name it timestamp, date or time: ${EXAMPLE}` };
  }
  for (const [role, word] of WORDS) {
    if (!roles.includes(role)) {
      return {
        message: `the column ${word} is missing; the file has ${names.join(', ').slice(0, 160)}`,
        help: `every bar needs open, high, low and close: ${EXAMPLE}`,
      };
    }
  }
  for (let i = 0; i < roles.length; i++) {
    const first = roles.indexOf(roles[i]!);
    if (roles[i] === SKIP || first === i) continue;
    if (roles[i] === VOLUME) {
      roles[i] = SKIP;
      continue;
    }
    return {
      message: `two columns hold the same thing: ${names[first]} and ${names[i]}`,
      help: 'keep one of them, or rename the other to something that is no field of a bar',
    };
  }
  let last = 0;
  roles.forEach((role, i) => {
    if (role !== SKIP) last = i;
  });
  return {
    delimiter: delimiter.charCodeAt(0),
    roles: Uint8Array.from(roles.slice(0, last + 1)),
    hasVwap: roles.includes(VWAP),
    hasVolume: roles.includes(VOLUME),
    hasClock: roles.includes(CLOCK),
    ignored: names.filter((name, i) => roles[i] === SKIP && name !== ''),
  };
}
