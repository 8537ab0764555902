import { parseArgs } from 'node:util';
import type { CorporateAction } from '../../../engine/market/bars.ts';
import { xnys } from '../../../engine/market/calendars.ts';
import { instant, MINUTE } from '../../../engine/market/time.ts';
import { figuresOf } from './account.ts';
import { amountText, moneyText } from './amount.ts';
import type { Book, TradeUpdate } from './book.ts';
import { newYorkText } from './hours.ts';
import type { Order } from './order.ts';
import { sampleScript, scriptOfFiles } from './script.ts';
import { type AlpacaSimulator, startAlpaca } from './simulator.ts';
import type { BarScript } from './tape.ts';
import { driveByWall } from './wall-drive.ts';

const HELP = `Usage: npm run alpaca-sim -- [options]

  npm run alpaca-sim                                                the sample market, a minute a second
  npm run alpaca-sim -- --bars ../shared/data/minute/SPY.csv        the last session of these bars
  npm run alpaca-sim -- --bars SPY.csv --bars AAPL.csv --at 2013-10-04T13:29:00Z --speed 600x

A simulator of Alpaca's paper trading on this machine: orders, positions, history and both sockets. It prints what to put
into .env, then plays the market. Bars before the instant at which it begins are history.

Options:
  --bars PATH      CSV of one-minute bars, or a folder of them; may be given several times (default: the sample market)
  --split SPEC     a split of those bars, as AAPL:2014-06-09:7 (new shares for an old one); may be given several times
  --symbols A,B    symbols of the sample market (default: SPY,AAPL,MSFT,BTC/USD)
  --at INSTANT     where to begin, as 2013-10-04T13:29:00Z (default: a minute before the last session opens; of the
                   sample market, before the last five)
  --speed 60x      minutes of the market in a minute: 1x, 60x, 600x, max (default: 60x)
  --cash 100000    dollars of the account
  --partials 0.1   probability that a price fills an order in part only (default: 0)
  --spread 0.02    dollars between bid and ask (default: 0)
  --seed N         of ids and of the dice (default: 1)
  --port P         port to listen on (default: any that is free)
  --once           end when the market is over, instead of waiting for Ctrl-C
  --help           this text
`;

/** What the command line says, or why it cannot be taken. */
interface Asked {
  readonly bars: readonly string[];
  readonly splits: readonly CorporateAction[];
  readonly symbols: readonly string[];
  readonly at: string | undefined;
  readonly speed: number;
  readonly cash: string;
  readonly partials: number;
  readonly spread: string;
  readonly seed: number;
  readonly port: number;
  readonly once: boolean;
  readonly help: boolean;
}

function readArguments(args: readonly string[]): Asked {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      bars: { type: 'string', multiple: true },
      split: { type: 'string', multiple: true },
      symbols: text,
      at: text,
      speed: text,
      cash: text,
      partials: text,
      spread: text,
      seed: text,
      port: text,
      once: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const number = (name: string, value: string | undefined, usual: number, fits: (n: number) => boolean): number => {
    const read = value === undefined ? usual : Number(value);
    if (!Number.isFinite(read) || !fits(read)) throw new Error(`--${name} ${value}: no such number`);
    return read;
  };
  const speed = /^(?:(\d+(?:\.\d+)?)x|max|realtime)$/.exec(values.speed ?? '60x');
  if (speed === null || speed[1] === '0') throw new Error(`--speed ${values.speed}: say 1x, 60x, realtime or max`);
  if (values.at !== undefined && Number.isNaN(Date.parse(values.at)))
    throw new Error(`--at ${values.at}: say an instant, as 2013-10-04T13:29:00Z`);
  const decimal = (name: string, value: string): string => {
    if (!/^\d+(\.\d{1,9})?$/.test(value)) throw new Error(`--${name} ${value}: say dollars, as 100000 or 0.02`);
    return value;
  };
  return {
    bars: values.bars ?? [],
    splits: (values.split ?? []).map(readSplit),
    symbols: (values.symbols ?? 'SPY,AAPL,MSFT,BTC/USD').split(','),
    at: values.at,
    speed: speed[1] === undefined ? (speed[0] === 'max' ? Number.POSITIVE_INFINITY : 1) : Number(speed[1]),
    cash: decimal('cash', values.cash ?? '100000'),
    partials: number('partials', values.partials, 0, (n) => n >= 0 && n <= 1),
    spread: decimal('spread', values.spread ?? '0'),
    seed: number('seed', values.seed, 1, Number.isInteger),
    port: number('port', values.port, 0, (n) => Number.isInteger(n) && n >= 0 && n < 65_536),
    once: values.once ?? false,
    help: values.help ?? false,
  };
}

function readSplit(text: string): CorporateAction {
  const match = /^([A-Z.]+):(\d{4}-\d\d-\d\d):(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null || Number(match[3]) === 0)
    throw new Error(`--split ${text}: say SYMBOL:DATE:RATIO, as AAPL:2014-06-09:7`);
  return { symbol: match[1]!, date: match[2]!, split: Number(match[3]), dividend: 0 };
}

/** First and last instant of the bars. */
function spanOf(script: BarScript): { readonly first: number; readonly last: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const bars of script.bars.values()) {
    if (bars.length === 0) continue;
    first = Math.min(first, bars.start[0]!);
    last = Math.max(last, bars.end[bars.length - 1]!);
  }
  return { first, last };
}

