import { editClassAt } from '../../documents/edit-class.ts';
import { syntaxKey } from '../../expressions/print-syntax.ts';
import type { BreakerModel, RiskModel } from '../model.ts';
import type { Change, Loss } from './change.ts';
import { decisionKey } from './decision-key.ts';
import { ofAmounts, ofConditions, ofDurations, opposite, type Verdict } from './verdict.ts';
import { differenceOf, syntaxAt } from './written.ts';

type Words = readonly [looser: string, unclear: string];

const IN_FORCE = 'what has tripped stays tripped';

/** A field of a breaker: how it reads, and how the next one compares. */
interface BreakerField {
  readonly name: 'when' | 'scope' | 'action' | 'until';
  readonly verdict: (old: BreakerModel, next: BreakerModel) => Verdict;
  readonly words: Words;
}

const SCOPES = ['account', 'strategy', 'symbol'];

/** Narrower stops less. Wider stops more, but its measure is of more together, which may trip it later. */
function ofScopes(old: BreakerModel, next: BreakerModel): Verdict {
  const step = SCOPES.indexOf(next.scope) - SCOPES.indexOf(old.scope);
  return step === 0 ? 'same' : step > 0 ? 'looser' : 'unclear';
}

/** To flatten and to halt both do more than to pause, each in its own way. */
function ofActions({ action: old }: BreakerModel, { action: next }: BreakerModel): Verdict {
  if (old === next) return 'same';
  if (old === 'pause_entries') return 'tighter';
  return next === 'pause_entries' ? 'looser' : 'unclear';
}

/** A halt waits for a person whatever else is written. */
const untilOf = ({ action, until }: BreakerModel): BreakerModel['until'] =>
  action === 'halt' ? { kind: 'manual' } : until;

function ofUntil(old: BreakerModel, next: BreakerModel): Verdict {
  const [a, b] = [untilOf(old), untilOf(next)];
  if ((a.kind === 'bars' || a.kind === 'time') && (b.kind === 'bars' || b.kind === 'time'))
    return opposite(ofDurations(a, b));
  if (a.kind === b.kind) return 'same';
  if (b.kind === 'manual') return 'tighter';
  return a.kind === 'manual' ? 'looser' : 'unclear';
}

const FIELDS: readonly BreakerField[] = [
  {
    name: 'when',
    verdict: ({ when: old }, { when: next }) => ofConditions(old, next),
    words: ['it trips later', 'it may not trip where it tripped before'],
  },
  {
    name: 'scope',
    verdict: ofScopes,
    words: ['it stops less', 'it is measured over more together and may trip later'],
  },
  { name: 'action', verdict: ofActions, words: ['it does less', 'it does something else'] },
  { name: 'until', verdict: ofUntil, words: ['it lets go sooner', 'it may let go sooner'] },
];

/** What differs between two breakers, matched by id or by `renamed_from`. */
export function breakerChanges(
  old: BreakerModel,
  next: BreakerModel,
  before: RiskModel,
  after: RiskModel,
): readonly Change[] {
  const changes: Change[] = [];
  const base = { part: 'breaker' as const, subject: next.id, reaches: [] };
  const path = (name: string): string => `circuit_breakers.${next.id}.${name}`;
  if (old.id !== next.id) {
    const effect = 'renamed; what has tripped stays tripped';
    changes.push({
      ...base,
      kind: 'changed',
      path: path('id'),
      before: old.id,
      after: next.id,
      class: 'none',
      effect,
      losses: [],
    });
  }
  const [was, is] = [writtenOf(old, before), writtenOf(next, after)];
  if (old.enabled !== next.enabled) {
    const losses = next.enabled ? [] : [lossOf(next.id, path('enabled'), true, 'it no longer trips')];
    const kind = next.enabled ? 'tightened' : 'loosened';
    const texts = { before: String(old.enabled), after: String(next.enabled) };
    changes.push({ ...base, kind, path: path('enabled'), ...texts, class: 'at_once', effect: IN_FORCE, losses });
  }
  // A breaker that does not trip protects from nothing, whatever it says.
  const acts = old.enabled && next.enabled;
  for (const { name, verdict: compare, words } of FIELDS) {
    if (was[name] === is[name] || (name === 'when' && decisionKey(old.when) === decisionKey(next.when))) continue;
    const verdict = acts ? compare(old, next) : 'same';
    const lost = verdict === 'looser' || verdict === 'unclear';
    const losses = lost ? [lossOf(next.id, path(name), verdict === 'looser', words[verdict === 'looser' ? 0 : 1])] : [];
    const texts = name === 'when' ? conditions(old, next, before, after) : { before: was[name], after: is[name] };
    changes.push({
      ...base,
      kind: kindOf(verdict),
      path: path(name),
      ...texts,
      class: 'at_once',
      effect: IN_FORCE,
      losses,
    });
  }
  if (was.description !== is.description) {
    const texts = { before: was.description, after: is.description };
    changes.push({
      ...base,
      kind: wordFor(texts),
      path: path('description'),
      ...texts,
      class: 'none',
      effect: 'no effect on a run',
      losses: [],
    });
  }
  const former = old.id === next.id && old.renamedFrom !== next.renamedFrom;
  if (former) {
    const texts = { before: old.renamedFrom, after: next.renamedFrom };
    changes.push({
      ...base,
      kind: wordFor(texts),
      path: path('renamed_from'),
      ...texts,
      class: 'none',
      effect: 'no effect on a run',
      losses: [],
    });
  }
  return changes;
}

