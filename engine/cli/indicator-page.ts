import type { IndicatorEntry } from '../indicators/entry.ts';
import type { Style } from '../report/style.ts';
import { wrap } from '../report/wrap.ts';
import { boundsOf, rangeOf, shownOptions, signature, unitOf } from './indicator-facts.ts';
import { usageOf } from './indicator-usage.ts';

const FED_BY: Readonly<Record<IndicatorEntry['inputs'][number]['role'], string>> = {
  real: 'any series or expression; close when left out',
  open: "the bar's open, unless you give another series",
  high: "the bar's high, unless you give another series",
  low: "the bar's low, unless you give another series",
  close: "the bar's close, unless you give another series",
  volume: "the bar's volume, unless you give another series",
  session: 'the number of the session, always taken from the bars',
  condition: 'a condition',
};

const rows = (items: readonly (readonly [string, string])[], width: number): string[] => {
  const left = Math.max(...items.map(([term]) => term.length));
  return items.flatMap(([term, text]) =>
    wrap(text, width - left - 4).map((line, index) => `  ${(index === 0 ? term : '').padEnd(left)}  ${line}`.trimEnd()),
  );
};

const example = (entry: IndicatorEntry, style: Style): string[] => {
  const usage = usageOf(entry);
  if (usage === undefined) return [`  ${style.cyan(entry.example)}`];
  const named = `${usage.name}: ${entry.example}`;
  const left = Math.max(named.length, usage.rule.length);
  return [
    `  ${style.cyan(named)}${' '.repeat(left - named.length)}   # under indicators:`,
    `  ${style.cyan(usage.rule)}${' '.repeat(left - usage.rule.length)}   # in a rule`,
  ];
};

/** The page of one indicator: everything the checker knows of it. */
export const indicatorPage = (entry: IndicatorEntry, screen: number, style: Style): string => {
  const width = Math.min(screen, 100);
  const options = shownOptions(entry);
  const at = entry.options.map((option, index) => `${option.name} ${options[index]}`).join(', ');
  const together = entry.check?.(options) === undefined;
  const warmup = entry.warmup(options);
  const settle = entry.settle(options);
  const history =
    settle === Number.POSITIVE_INFINITY
      ? 'Its level depends on where history begins for good: compare it with itself, not with a number.'
      : settle > warmup
        ? `Where history begins no longer shows (to 1e-9) after ${settle} bars.`
        : 'Where history begins never shows.';
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', style.bold(title), ...lines];
  return `${[
    `${style.bold(signature(entry))}  ${entry.title}`,
    '',
    ...wrap(entry.description, width, '  '),
    ...section('Example', example(entry, style)),
    ...section(
      'Inputs',
      entry.inputs.length === 0
        ? []
        : rows(
            entry.inputs.map((input) => [input.name, FED_BY[input.role]]),
            width,
          ),
    ),
    ...section(
      'Options',
      entry.options.length === 0
        ? []
        : rows(
            entry.options.map((option) => [
              option.name,
              `${option.description.replace(/\.$/, '')}${option.description === '' ? '' : '; '}${boundsOf(option)}${option.default === undefined ? '; must be given' : `; ${option.default} when left out`}`,
            ]),
            width,
          ),
    ),
    ...section(
      'Outputs',
      rows(
        entry.outputs.map((output) => [
          entry.outputs.length === 1 ? 'the value' : `.${output.name}`,
          `${unitOf(output)}; ${rangeOf(output)}`,
        ]),
        width,
      ),
    ),
    ...section(
      'Warm-up',
      together ? [...wrap(`First value on bar ${warmup}${at === '' ? '' : ` (${at})`}. ${history}`, width, '  ')] : [],
    ),
    ...section('Differs', entry.departs === undefined ? [] : wrap(entry.departs, width, '  ')),
    ...section('Source', wrap(entry.source, width, '  ')),
  ].join('\n')}\n`;
};

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The same as data; a bound that does not exist is null. */
export const indicatorJson = (entry: IndicatorEntry): Record<string, unknown> => {
  const options = shownOptions(entry);
  return {
    name: entry.name,
    title: entry.title,
    group: entry.group,
    description: entry.description,
    signature: signature(entry),
    inputs: entry.inputs.map(({ name, role }) => ({ name, role })),
    options: entry.options.map((option) => ({
      name: option.name,
      description: option.description,
      min: finite(option.min),
      max: finite(option.max),
      integer: option.integer,
      default: option.default ?? null,
    })),
    outputs: entry.outputs.map((output) => ({
      name: output.name,
      type: output.type,
      unit: output.unit,
      range: output.range === 'input' ? 'input' : output.range.map(finite),
    })),
    warmup: entry.warmup(options),
    settle: finite(entry.settle(options)),
    warmupAt: options,
    example: entry.example,
    usage: usageOf(entry) ?? null,
    departs: entry.departs ?? null,
    source: entry.source,
    streaming: entry.kernel !== undefined,
  };
};
