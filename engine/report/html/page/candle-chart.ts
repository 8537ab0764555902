import {
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type Logical,
  type MouseEventParams,
  type SeriesMarker,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { instant } from '../../../market/time.ts';
import { count, counted, signedPercent } from '../../amounts.ts';
import { type Candles, type PackedCandles, unpackCandles } from '../candle-columns.ts';
import { candleAt, eventsOf, type MarketEvent } from './candle-events.ts';
import { exactMoney, exactPrice, exactQty, unscaled } from './decimal.ts';
import { choice, h, tone } from './dom.ts';
import type { Report, TradeRow } from './report.ts';
import { empty, note, section } from './section.ts';
import { onThemeChange, type Theme, theme } from './theme.ts';
import { clockDate, clockSeconds, clockTime, timeAt, zoneOf } from './times.ts';
import { ended } from './words.ts';

export interface CandleView {
  readonly element: HTMLElement;
  /** Shows a trade by its place in the report, and brings the chart into view. */
  readonly showTrade: (index: number) => void;
}

/** Everything about the symbol on the screen. */
interface Shown {
  readonly packed: PackedCandles;
  readonly candles: Candles;
  /** Seconds on the exchange's clock, one a candle, ever larger. */
  readonly times: readonly UTCTimestamp[];
  /** Events by the candle that they lie in. */
  readonly events: ReadonlyMap<number, readonly MarketEvent[]>;
  /** Places in the report of its trades. */
  readonly trades: readonly number[];
}

function shownOf(report: Report, packed: PackedCandles): Shown {
  const candles = unpackCandles(packed);
  let before = Number.NEGATIVE_INFINITY;
  const times = candles.start.map((start) => {
    // The hour that the clock repeats in autumn would run backwards.
    before = Math.max(before + 1, clockSeconds(packed.symbol, instant(start)));
    return before as UTCTimestamp;
  });
  const events = new Map<number, MarketEvent[]>();
  for (const event of eventsOf(report, packed.symbol)) {
    const at = candleAt(candles.start, event.time);
    if (at < 0) continue;
    const there = events.get(at);
    if (there === undefined) events.set(at, [event]);
    else there.push(event);
  }
  const trades = report.trades.flatMap(({ symbol }, index) => (symbol === packed.symbol ? [index] : []));
  return { packed, candles, times, events, trades };
}

/** One mark for all events of a kind in a candle; how many, if several. */
function marksOf({ events, times }: Shown, colours: Theme): SeriesMarker<Time>[] {
  const marks: SeriesMarker<Time>[] = [];
  for (const [candle, all] of [...events].sort(([a], [b]) => a - b)) {
    const kinds = new Map<string, MarketEvent[]>();
    for (const event of all) {
      const kind = `${event.kind} ${event.side}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), event]);
    }
    for (const group of kinds.values()) {
      const { kind, side } = group[0]!;
      const pnl = group.reduce((sum, event) => sum + unscaled(event.pnl ?? '0'), 0n);
      const below = (kind === 'entry') === (side === 'long');
      marks.push({
        time: times[candle]!,
        position: below ? 'belowBar' : 'aboveBar',
        shape: kind === 'exit' ? 'circle' : below ? 'arrowUp' : 'arrowDown',
        color: kind === 'entry' ? colours.accent : pnl < 0n ? colours.loss : colours.gain,
        ...(group.length > 1 ? { text: String(group.length) } : {}),
      });
    }
  }
  return marks;
}

const deal = ({ kind, side }: MarketEvent): string =>
  kind === 'entry' ? (side === 'long' ? 'buy' : 'sell short') : side === 'long' ? 'sell' : 'cover';

function eventLine(event: MarketEvent, symbol: string): HTMLElement {
  const at = new Date(event.time).toISOString();
  return h(
    'li',
    { class: event.kind },
    h('span', { class: 'what' }, event.kind === 'entry' ? 'Entry' : 'Exit', ' · ', h('strong', {}, event.why)),
    h('span', {}, `${deal(event)} ${exactQty(event.qty)} @ $${exactPrice(event.price)}`),
    event.pnl !== undefined && h('span', { class: tone(unscaled(event.pnl)) }, `P&L ${exactMoney(event.pnl)}`),
    h('span', { class: 'faint' }, `${event.strategy}, bar of ${timeAt(symbol, at)}`),
  );
}

const MOST_LINES = 6;

/** Decimals of the price axis: cents from $10 up, for nobody reads more there. */
function axisPlaces({ high }: Candles, places: number): number {
  const top = high.reduce((largest, price) => Math.max(largest, price), 0);
  return Math.min(Math.max(2, places), top >= 10 ? 2 : top >= 1 ? 4 : 8);
}

/** Half the width of a mark in pixels. */
const REACH = 7;

function tip(shown: Shown, candle: number): readonly HTMLElement[] {
  const { candles, times, packed } = shown;
  const price = (values: readonly number[]): string =>
    exactPrice(values[candle]!.toFixed(packed.places).replace(/(\.\d*?)0+$/, ''));
  const events = shown.events.get(candle) ?? [];
  const day = packed.timeframe === '1d' || packed.timeframe === '1w';
  return [
    h(
      'p',
      { class: 'when' },
      day ? clockDate(times[candle]!) : `${clockTime(times[candle]!)} ${zoneOf(packed.symbol)}`,
    ),
    h(
      'p',
      { class: 'prices' },
      ...(['open', 'high', 'low', 'close'] as const).map((name) => h('span', {}, `${name} ${price(candles[name])}`)),
    ),
    ...(events.length === 0
      ? []
      : [h('ul', {}, ...events.slice(0, MOST_LINES).map((event) => eventLine(event, packed.symbol)))]),
    ...(events.length > MOST_LINES
      ? [h('p', { class: 'faint' }, `and ${count(events.length - MOST_LINES)} more`)]
      : []),
  ];
}

function tradeLine(trade: TradeRow): readonly (HTMLElement | string)[] {
  const partly = trade.legs.length > 1 ? ` in ${trade.legs.length} parts` : '';
  return [
    h('strong', {}, `${trade.strategy} ${trade.side} ${exactQty(trade.qty)} ${trade.symbol}`),
    ` in ${timeAt(trade.symbol, trade.entryTime)} @ $${exactPrice(trade.entryPrice)} by ${trade.entryRule}, out${partly} ${timeAt(trade.symbol, trade.exitTime)} @ $${exactPrice(trade.exitPrice)} by ${ended(trade)}: `,
    h('strong', { class: tone(unscaled(trade.pnl)) }, `${exactMoney(trade.pnl)} (${signedPercent(trade.pnlPct)})`),
  ];
}

const optionsOf = (colours: Theme) => ({
  layout: {
    background: { type: ColorType.Solid, color: colours.surface },
    textColor: colours.muted,
    fontFamily: colours.font,
    fontSize: 12,
    // The footer names TradingView and links to it.
    attributionLogo: false,
  },
  grid: { vertLines: { color: colours.grid }, horzLines: { color: colours.grid } },
  rightPriceScale: { borderColor: colours.grid },
  timeScale: { borderColor: colours.grid },
});

const seriesOptions = (colours: Theme) => ({
  // Plain candles, so that the colours are the trades'.
  upColor: colours.surface,
  downColor: colours.muted,
  borderColor: colours.muted,
  borderUpColor: colours.muted,
  borderDownColor: colours.muted,
  wickColor: colours.muted,
  wickUpColor: colours.muted,
  wickDownColor: colours.muted,
});

/** Candles of one symbol at a time with the entries and exits that happened in it. */
export function candleCharts(report: Report): CandleView {
  const { page, data } = report;
  const title = 'Candles and trades';
  if (page.candles.length === 0) {
    return {
      element: section(
        'candles',
        title,
        { synthetic: data.synthetic, short: 'Candles' },
        empty('There are no bars to draw.'),
      ),
      showTrade() {},
    };
  }
  const trades = new Map<string, number>();
  for (const { symbol } of report.trades) trades.set(symbol, (trades.get(symbol) ?? 0) + 1);
  const busiest = page.candles.toSorted((a, b) => (trades.get(b.symbol) ?? 0) - (trades.get(a.symbol) ?? 0))[0]!;

  let shown = shownOf(report, busiest);
  /** Place among the symbol's trades; -1: none is chosen. */
  let chosen = -1;

  const frame = h('div', {
    class: 'candles',
    tabindex: 0,
    role: 'group',
    'aria-label': 'Price chart. Arrow keys move it, plus and minus zoom.',
  });
  const bubble = h('div', { class: 'bubble', role: 'status', hidden: true });
  frame.append(bubble);
  const detail = h('p', { class: 'detail', 'aria-live': 'polite' });
  const about = h('p', { class: 'note' });
  const place = h('span', { class: 'place' });
  const control = (text: string, label: string, click: () => void): HTMLButtonElement =>
    h('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, click }, text);
  const earlier = control('‹', 'Previous trade', () => choose(chosen < 0 ? shown.trades.length - 1 : chosen - 1));
  const later = control('›', 'Next trade', () => choose(chosen + 1));
  const picker = choice(
    'Symbol',
    page.candles.map(({ symbol }) => ({
      value: symbol,
      text: `${symbol} · ${counted(trades.get(symbol) ?? 0, 'trade')}`,
    })),
    (symbol) => {
      show(symbol);
      home();
    },
  );
  const select = picker.querySelector('select')!;
  select.value = shown.packed.symbol;

  let chart: IChartApi | undefined;
  let series: ISeriesApi<'Candlestick'> | undefined;
  let path: ISeriesApi<'Line'> | undefined;
  let marks: ReturnType<typeof createSeriesMarkers<Time>> | undefined;

  function fill(): void {
    const { candles, times, packed } = shown;
    const precision = axisPlaces(candles, packed.places);
    series?.applyOptions({ priceFormat: { type: 'price', precision, minMove: 10 ** -precision } });
    series?.setData(
      times.map((time, i) => ({
        time,
        open: candles.open[i]!,
        high: candles.high[i]!,
        low: candles.low[i]!,
        close: candles.close[i]!,
      })),
    );
    marks?.setMarkers(marksOf(shown, theme()));
    path?.setData([]);
    const { timeframe, base, baseBars, left } = packed;
    const made =
      timeframe === base
        ? `${counted(baseBars, `${base} bar`)}, as the run read them.`
        : `${counted(times.length, `${timeframe} candle`)}, made of ${count(baseBars)} bars of ${base}: an entry or exit stands at the candle that holds its bar.`;
    const older = left > 0 ? ` ${count(left)} older ones are left out.` : '';
    const fewer =
      page.symbols.shown < page.symbols.of
        ? ` The ${count(page.symbols.shown)} symbols of ${count(page.symbols.of)} that traded most have a chart.`
        : '';
    about.textContent = `${made}${older}${fewer}`;
    say();
  }

  function say(): void {
    const { trades: mine, packed } = shown;
    earlier.disabled = mine.length === 0 || chosen === 0;
    later.disabled = mine.length === 0 || chosen === mine.length - 1;
    place.textContent =
      mine.length === 0
        ? 'no trades'
        : chosen < 0
          ? counted(mine.length, 'trade')
          : `trade ${chosen + 1} of ${mine.length}`;
    if (chosen >= 0) detail.replaceChildren(...tradeLine(report.trades[mine[chosen]!]!));
    else {
      detail.textContent =
        shown.events.size === 0
          ? `No entry was filled in ${packed.symbol}.`
          : 'Point at a mark for its rule, price, quantity and P&L, or step through the trades with ‹ and ›.';
    }
  }

  function show(symbol: string): void {
    const packed = page.candles.find((one) => one.symbol === symbol);
    if (packed === undefined || packed === shown.packed) return;
    shown = shownOf(report, packed);
    chosen = -1;
    select.value = symbol;
    fill();
  }

  /** The last few trades, or the last candles when there are none. */
  function home(): void {
    const last = shown.times.length - 1;
    const recent = report.trades[shown.trades.at(-4) ?? shown.trades[0] ?? -1];
    const from = recent === undefined ? last - 200 : candleAt(shown.candles.start, Date.parse(recent.entryTime)) - 20;
    // Three pixels a candle, or their bodies are not seen.
    const most = Math.max(60, Math.floor(frame.clientWidth / 3));
    look(Math.max(last - most, Math.min(from, last - most / 3)), last + 6);
  }

  const look = (from: number, to: number): void =>
    chart?.timeScale().setVisibleLogicalRange({ from: Math.max(-6, from), to });

  function choose(place: number): void {
    const index = shown.trades[place];
    if (index === undefined) return;
    chosen = place;
    const trade = report.trades[index]!;
    const entry = candleAt(shown.candles.start, Date.parse(trade.entryTime));
    const exit = candleAt(shown.candles.start, Date.parse(trade.exitTime));
    const around = Math.max(30, Math.round((exit - entry) * 0.6));
    look(entry - around, exit + around);
    path?.applyOptions({ color: unscaled(trade.pnl) < 0n ? theme().loss : theme().gain });
    path?.setData(
      entry >= 0 && exit > entry
        ? [
            { time: shown.times[entry]!, value: Number(trade.entryPrice) },
            { time: shown.times[exit]!, value: Number(trade.exitPrice) },
          ]
        : [],
    );
    say();
  }

  function zoom(by: number): void {
    const range = chart?.timeScale().getVisibleLogicalRange();
    if (range === null || range === undefined) return;
    const middle = (range.from + range.to) / 2;
    const half = Math.max(5, ((range.to - range.from) / 2) * by);
    chart?.timeScale().setVisibleLogicalRange({ from: middle - half, to: middle + half });
  }

  function move(by: number): void {
    const range = chart?.timeScale().getVisibleLogicalRange();
    if (range === null || range === undefined) return;
    const way = (range.to - range.from) * by;
    chart?.timeScale().setVisibleLogicalRange({ from: range.from + way, to: range.to + way });
  }

  /** The candle with an event nearest to one, among those that the pointer cannot be meant to tell apart from it. */
  function eventNear(candle: number): number | undefined {
    const scale = chart!.timeScale();
    const [from, to] = [scale.logicalToCoordinate(0 as Logical), scale.logicalToCoordinate(1 as Logical)];
    const spacing = from === null || to === null ? REACH : to - from;
    const reach = spacing >= REACH ? 0 : Math.ceil(REACH / spacing);
    for (let away = 0; away <= reach; away++) {
      const near = [candle - away, candle + away].find((one) => shown.events.has(one));
      if (near !== undefined) return near;
    }
    return undefined;
  }

  function hover({ point, logical, sourceEvent }: MouseEventParams): void {
    const pointed = logical === undefined ? -1 : Math.round(logical);
    const candle = pointed < 0 || pointed >= shown.times.length ? undefined : (eventNear(pointed) ?? pointed);
    if (point === undefined || candle === undefined || sourceEvent === undefined) {
      bubble.hidden = true;
      return;
    }
    bubble.replaceChildren(...tip(shown, candle));
    bubble.hidden = false;
    const room = frame.clientWidth;
    const width = bubble.offsetWidth;
    const right = point.x + 18;
    bubble.style.left = `${right + width <= room ? right : Math.max(0, Math.min(point.x - width - 18, room - width))}px`;
    bubble.style.top = `${Math.max(0, Math.min(point.y + 18, frame.clientHeight - bubble.offsetHeight))}px`;
  }

  function draw(): void {
    const colours = theme();
    chart = createChart(frame, {
      ...optionsOf(colours),
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      // The wheel scrolls the page until the chart has the focus.
      handleScroll: { mouseWheel: false, vertTouchDrag: false },
      handleScale: { mouseWheel: false },
      localization: { timeFormatter: (time: Time) => clockTime(time as number) },
    });
    chart.timeScale().applyOptions({ timeVisible: true, secondsVisible: false, minBarSpacing: 0.01 });
    series = chart.addSeries(CandlestickSeries, {
      ...seriesOptions(colours),
      priceLineVisible: false,
      lastValueVisible: false,
    });
    path = chart.addSeries(LineSeries, {
      lineWidth: 2,
      lineStyle: LineStyle.Dashed,
      priceLineVisible: false,
      lastValueVisible: false,
      crosshairMarkerVisible: false,
    });
    marks = createSeriesMarkers<Time>(series);
    chart.subscribeCrosshairMove(hover);
    fill();
    home();
  }

  onThemeChange(() => {
    const colours = theme();
    chart?.applyOptions(optionsOf(colours));
    series?.applyOptions(seriesOptions(colours));
    marks?.setMarkers(marksOf(shown, colours));
  });
  const wheel = (mouseWheel: boolean) => (): void => chart?.applyOptions({ handleScale: { mouseWheel } });
  frame.addEventListener('focusin', wheel(true));
  frame.addEventListener('focusout', wheel(false));
  frame.addEventListener('mouseleave', () => {
    bubble.hidden = true;
  });
  frame.addEventListener('keydown', (event) => {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(-0.2),
      ArrowRight: () => move(0.2),
      '+': () => zoom(0.7),
      '=': () => zoom(0.7),
      '-': () => zoom(1.4),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  // The chart measures its frame, which has no size before it stands in the page.
  new ResizeObserver((_, observer) => {
    if (frame.clientWidth === 0) return;
    observer.disconnect();
    draw();
  }).observe(frame);

  const element = section(
    'candles',
    title,
    { synthetic: data.synthetic, short: 'Candles' },
    h(
      'div',
      { class: 'controls' },
      picker,
      h('span', { class: 'buttons' }, earlier, place, later),
      h(
        'span',
        { class: 'buttons' },
        control('−', 'Zoom out', () => zoom(1.6)),
        control('+', 'Zoom in', () => zoom(0.6)),
        control('All', 'Show every candle', () => chart?.timeScale().fitContent()),
      ),
    ),
    detail,
    frame,
    h(
      'p',
      { class: 'key' },
      h('span', { class: 'accent' }, '▲ ▼'),
      ' entry (long, short)  ',
      h('span', { class: 'gain' }, '●'),
      ' exit with a gain  ',
      h('span', { class: 'loss' }, '●'),
      ' exit with a loss. Hollow candles closed higher.',
    ),
    about,
    note('Drag to move; click the chart, then the wheel zooms.'),
  );
  return {
    element,
    showTrade(index) {
      const trade = report.trades[index];
      if (trade === undefined) return;
      show(trade.symbol);
      if (shown.packed.symbol === trade.symbol) choose(shown.trades.indexOf(index));
      element.scrollIntoView({ block: 'start' });
      frame.focus({ preventScroll: true });
    },
  };
}