const wordFor = ({ before, after }: { before: string | undefined; after: string | undefined }): Change['kind'] =>
  before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';

const kindOf = (verdict: Verdict): Change['kind'] =>
  verdict === 'looser' ? 'loosened' : verdict === 'tighter' ? 'tightened' : 'changed';

const lossOf = (subject: string, path: string, certain: boolean, text: string): Loss => ({
  part: 'breaker',
  subject,
  path,
  certain,
  text,
});

const indexOf = ({ id }: BreakerModel, { document }: RiskModel): number =>
  document?.value.circuit_breakers.findIndex((written) => written.id === id) ?? -1;

/** A breaker as the document has it: texts to compare and to show. */
function writtenOf(breaker: BreakerModel, risk: RiskModel) {
  const index = indexOf(breaker, risk);
  const written = risk.document!.value.circuit_breakers[index]!;
  const syntax = syntaxAt(risk.document!, ['circuit_breakers', index, 'when']);
  const { scope, action, until, description } = written;
  return { when: syntax === undefined ? written.when : syntaxKey(syntax), scope, action, until, description };
}

function conditions(old: BreakerModel, next: BreakerModel, before: RiskModel, after: RiskModel) {
  const a = syntaxAt(before.document!, ['circuit_breakers', indexOf(old, before), 'when']);
  const b = syntaxAt(after.document!, ['circuit_breakers', indexOf(next, after), 'when']);
  if (a === undefined || b === undefined) return { before: undefined, after: undefined };
  return differenceOf(a, b);
}

const shortly = (breaker: BreakerModel, risk: RiskModel): string =>
  risk.document!.value.circuit_breakers[indexOf(breaker, risk)]!.when.replace(/\s+/g, ' ').trim();

export function breakerAdded(breaker: BreakerModel, risk: RiskModel): Change {
  return {
    kind: 'added',
    part: 'breaker',
    subject: breaker.id,
    path: '',
    before: undefined,
    after: shortly(breaker, risk),
    class: 'at_once',
    effect: breaker.enabled ? 'measured from now on' : 'checked, never trips',
    reaches: [],
    losses: [],
  };
}

export function breakerRemoved(breaker: BreakerModel, risk: RiskModel, heir: string | undefined): Change {
  const text =
    heir === undefined
      ? 'the breaker is gone'
      : `the breaker is gone; if \`${heir}\` is its new name, write \`renamed_from: ${breaker.id}\` there`;
  const losses = breaker.enabled ? [lossOf(breaker.id, `circuit_breakers.${breaker.id}`, true, text)] : [];
  return {
    kind: 'removed',
    part: 'breaker',
    subject: breaker.id,
    path: '',
    before: shortly(breaker, risk),
    after: undefined,
    class: 'at_once',
    effect: 'what it has tripped stays until reset',
    reaches: [],
    losses,
  };
}

