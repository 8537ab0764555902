import type { Change, Meaning } from '../compiler/meaning/change.ts';
import type { Impact, StrategyImpact } from '../runtime/impact.ts';
import { count, counted } from './amounts.ts';
import { type Style, shownWidth } from './style.ts';
import { clip, listed, wrap } from './wrap.ts';

/** An edit of the rules, as it was applied or would be. */
export interface Reload {
  /** First word of the first line: `reload`. */
  readonly word: string;
  readonly meaning: Meaning;
  /** What stands behind the revisions: `2 files, 41 ms`. */
  readonly aside: string;
  /** What the new rules would have changed; undefined: not tried. */
  readonly impact?: Impact | undefined;
  /** The bars are all there are, not the last ones of a running engine. */
  readonly whole?: boolean;
  /** Ids (new ones) of breakers that are tripped now. */
  readonly tripped?: ReadonlySet<string>;
}

interface Options {
  readonly width: number;
  readonly style: Style;
}

const MARGIN = 2;
const GAP = 2;
/** Effects that have less room than this beside what changed stand below it, on lines of their own. */
const LEAST_EFFECT = 45;
/** What changed takes no more of a line than this, if effects stand beside it. */
const MOST_WHAT = 56;
/** Reached rules that a line names. */
const MOST_REACHED = 4;

interface Row {
  readonly mark: '~' | '+' | '-' | '!';
  readonly subject: string;
  readonly what: string;
  readonly effect: string;
}

/** The meaning of an edit, a line for each change, columns aligned, no line wider than asked for. */
export function reloadLines(reload: Reload, { width, style }: Options): string[] {
  const { meaning, word, aside } = reload;
  const revisions = `${style.bold(`${word} ${shortRevision(meaning.from)} → ${shortRevision(meaning.to)}`)}`;
  const rows = rowsOf(reload);
  const subjects = Math.min(24, Math.max(0, ...rows.map(({ subject }) => subject.length)));
  const start = MARGIN + 2 + subjects + GAP;
  const longest = Math.max(0, ...rows.map(({ what }) => what.length));
  const whats = Math.min(longest, MOST_WHAT);
  const beside = start + whats + GAP + LEAST_EFFECT <= width;
  return [
    aside === '' ? revisions : `${revisions}   ${style.dim(aside)}`,
    ...rows.flatMap((row) => draw(row, { subjects, start, whats, beside, width }, style)),
    `${' '.repeat(MARGIN)}${style.dim(unchangedText(meaning))}`,
  ];
}

export const shortRevision = (revision: string): string => revision.slice(0, 7);

interface Layout {
  readonly subjects: number;
  /** Column where what changed begins. */
  readonly start: number;
  readonly whats: number;
  /** Effects stand beside what changed. */
  readonly beside: boolean;
  readonly width: number;
}

function draw({ mark, subject, what, effect }: Row, layout: Layout, style: Style): string[] {
  const { subjects, start, whats, width } = layout;
  const colour = { '~': style.cyan, '+': style.green, '-': style.red, '!': style.yellow }[mark];
  const head = `${' '.repeat(MARGIN)}${colour(mark)} ${clip(subject, subjects).padEnd(subjects)}`;
  const beside = layout.beside && what.length <= whats;
  const first = `${head}${' '.repeat(GAP)}${clip(what, width - start)}`.trimEnd();
  if (effect === '') return [first];
  const at = beside ? start + whats + GAP : start + GAP;
  const [opening = '', ...more] = wrap(effect, width - at).map((line) => emphasised(line, style));
  const indent = ' '.repeat(at);
  if (!beside) return [first, ...[opening, ...more].map((line) => indent + line)];
  return [first + ' '.repeat(at - shownWidth(first)) + opening, ...more.map((line) => indent + line)];
}

/** What is lost stands out in a line that is read in passing. */
const emphasised = (line: string, style: Style): string =>
  line.replace(/^(?:LOOSENED|LOST|MAY BE LOOSER)/, (word) => style.yellow(style.bold(word)));

function rowsOf({ meaning, impact, tripped, whole }: Reload): readonly Row[] {
  const told = new Set<string>();
  return meaning.changes.map((change) => {
    const effects = [lossText(change), effectOf(change, tripped), reachText(change)];
    const first = change.part === 'strategy' && change.class !== 'none' && !told.has(change.subject);
    if (first) {
      told.add(change.subject);
      effects.push(impactText(impact, change.subject, whole === true));
    }
    return {
      mark: markOf(change),
      subject: plain(change.subject),
      what: plain(whatOf(change)),
      effect: plain(effects.filter((part) => part !== '').join('; ')),
    };
  });
}

