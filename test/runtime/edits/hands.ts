import type { BreakerText, Cond, Desk, Dice, Room } from './desk.ts';

/** What a person who edits rules may do: every method gives the workspace as it is after one edit. */

export const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'] as const;

export function randomCond(dice: Dice): Cond {
  const above = dice.chance(0.5);
  switch (dice.whole(0, 3)) {
    case 0:
      return { kind: 'mean', n: dice.whole(2, 9), above };
    case 1:
      return { kind: 'ago', n: dice.whole(1, 6), above };
    case 2:
      return { kind: 'price', cents: dice.whole(9_000, 11_000), above };
    default:
      return { kind: 'body', above };
  }
}

const some = (dice: Dice): string[] => {
  const chosen = SYMBOLS.filter(() => dice.chance(0.5));
  return chosen.length === 0 ? [dice.pick(SYMBOLS)] : chosen;
};

/** Of 0.107 to 3.987 percent, so that no level lies between two cents. */
const level = (dice: Dice): number => dice.whole(5, 199) * 20 + 7;
const perhaps = <T>(dice: Dice, give: () => T): T | undefined => (dice.chance(0.5) ? give() : undefined);

export function randomDesk(dice: Dice, number: number): Desk {
  const stop = perhaps(dice, () => level(dice));
  return {
    file: `${String.fromCharCode(97 + (number % 26))}${number}.yaml`,
    id: `desk${number}`,
    renamedFrom: undefined,
    symbols: some(dice),
    enabled: true,
    side: dice.chance(0.3) ? 'short' : 'long',
    capital: 1_000_000,
    shares: dice.whole(1, 40),
    when: randomCond(dice),
    trigger: dice.chance(0.7) ? 'while_true' : 'on_rise',
    exit: perhaps(dice, () => randomCond(dice)),
    stop,
    target: perhaps(dice, () => level(dice)),
    trail: stop === undefined ? perhaps(dice, () => level(dice)) : undefined,
    timeStop: dice.whole(2, 30),
    onChange: perhaps(dice, () => dice.pick(['keep', 'adopt'] as const)),
    onRemove: perhaps(dice, () => dice.pick(['keep_exits', 'flatten'] as const)),
    remark: 0,
  };
}

export function randomBreaker(dice: Dice, number: number): BreakerText {
  const scope = dice.pick(['account', 'strategy', 'symbol'] as const);
  const when =
    scope === 'account'
      ? dice.pick([`drawdown_pct > 0.0${dice.whole(1, 9)}`, `daily_trades >= ${dice.whole(4, 12)}`])
      : scope === 'strategy'
        ? `consecutive_losses >= ${dice.whole(2, 6)}`
        : `stop_outs("1d") >= ${dice.whole(1, 3)}`;
  return {
    id: `guard${number}`,
    renamedFrom: undefined,
    when,
    scope,
    action: dice.chance(0.7) ? 'pause_entries' : 'flatten',
    until: dice.pick(['next_session', `${dice.whole(3, 25)} bars`, 'manual', '1d']),
  };
}

const LIMITS: readonly (readonly [string, (dice: Dice) => string])[] = [
  ['max_open_positions', (dice) => String(dice.whole(2, 12))],
  ['max_order_notional', (dice) => String(dice.whole(1_000, 5_000))],
  ['max_position_pct', (dice) => String(dice.whole(1, 40))],
  ['orders_per_minute', (dice) => String(dice.whole(2, 60))],
];

export function randomRoom(dice: Dice): Room {
  return {
    desks: Array.from({ length: dice.whole(3, 5) }, (_, n) => randomDesk(dice, n)),
    breakers: Array.from({ length: dice.whole(0, 3) }, (_, n) => randomBreaker(dice, n)),
    limits: { allow_short: 'true' },
  };
}

/** A person's hand with what it took out and may put back. */
export class Hand {
  private made = 10;
  private readonly goneDesks: Desk[] = [];
  private readonly goneBreakers: BreakerText[] = [];
  private readonly dice: Dice;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  edit(room: Room): Room {
    const { dice } = this;
    const turned = dice.chance(0.3) ? this.limits(room) : dice.chance(0.4) ? this.breakers(room) : this.desks(room);
    return dice.chance(0.25) ? this.edit(turned) : turned;
  }

