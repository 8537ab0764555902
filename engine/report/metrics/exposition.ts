/** Labels of one sample, by name. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
  /** Behind the family's name: `_sum` and `_count` of a summary. */
  readonly suffix?: '_sum' | '_count';
}

/** Samples of one name. Names and units are Prometheus's: base units, `_total` for what only grows. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'summary';
  /** One sentence without a line break. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Of the answer that holds the text. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const valueText = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
};

/**
 * Writes families in the text format of Prometheus, those without a sample left out.
 * Source: prometheus.io, "Exposition formats", text-based format 0.0.4.
 */
export const exposition = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${name} ${escaped(help)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(
          ({ labels = {}, value, suffix = '' }) => `${name}${suffix}${labelText(labels)} ${valueText(value)}`,
        ),
        '',
      ].join('\n'),
    )
    .join('');