/** A change in a few words: `~ ema-cross entry.long.when rsi < 30 → rsi < 35`. */
export const changeWords = (change: Change): string =>
  `${markOf(change)} ${plain(change.subject)} ${plain(whatOf(change))}`;

/** Text of a document made safe for a terminal. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

function markOf({ kind, losses }: Change): Row['mark'] {
  if (losses.length > 0) return '!';
  return kind === 'added' ? '+' : kind === 'removed' ? '-' : '~';
}

function effectOf({ part, subject, effect, kind }: Change, tripped: ReadonlySet<string> | undefined): string {
  if (part === 'breaker' && tripped?.has(subject) === true) return 'tripped, and stays tripped until reset';
  return kind === 'tightened' ? `tightened; ${effect}` : effect;
}

function lossText({ kind, losses }: Change): string {
  if (losses.length === 0) return '';
  const certain = losses.filter((loss) => loss.certain);
  const word = certain.length === 0 ? 'MAY BE LOOSER' : kind === 'removed' ? 'LOST' : 'LOOSENED';
  const texts = [...new Set((certain.length === 0 ? losses : certain).map(({ text }) => text))];
  return `${word}: ${texts.join('; ')}`;
}

function reachText({ reaches }: Change): string {
  if (reaches.length === 0) return '';
  const paths = reaches.map(({ path }) => path);
  const more = paths.length - MOST_REACHED;
  return `reaches ${listed(more > 1 ? [...paths.slice(0, MOST_REACHED), `${more} more`] : paths)}`;
}

/** `entry.long.when  rsi < 30 → rsi < 35`; of a breaker and of a limit only what differs. */
function whatOf(change: Change): string {
  const { part, subject, path, kind, before, after } = change;
  if (path === '') return kind === 'added' ? `new, ${after ?? ''}` : `gone, ${before ?? ''}`;
  if (part === 'limit') return difference(before, after);
  if (part !== 'breaker') return `${path} ${difference(before, after)}`;
  const field = path.slice(`circuit_breakers.${subject}.`.length);
  const bound = field === 'when' ? boundsOf(before, after) : undefined;
  return bound ?? `${field === 'when' ? '' : `${field} `}${difference(before, after)}`;
}

function difference(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return after === undefined || after === 'edited' ? 'edited' : `+ ${after}`;
  return after === undefined ? `- ${before}` : `${before} → ${after}`;
}

const BOUND = /^(.*\s)(-?[\d.]+)$/;

/** `5 → 8` of two comparisons that differ in their number alone. */
function boundsOf(before: string | undefined, after: string | undefined): string | undefined {
  const [a, b] = [BOUND.exec(before ?? ''), BOUND.exec(after ?? '')];
  return a !== null && b !== null && a[1] === b[1] ? `${a[2]} → ${b[2]}` : undefined;
}

/** `would have added 2 entries and moved 1 exit in the last 500 bars`. */
function impactText(impact: Impact | undefined, strategy: string, whole: boolean): string {
  const own = [...(impact?.strategies ?? []), ...(impact?.shadows ?? [])].find(({ id }) => id === strategy);
  if (impact === undefined || own === undefined) return '';
  return `${impactWords(own)} ${whole ? 'over' : 'in the last'} ${counted(impact.bars, 'bar')}`;
}

/** What a strategy would have done otherwise. */
export function impactWords({
  added,
  removed,
  moved,
  resized,
}: Omit<StrategyImpact, 'id' | 'before' | 'after'>): string {
  const parts = [
    ...(added > 0 ? [`added ${counted(added, 'entry', 'entries')}`] : []),
    ...(removed > 0 ? [`left out ${counted(removed, 'entry', 'entries')}`] : []),
    ...(moved > 0 ? [`moved ${counted(moved, 'exit')}`] : []),
    ...(resized > 0 && added + removed + moved === 0 ? [`resized ${counted(resized, 'entry', 'entries')}`] : []),
  ];
  return parts.length === 0 ? 'would have changed nothing' : `would have ${listed(parts)}`;
}

function unchangedText({ unchanged }: Meaning): string {
  const { strategies, breakers, limits } = unchanged;
  const parts = [
    ...(strategies > 0 ? [counted(strategies, 'strategy', 'strategies')] : []),
    ...(breakers > 0 ? [counted(breakers, 'breaker')] : []),
    ...(limits > 0 ? [counted(limits, 'limit')] : []),
  ];
  const sum = strategies + breakers + limits;
  return parts.length === 0 ? '= 0 unchanged' : `= ${count(sum)} unchanged: ${listed(parts)}`;
}