  private desks(room: Room): Room {
    const { dice } = this;
    const draw = dice.whole(0, 13);
    if (draw === 0 && room.desks.length < 6) {
      const back = this.goneDesks.pop();
      // A removal that was never saved took nothing out.
      const there = room.desks.some(({ id, file }) => id === back?.id || file === back?.file);
      return { ...room, desks: [...room.desks, there || back === undefined ? randomDesk(dice, this.made++) : back] };
    }
    if (draw === 1 && room.desks.length > 2) {
      const gone = dice.pick(room.desks);
      this.goneDesks.push(gone);
      return { ...room, desks: room.desks.filter((desk) => desk !== gone) };
    }
    const chosen = dice.pick(room.desks);
    return { ...room, desks: room.desks.map((desk) => (desk === chosen ? this.turn(desk, draw) : desk)) };
  }

  private turn(desk: Desk, draw: number): Desk {
    const { dice } = this;
    switch (draw) {
      case 2:
        return { ...desk, id: `desk${this.made++}`, renamedFrom: desk.id };
      case 3:
        return { ...desk, enabled: !desk.enabled };
      case 4:
        return { ...desk, symbols: some(dice) };
      case 5:
        return { ...desk, exit: perhaps(dice, () => randomCond(dice)) };
      case 6:
        return { ...desk, stop: level(dice), trail: undefined };
      case 7:
        return { ...desk, target: perhaps(dice, () => level(dice)), timeStop: dice.whole(2, 30) };
      case 8:
        return { ...desk, onChange: dice.pick(['keep', 'adopt', undefined]) };
      case 9:
        return { ...desk, onRemove: dice.pick(['keep_exits', 'flatten', undefined]) };
      case 10:
        return { ...desk, shares: dice.whole(1, 40), side: dice.chance(0.3) ? 'short' : desk.side };
      case 11:
        return { ...desk, remark: desk.remark + 1 };
      case 12:
        return { ...desk, stop: undefined, trail: perhaps(dice, () => level(dice)) };
      default:
        return { ...desk, when: randomCond(dice), trigger: dice.pick(['while_true', 'on_rise'] as const) };
    }
  }

  private breakers(room: Room): Room {
    const { dice } = this;
    const { breakers } = room;
    const draw = dice.whole(0, 4);
    if (draw === 0 || breakers.length === 0) {
      const back = this.goneBreakers.pop();
      const there = breakers.some(({ id }) => id === back?.id);
      return {
        ...room,
        breakers: [...breakers, there || back === undefined ? randomBreaker(dice, this.made++) : back],
      };
    }
    const chosen = dice.pick(breakers);
    if (draw === 1) {
      this.goneBreakers.push(chosen);
      return { ...room, breakers: breakers.filter((one) => one !== chosen) };
    }
    const turned =
      draw === 2
        ? { ...chosen, id: `guard${this.made++}`, renamedFrom: chosen.id }
        : draw === 3
          ? { ...chosen, until: dice.pick(['next_session', `${dice.whole(3, 25)} bars`, 'manual']) }
          : { ...chosen, when: chosen.when.replace(/\d+$/, (digits) => String(Number(digits) + 1)) };
    return { ...room, breakers: breakers.map((one) => (one === chosen ? turned : one)) };
  }

  private limits(room: Room): Room {
    const { dice } = this;
    const [name, give] = dice.pick(LIMITS);
    const { [name]: _, ...others } = room.limits;
    return { ...room, limits: dice.chance(0.4) ? others : { ...others, [name]: give(dice) } };
  }
}

const SPOILS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/when: \S+/, 'when: clsoe'),
  (text) => text.replace(/^(\S+): /m, '$1: [unclosed, '),
  (text) => `${text}\tindented: by a tab\n`,
  (text) => `${text}${text}`,
  (text) => `${text}nobody_knows_this: 1\n`,
  () => '',
  (text) => text.slice(0, text.indexOf(':') + 1),
  (text) => text.replace(/\n {2}/, '\n: - {'),
];

/** The texts with one of them broken so that no rules can be made of it. */
export function spoiled(texts: ReadonlyMap<string, string>, dice: Dice): Map<string, string> {
  const path = dice.pick([...texts.keys()]);
  return new Map([...texts, [path, dice.pick(SPOILS)(texts.get(path)!)]]);
}
