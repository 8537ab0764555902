import uPlot from 'uplot';
import { dollars, fixed } from '../../amounts.ts';
import { h } from './dom.ts';
import { reached } from './head.ts';
import type { Report } from './report.ts';
import { empty, note, section } from './section.ts';
import { onThemeChange, type Theme, theme } from './theme.ts';
import { clockDate, clockSeconds, read, zoneOf } from './times.ts';

interface Curve {
  /** Seconds on the exchange's clock. */
  readonly time: number[];
  readonly equity: number[];
  /** Percent, at or below 0; null where there is none. */
  readonly drawdown: (number | null)[];
}

function curveOf({ data, equity, metrics, page }: Report): Curve {
  const symbol = data.symbols[0] ?? '';
  const curve: Curve = {
    time: [clockSeconds(symbol, read(data.from))],
    equity: [metrics.startEquity],
    drawdown: [0],
  };
  equity.forEach((point, index) => {
    const time = clockSeconds(symbol, read(point.time));
    if (time <= curve.time.at(-1)!) return;
    curve.time.push(time);
    curve.equity.push(Number(point.equity));
    const fall = page.drawdownPct[index] ?? null;
    curve.drawdown.push(fall === null ? null : fall === 0 ? 0 : -fall);
  });
  return curve;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400;

/** Words of the time axis; a year is named at the first of its marks. */
const dates: uPlot.Axis.DynamicValues = (_, splits, __, ___, step) => {
  let named = '';
  return splits.map((seconds) => {
    const date = new Date(seconds * 1000);
    const month = MONTHS[date.getUTCMonth()]!;
    const year = String(date.getUTCFullYear());
    if (step >= 365 * DAY) return year;
    const below = year === named ? '' : `\n${year}`;
    named = year;
    if (step >= 28 * DAY) return `${month}${below}`;
    if (step >= DAY) return `${date.getUTCDate()} ${month}${below}`;
    return `${String(date.getUTCHours()).padStart(2, '0')}:${String(date.getUTCMinutes()).padStart(2, '0')}`;
  });
};

const short = (value: number, step: number): string => {
  const size = Math.abs(value);
  const [unit, letter] = size >= 1e9 ? [1e9, 'B'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  const places = Math.max(0, Math.min(3, Math.ceil(-Math.log10(step / unit))));
  return `${value < 0 ? '-' : ''}$${fixed(size / unit, places)}${letter}`;
};

const SHARED = 'equity and drawdown';
const AXIS = 62;

interface Pane {
  readonly height: number;
  readonly values: (number | null)[];
  readonly axis: (value: number, step: number) => string;
  readonly line: (colours: Theme) => string;
  readonly fill: (colours: Theme) => string;
  readonly dates: boolean;
}

/** Equity over drawdown, one cursor for both. */
export function equityCharts(report: Report): HTMLElement {
  const symbol = report.data.symbols[0] ?? '';
  const synthetic = report.data.synthetic;
  if (!reached(report) || report.equity.length === 0) {
    return section(
      'equity',
      'Equity and drawdown',
      { synthetic, short: 'Equity' },
      empty('No session came to its close: there is no equity to draw.'),
    );
  }
  const curve = curveOf(report);
  const trips = report.breakers.map(({ trippedAt }) => clockSeconds(symbol, read(trippedAt)));
  const readout = h('p', { class: 'readout' });
  const frames = h('div', { class: 'charts' });
  const panes: readonly Pane[] = [
    {
      height: 260,
      values: curve.equity,
      axis: short,
      line: ({ accent }) => accent,
      fill: ({ wash }) => wash,
      dates: false,
    },
    {
      height: 150,
      values: curve.drawdown,
      axis: (value, step) => `${fixed(value, Number.isInteger(step) ? 0 : 1)} %`,
      line: ({ loss }) => loss,
      fill: ({ loss }) => `color-mix(in srgb, ${loss} 14%, transparent)`,
      dates: true,
    },
  ];

  function say(index: number | null | undefined): void {
    const at = index ?? curve.time.length - 1;
    const fall = curve.drawdown[at];
    readout.replaceChildren(
      h('span', {}, clockDate(curve.time[at]!)),
      h('span', {}, 'equity ', h('strong', {}, dollars(curve.equity[at]!))),
      h('span', {}, 'drawdown ', h('strong', {}, fall === null || fall === undefined ? '–' : `${fixed(-fall, 2)} %`)),
    );
  }

  function markTrips(chart: uPlot, colours: Theme): void {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = colours.warn;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    for (const trip of trips) {
      const x = Math.round(chart.valToPos(trip, 'x', true)) + 0.5;
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.restore();
  }

  function optionsOf(pane: Pane, colours: Theme): uPlot.Options {
    const font = `12px ${colours.font}`;
    const line = { stroke: colours.grid, width: 1 };
    return {
      width: Math.max(200, frames.clientWidth),
      height: pane.height,
      padding: [8, 18, pane.dates ? 0 : 4, 0],
      legend: { show: false },
      cursor: {
        sync: { key: SHARED },
        drag: { x: true, y: false, setScale: true },
        points: { size: 7 },
        y: false,
      },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      axes: [
        {
          show: true,
          stroke: colours.muted,
          font,
          grid: line,
          ticks: { show: false },
          values: pane.dates ? dates : (_, splits) => splits.map(() => ''),
          size: pane.dates ? 38 : 4,
          space: 64,
        },
        {
          stroke: colours.muted,
          font,
          grid: line,
          ticks: { show: false },
          size: AXIS,
          space: 36,
          values: (_, splits, __, ___, step) => splits.map((value) => pane.axis(value, step)),
        },
      ],
      series: [
        {},
        {
          stroke: pane.line(colours),
          fill: pane.fill(colours),
          width: 1.5,
          points: { show: curve.time.length < 40, size: 5 },
        },
      ],
      hooks: {
        draw: [(chart) => markTrips(chart, colours)],
        setCursor: [(chart) => say(chart.cursor.idx)],
      },
    };
  }

  let drawn: uPlot[] = [];
  function draw(): void {
    for (const chart of drawn) chart.destroy();
    const colours = theme();
    drawn = panes.map(
      (pane) => new uPlot(optionsOf(pane, colours), [curve.time, pane.values] as uPlot.AlignedData, frames),
    );
    drawn.forEach((chart, index) => {
      chart.root.setAttribute('role', 'img');
      chart.root.setAttribute('aria-label', `${index === 0 ? 'Equity' : 'Drawdown'} by session`);
    });
    say(undefined);
  }

  new ResizeObserver(() => {
    const width = Math.floor(frames.clientWidth);
    if (width === 0) return;
    if (drawn.length === 0) draw();
    else for (const [index, chart] of drawn.entries()) chart.setSize({ width, height: panes[index]!.height });
  }).observe(frames);
  onThemeChange(draw);

  const { shown, of } = report.page.equity;
  const thinned =
    shown < of
      ? ` ${fixed(shown, 0)} of ${fixed(of, 0)} points are drawn; the highest, the lowest and the deepest of each stretch are among them.`
      : '';
  return section(
    'equity',
    'Equity and drawdown',
    { synthetic, aside: `at each session's close, ${zoneOf(symbol)}`, short: 'Equity' },
    readout,
    frames,
    note(
      `Drag across to look closer, double-click for all.${trips.length > 0 ? ' Dashed: a circuit breaker tripped.' : ''}${thinned}`,
    ),
  );
}
