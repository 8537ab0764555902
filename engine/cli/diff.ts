import type { Meaning } from '../compiler/meaning/change.ts';
import { meaningOf } from '../compiler/meaning/meaning.ts';
import { counted } from '../report/amounts.ts';
import { impactText } from '../report/impact-text.ts';
import { SCHEMA_VERSION } from '../report/json.ts';
import { impactMember, meaningMembers } from '../report/reload-json.ts';
import { reloadLines } from '../report/reload-lines.ts';
import { misfits } from '../runtime/fit.ts';
import { type Impact, impactOf } from '../runtime/impact.ts';
import { textFlag } from './arguments.ts';
import { readBars } from './bars-source.ts';
import type { CommandContext } from './command.ts';
import { readingBoth, readSides, type Sides } from './diff-sides.ts';
import { EXIT, failure } from './exit.ts';
import { hasErrors, refuseFaulty, showFindings } from './findings.ts';
import { exitOfRun } from './interruption.ts';
import { progressScreen } from './progress.ts';
import { readAssumptions, readCash, readInstant, readZone, refuseReversed } from './simulation-flags.ts';
import { growYoungMemory } from './young-memory.ts';

/** Flags that speak of bars, and of nothing without them. */
const OF_BARS = ['from', 'to', 'last', 'cash', 'slippage', 'commission', 'intrabar', 'fill-at', 'operator', 'tz'];

export const run = async (context: CommandContext): Promise<number> => {
  const { positionals, flags, terminal } = context;
  const json = flags.format === 'json';
  const over = textFlag(flags, 'data') !== undefined || flags.sample === true;
  if (flags.sample === true && textFlag(flags, 'data') !== undefined)
    throw failure('--data and --sample name different bars', 'give one of them');
  const idle = OF_BARS.find((name) => flags[name] !== undefined);
  if (!over && idle !== undefined)
    throw failure(`--${idle} goes with --data or --sample`, 'without bars only the rules are compared');

  const sides = await readSides(positionals, json, terminal);
  if (typeof sides === 'number') return sides;
  const meaning = meaningOf(sides.old, sides.next, sides.single);
  const tried = over ? await tryBoth(context, sides, meaning) : undefined;
  if (typeof tried === 'number') return tried;

  const { style, width } = terminal;
  if (json) {
    const members = {
      ...meaningMembers(meaning),
      ...(tried && { data: tried.data, impact: impactMember(tried.impact) }),
    };
    await terminal.stream([`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...members }, undefined, 1)}\n`]);
  } else {
    const lines = reloadLines(
      { word: 'diff', meaning, aside: asideOf(meaning), impact: tried?.impact, whole: true },
      { width, style },
    );
    const page = tried === undefined ? [] : ['\n', impactText(tried.impact, { width, style, ...tried.data })];
    await terminal.stream([`${lines.join('\n')}\n`, ...page]);
  }
  if (tried?.impact.interrupted === true) return exitOfRun(true, tried.signal);
  return flags.strict === true && meaning.losses.length > 0 ? EXIT.warnings : EXIT.fine;
};

export function asideOf({ changes, losses }: Meaning): string {
  if (changes.length === 0) return 'nothing differs in meaning';
  const certain = losses.filter((loss) => loss.certain).length;
  const perhaps = losses.length - certain;
  const lost = certain === 0 ? 'no protection is lost' : `${counted(certain, 'protection')} lost or loosened`;
  return [counted(changes.length, 'change'), lost, ...(perhaps > 0 ? [`${perhaps} perhaps`] : [])].join(', ');
}

const readLast = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const last = Number(text);
  if (Number.isInteger(last) && last > 0) return last;
  throw failure(`--last cannot be \`${text}\``, 'write how many bars of each symbol count: --last 500');
};

interface Tried {
  readonly impact: Impact;
  readonly data: { readonly source: string; readonly synthetic: boolean };
  readonly signal: AbortSignal;
}

/** Runs both over the bars that the flags name. */
async function tryBoth(context: CommandContext, sides: Sides, meaning: Meaning): Promise<Tried | number> {
  const { flags, terminal, interruption } = context;
  growYoungMemory();
  const { old, next } = sides;
  const reading = readingBoth(sides);
  const first = reading.traded[0] ?? '';
  const assumptions = readAssumptions(flags);
  const cash = readCash(textFlag(flags, 'cash'));
  const last = readLast(textFlag(flags, 'last'));
  readZone(textFlag(flags, 'tz'));
  const from = readInstant('from', textFlag(flags, 'from'), false, first);
  const to = readInstant('to', textFlag(flags, 'to'), true, first);
  refuseReversed(flags, from, to);
  if (from !== undefined && last !== undefined)
    throw failure('--from and --last both say where counting begins', 'give one of them');
  if (reading.traded.length === 0) throw failure('neither side trades anything', 'enable a strategy on one of them');
  const signal = interruption();
  const read = await readBars(reading, flags, to, undefined);
  const bases = new Map([...read.data.bars].map(([symbol, bars]) => [symbol, bars.timeframe]));
  const found = [
    ...read.diagnostics,
    ...misfits(old, bases),
    ...(old.shadow === undefined ? [] : misfits(old.shadow, bases)),
  ];
  const counts = { files: 0, strategies: next.strategies.length, breakers: next.risk.breakers.length };
  if (hasErrors(found)) return refuseFaulty(found, counts, flags.format === 'json', terminal);
  if (found.length > 0) await showFindings(found, counts, 'pretty', terminal, 'err');

  const screen = progressScreen(terminal, first, () => performance.now());
  const impact = await impactOf(
    old,
    next,
    read.data.bars,
    {
      cash,
      assumptions,
      operator: flags.operator === 'never' ? 'never' : 'next_session',
      from: last === undefined ? (from ?? read.from) : undefined,
      to,
      last,
      actions: read.data.actions,
      renamed: renamedIn(meaning),
      slice: 20_000,
      progress: screen.update,
    },
    signal,
  );
  screen.end();
  return { impact, data: { source: read.data.source, synthetic: read.data.synthetic }, signal };
}

/** New id → id before. */
export const renamedIn = ({ changes }: Meaning): ReadonlyMap<string, string> =>
  new Map(
    changes.flatMap(({ part, path, subject, before }) =>
      part === 'strategy' && path === 'id' && before !== undefined ? [[subject, before]] : [],
    ),
  );
