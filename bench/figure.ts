/** One measured number and what it is held against. */
export interface Figure {
  readonly section: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'M bars/s' | 'ms' | 's' | 'µs' | 'ns' | 'MB' | 'times';
  /** The least that is acceptable, in the same unit. */
  readonly floor?: number;
  readonly goal?: number;
  /** Others that did the same work in this run, with their own figure in the same unit. */
  readonly beside?: readonly { readonly name: string; readonly value: number }[];
}

/** Bars per second are better high, all else low. */
const more = (figure: Figure): boolean => figure.unit === 'M bars/s';

/** `goal`, `floor` (between the two), `below`, or nothing to hold it against. */
export function verdict(figure: Figure): 'goal' | 'floor' | 'below' | '' {
  const reached = (mark: number): boolean => (more(figure) ? figure.value >= mark : figure.value <= mark);
  if (figure.goal !== undefined && reached(figure.goal)) return 'goal';
  if (figure.floor !== undefined && reached(figure.floor)) return 'floor';
  return figure.goal === undefined && figure.floor === undefined ? '' : 'below';
}

const show = (value: number): string =>
  Number.isNaN(value) ? '-' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** How much better (above 1) or worse the figure is than another's. */
const ratio = (figure: Figure, other: number): number => (more(figure) ? figure.value / other : other / figure.value);

/** A table for people, a section at a time. */
export function table(figures: readonly Figure[]): string {
  const head = ['', 'measured', 'floor', 'goal', 'reached', 'beside'];
  const rows = figures.map((figure) => [
    figure.name,
    `${show(figure.value)} ${figure.unit}`,
    figure.floor === undefined ? '' : show(figure.floor),
    figure.goal === undefined ? '' : show(figure.goal),
    verdict(figure),
    (figure.beside ?? [])
      .map(({ name, value }) => `${show(ratio(figure, value))}x ${name} (${show(value)})`)
      .join(', '),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 || column > 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const lines: string[] = [line(head)];
  let section = '';
  figures.forEach((figure, index) => {
    if (figure.section !== section) {
      section = figure.section;
      lines.push('', section);
    }
    lines.push(line(rows[index]!));
  });
  return lines.join('\n');
}
