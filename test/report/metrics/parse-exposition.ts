/** One sample, as a scraper reads it. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]Inf)$/;

function fail(line: string, why: string): never {
  throw new Error(`${why}: ${JSON.stringify(line)}`);
}

function unescaped(text: string, quotes: boolean, line: string): string {
  return text.replace(/\\(.?)/g, (_, after: string) => {
    if (after === 'n') return '\n';
    if (after === '\\' || (quotes && after === '"')) return after;
    return fail(line, 'an escape that there is none of');
  });
}

const numberOf = (text: string, line: string): number => {
  if (!NUMBER.test(text)) fail(line, 'no number');
  if (text === 'NaN') return Number.NaN;
  if (text.endsWith('Inf')) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
};

function sampleOf(line: string): ParsedSample {
  const name = METRIC_NAME.exec(line)?.[0] ?? fail(line, 'no name');
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    rest = rest.slice(1);
    while (!rest.startsWith('}')) {
      const label = LABEL_NAME.exec(rest)?.[0] ?? fail(line, 'no label');
      const value = /^="((?:\\.|[^"\\\n])*)"/.exec(rest.slice(label.length)) ?? fail(line, 'no value of a label');
      if (Object.hasOwn(labels, label)) fail(line, 'a label twice');
      labels[label] = unescaped(value[1]!, true, line);
      rest = rest.slice(label.length + value[0].length);
      if (rest.startsWith(',')) rest = rest.slice(1);
      else if (!rest.startsWith('}')) fail(line, 'labels without a comma');
    }
    rest = rest.slice(1);
  }
  const [, value, , stamp] = /^[ \t]+(\S+)([ \t]+(-?\d+))?$/.exec(rest) ?? fail(line, 'no value');
  if (stamp !== undefined) fail(line, 'a time of its own, which a scraper is better without');
  return { name, labels, value: numberOf(value!, line) };
}

/**
 * Reads the text format of Prometheus as strictly as its page asks.
 * Source: prometheus.io, "Exposition formats", text format details: comments, escaping, grouping, histograms and summaries.
 */
export function parseExposition(text: string): ParsedFamily[] {
  if (text !== '' && !text.endsWith('\n')) fail(text.slice(-40), 'the last line has no end');
  const families: { name: string; type: string; help: string; samples: ParsedSample[] }[] = [];
  const named = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  const seen = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue;
    const comment = /^#[ \t]+(HELP|TYPE)[ \t]+(\S+)[ \t]?(.*)$/.exec(line);
    if (comment !== null) {
      const [, word, name, after] = comment as unknown as [string, string, string, string];
      if (METRIC_NAME.exec(name)?.[0] !== name) fail(line, 'no name');
      if (word === 'HELP') {
        if (help !== undefined) fail(line, 'help without a type');
        help = { name, text: unescaped(after, false, line) };
        continue;
      }
      if (!TYPES.has(after)) fail(line, 'no type');
      if (named.has(name)) fail(line, 'samples of one name in two groups');
      named.add(name);
      families.push({ name, type: after, help: help?.name === name ? help.text : fail(line, 'no help'), samples: [] });
      help = undefined;
      continue;
    }
    if (line.startsWith('#')) continue;
    const sample = sampleOf(line);
    const family = families.at(-1) ?? fail(line, 'a sample without a type');
    const suffixes = family.type === 'summary' ? ['', '_sum', '_count'] : [''];
    if (!suffixes.some((suffix) => sample.name === family.name + suffix)) fail(line, 'a sample of another family');
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
    if (seen.has(key)) fail(line, 'the same sample twice');
    seen.add(key);
    if (family.type === 'counter' && !(sample.value >= 0)) fail(line, 'a counter below 0');
    family.samples.push(sample);
  }
  for (const { name, samples, type } of families) {
    if (samples.length === 0) fail(name, 'no sample');
    if (
      type === 'summary' &&
      !['_sum', '_count'].every((suffix) => samples.some((one) => one.name === name + suffix))
    ) {
      fail(name, 'a summary without sum and count');
    }
  }
  return families;
}