/** A minute before the opening of the `sessions`th session from the end. */
function beginning(script: BarScript, sessions: number): number {
  const { first, last } = spanOf(script);
  const calendar = xnys();
  const final = calendar.sessionOn(instant(last - MINUTE));
  return Math.max(first, calendar.open(final + 1 - sessions) - MINUTE);
}

/** `market`, `limit 101.5`, `stop 99`, `stop 99 limit 98.5`, `trailing stop 99`. */
function kindText(order: Order): string {
  const stop = order.stop === undefined ? '' : ` ${amountText(order.stop)}`;
  const limit = order.limit === undefined ? '' : ` ${amountText(order.limit)}`;
  if (order.type === 'stop_limit') return `stop${stop} limit${limit}`;
  return `${order.type.replace('_', ' ')}${order.type === 'limit' ? limit : stop}`;
}

/** One line of what became of an order. */
function updateLine(book: Book, update: TradeUpdate): string {
  const order = book.orders.get(String((update.data.order as { id: string }).id));
  if (order === undefined) return '';
  const time = newYorkText(update.at).slice(0, 19).replace('T', ' ');
  const what = `${order.side} ${order.qty === undefined ? 'by dollars' : amountText(order.qty)} ${order.asset.symbol}`;
  const told =
    update.execution === undefined
      ? kindText(order)
      : `${amountText(update.execution.qty)} at ${amountText(update.execution.price)}, holds ${amountText(update.execution.positionQty)}`;
  const whose = order.parent === undefined ? order.clientOrderId : `leg of ${order.parent.clientOrderId}`;
  return `${time}  ${update.event.padEnd(14)} ${what}  ${told}  ${whose}\n`;
}

function closing(simulator: AlpacaSimulator): string {
  const { book } = simulator;
  const positions = [...book.positions].map(([symbol, { qty }]) => `${amountText(qty)} ${symbol}`);
  return [
    `The market is over at ${newYorkText(simulator.clock.now())}.`,
    `Equity ${moneyText(figuresOf(book).equity)}, cash ${moneyText(book.cash)}, positions: ${positions.join(', ') || 'none'}.`,
    `${simulator.requests.length} requests, ${book.orders.size} orders, ${book.executions.length} fills.\n`,
  ].join('\n');
}

/** What the engine takes its time from; a market that is played as fast as it goes has none. */
const clockLine = ({ clock }: AlpacaSimulator, speed: number): string =>
  speed === Number.POSITIVE_INFINITY
    ? ''
    : `ENGINE_CLOCK=${new Date(clock.now()).toISOString()}@${new Date().toISOString()}*${speed}\n`;

function banner(simulator: AlpacaSimulator, script: BarScript, asked: Asked): string {
  const { urls } = simulator;
  const speed = asked.speed === Number.POSITIVE_INFINITY ? 'as fast as it goes' : `${asked.speed}x`;
  return `# Alpaca's simulator: ${[...script.bars.keys()].join(', ')}, from ${newYorkText(simulator.clock.now())}, ${speed}.
# Put this into .env; there is no money and no network behind it.
ALPACA_API_KEY=PKSIMULATED
ALPACA_SECRET_KEY=simulated
ALPACA_BASE_URL=${urls.trading}
ALPACA_DATA_URL=${urls.data}
ALPACA_STREAM_URL=${urls.stream}
ALPACA_TRADING_STREAM_URL=${urls.tradingStream}
${clockLine(simulator, asked.speed)}# Its clock, its book and its faults are under ${urls.admin} (/clock, /book, /faults).
`;
}

/** Where the command writes: what a person wants to see, and what is wrong. */
export interface Writers {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the simulator for a person. Gives the exit code: 0 fine, 2 the command line or the files, 130 after Ctrl-C. */
export async function runByHand(args: readonly string[], { out, err }: Writers): Promise<number> {
  let asked: Asked;
  let script: BarScript;
  let start: number;
  try {
    asked = readArguments(args);
    if (asked.help) {
      out(HELP);
      return 0;
    }
    script = asked.bars.length > 0 ? await scriptOfFiles(asked.bars, asked.splits) : sampleScript(asked.symbols, 60);
    start = asked.at === undefined ? beginning(script, asked.bars.length > 0 ? 1 : 5) : Date.parse(asked.at);
    const { last } = spanOf(script);
    if (start >= last) throw new Error(`--at ${asked.at}: the bars end at ${new Date(last).toISOString()}`);
  } catch (error) {
    err(`alpaca-sim: ${error instanceof Error ? error.message : String(error)}\n  npm run alpaca-sim -- --help\n`);
    return 2;
  }
  const simulator = await startAlpaca({
    script,
    start,
    cash: asked.cash,
    port: asked.port,
    seed: asked.seed,
    partials: asked.partials,
    spread: asked.spread,
    validate: false,
    speed: asked.speed,
  });
  out(banner(simulator, script, asked));
  simulator.book.listeners.push((update) => out(updateLine(simulator.book, update)));
  const drive = driveByWall(simulator.clock, asked.speed, spanOf(script).last + MINUTE);
  let interrupted = false;
  let letGo: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const interrupt = (): void => {
    interrupted = true;
    drive.stop();
    letGo();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  await drive.done;
  if (!interrupted) {
    out(closing(simulator));
    if (!asked.once) {
      out('It goes on answering until Ctrl-C.\n');
      await gone;
    }
  }
  process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  await simulator.close();
  return interrupted ? 130 : 0;
}