/** Limits by name; what is not limited is Infinity, and shorts must be allowed by name unless there is no document at all. */
export function limitChanges(before: RiskModel, after: RiskModel): readonly Change[] {
  const names = new Set([...Object.keys(after.limits), ...Object.keys(before.limits), 'allow_short']);
  return [...names].flatMap((name) => {
    const [old, next] = [limitOf(before, name), limitOf(after, name)];
    const [was, is] = [before.limits[name], after.limits[name]];
    if (old === next && (was === is || name === 'allow_short')) return [];
    const verdict = ofAmounts(old, next);
    const path = `limits.${name}`;
    const text =
      name === 'allow_short'
        ? 'short selling is allowed'
        : is === undefined
          ? 'the limit is gone'
          : 'the limit is higher';
    const losses: readonly Loss[] =
      verdict === 'looser' ? [{ part: 'limit', subject: name, path, certain: true, text }] : [];
    const shown = (value: number | boolean | undefined): string | undefined =>
      value === undefined
        ? name === 'allow_short'
          ? String(limitOf(value === was ? before : after, name) === 1)
          : undefined
        : String(value);
    const texts = { before: shown(was), after: shown(is) };
    const came = wordFor(texts);
    return [
      {
        kind: came === 'changed' ? kindOf(verdict) : came,
        part: 'limit' as const,
        subject: name,
        path,
        ...texts,
        class: editClassAt('risk', ['limits', name]),
        effect: 'from the next order on; open positions stay',
        reaches: [],
        losses,
      },
    ];
  });
}

function limitOf({ document, limits }: RiskModel, name: string): number {
  const value = limits[name];
  if (name === 'allow_short') return document === undefined || value === true ? 1 : 0;
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}

/** What the document says of edits, and of an account that differs. */
export function policyChanges(before: RiskModel, after: RiskModel): readonly Change[] {
  return [...looseningChanges(before, after), ...reconciliationChanges(before, after)];
}

function looseningChanges(before: RiskModel, after: RiskModel): readonly Change[] {
  const policy = ({ document }: RiskModel) => document?.value.loosening;
  const [old, next] = [policy(before), policy(after)];
  if (old === next) return [];
  // What is not written is what the kind of run makes it, approval for paper and live ones: between the two.
  const rank = (written: typeof old): number => (written === 'approve' ? 2 : written === 'grace' ? 0 : 1);
  const looser = rank(next) < rank(old);
  const certain = old !== undefined && next !== undefined;
  const kind = certain ? '' : old === undefined ? ' in paper and live runs' : ' in dry runs';
  const text = `an edit that takes a protection away no longer waits for approval${kind}`;
  return [
    {
      kind: looser ? 'loosened' : 'tightened',
      part: 'risk',
      subject: 'risk',
      path: 'loosening',
      before: old ?? 'not written',
      after: next ?? 'not written',
      class: 'at_once',
      effect: 'from the next edit on',
      reaches: [],
      losses: looser ? [{ part: 'risk', subject: 'risk', path: 'loosening', certain, text }] : [],
    },
  ];
}

function reconciliationChanges(before: RiskModel, after: RiskModel): readonly Change[] {
  const [old, next] = [before, after].map(({ document }) => document?.value.reconciliation ?? 'halt');
  if (old === next) return [];
  const looser = next === 'ignore';
  const path = 'reconciliation';
  const text = 'entries go on although the account is not as the ledger has it';
  return [
    {
      kind: looser ? 'loosened' : 'tightened',
      part: 'risk',
      subject: 'risk',
      path,
      before: old!,
      after: next!,
      class: 'at_once',
      effect: 'from the next comparison on',
      reaches: [],
      losses: looser ? [{ part: 'risk', subject: 'risk', path, certain: true, text }] : [],
    },
  ];
}

/** A breaker of the same words under another id: most likely the same one, renamed. */
export function likelyHeir(breaker: BreakerModel, others: readonly BreakerModel[]): string | undefined {
  const text = ({ when, scope, action }: BreakerModel): string => `${decisionKey(when)} ${scope} ${action}`;
  return others.find((other) => text(other) === text(breaker))?.id;
}
