import { priceNearest, type TickRule } from '../ledger/tick.ts';
import type { Intended } from './broker.ts';
import type { BoundExit, BoundLevel } from './instance.ts';

/** A level as agreed at the decision: it becomes a price when the entry's fill is known. */
export type AgreedLevel =
  | { readonly kind: 'pct'; readonly pct: number }
  /** Dollars from the entry. */
  | { readonly kind: 'distance'; readonly distance: number }
  | { readonly kind: 'price'; readonly price: number };

/** The protective levels of one position. */
export interface Protection {
  readonly stop: AgreedLevel | undefined;
  readonly targets: readonly { readonly level: AgreedLevel; readonly portion: number }[];
  readonly trailPct: number | undefined;
  readonly activatePct: number | undefined;
  readonly breakEvenPct: number | undefined;
  /** Best price since the entry, dollars; NaN before the fill. */
  best: number;
  /** The trailing stop's level, dollars; NaN while it is not active. */
  trailLevel: number;
  brokeEven: boolean;
}

function agree(level: BoundLevel): AgreedLevel | undefined {
  if (level.kind === 'pct') {
    const pct = level.pct();
    return Number.isFinite(pct) && pct > 0 ? { kind: 'pct', pct } : undefined;
  }
  if (level.kind === 'price') {
    const price = level.price();
    return Number.isFinite(price) && price > 0 ? { kind: 'price', price } : undefined;
  }
  const distance = level.atr() * level.multiple();
  return Number.isFinite(distance) && distance > 0 ? { kind: 'distance', distance } : undefined;
}

function percent(read: (() => number) | undefined): number | undefined {
  if (read === undefined) return undefined;
  return read();
}

const NOTHING: Protection = {
  stop: undefined,
  targets: [],
  trailPct: undefined,
  activatePct: undefined,
  breakEvenPct: undefined,
  best: Number.NaN,
  trailLevel: Number.NaN,
  brokeEven: false,
};

/** Some level follows price. */
export const moves = (protection: Protection | undefined): boolean =>
  protection !== undefined && (protection.trailPct !== undefined || protection.breakEvenPct !== undefined);

const hasNone = (exit: BoundExit): boolean =>
  exit.stopLoss === undefined &&
  exit.takeProfit.length === 0 &&
  exit.trailPct === undefined &&
  exit.breakEvenPct === undefined;

/** Reads the levels at the decision; undefined when one of them is unknown (which blocks the entry). */
export function agreeProtection(exit: BoundExit): Protection | undefined {
  // One object for all positions without levels: nothing is ever written to it.
  if (hasNone(exit)) return NOTHING;
  const stop = exit.stopLoss === undefined ? undefined : agree(exit.stopLoss);
  if (exit.stopLoss !== undefined && stop === undefined) return undefined;
  const targets: { level: AgreedLevel; portion: number }[] = [];
  for (const target of exit.takeProfit) {
    const level = agree(target.level);
    if (level === undefined) return undefined;
    targets.push({ level, portion: target.portion });
  }
  const trailPct = percent(exit.trailPct);
  const activatePct = percent(exit.activatePct);
  const breakEvenPct = percent(exit.breakEvenPct);
  for (const value of [trailPct, activatePct, breakEvenPct]) {
    if (value !== undefined && !Number.isFinite(value)) return undefined;
  }
  return {
    stop,
    targets,
    trailPct,
    activatePct,
    breakEvenPct,
    best: Number.NaN,
    trailLevel: Number.NaN,
    brokeEven: false,
  };
}

const restatedLevel = (level: AgreedLevel, ratio: number): AgreedLevel => {
  if (level.kind === 'price') return { kind: 'price', price: level.price / ratio };
  return level.kind === 'distance' ? { kind: 'distance', distance: level.distance / ratio } : level;
};

/** The same levels after a split of `ratio` new shares for an old one. */
export const restated = (protection: Protection, ratio: number): Protection => ({
  ...protection,
  stop: protection.stop === undefined ? undefined : restatedLevel(protection.stop, ratio),
  targets: protection.targets.map(({ level, portion }) => ({ level: restatedLevel(level, ratio), portion })),
  best: protection.best / ratio,
  trailLevel: protection.trailLevel / ratio,
});

/**
 * Price of a level, in dollars.
 * @param sign 1 for a long position, -1 for a short one
 * @param direction -1 for a stop (against the position), 1 for a target
 */
export function levelPrice(level: AgreedLevel, entry: number, sign: number, direction: 1 | -1): number {
  if (level.kind === 'price') return level.price;
  if (level.kind === 'pct') return entry * (1 + (sign * direction * level.pct) / 100);
  return entry + sign * direction * level.distance;
}

/**
 * The levels that an entry's position would have if it filled at `from`, dollars: the nearest stop, and the target if there
 * is one for the whole position.
 */
export function intendedLevels(
  protection: Protection,
  from: number,
  sign: 1 | -1,
  rule: TickRule,
): Intended | undefined {
  if (protection.stop === undefined && protection.targets.length === 0 && protection.trailPct === undefined) return;
  const stops: number[] = [];
  if (protection.stop !== undefined) stops.push(levelPrice(protection.stop, from, sign, -1));
  if (protection.trailPct !== undefined && protection.activatePct === undefined) {
    stops.push(from * (1 - (sign * protection.trailPct) / 100));
  }
  const [target, ...more] = protection.targets;
  const whole = target !== undefined && more.length === 0 && target.portion >= 100;
  if (stops.length === 0 && !whole) return undefined;
  const nearest = sign > 0 ? Math.max(...stops) : Math.min(...stops);
  return {
    ...(stops.length === 0 ? {} : { stop: priceNearest(rule, nearest) }),
    ...(whole ? { target: priceNearest(rule, levelPrice(target.level, from, sign, 1)) } : {}),
  };
}
