/** How one thing stands. `skipped`: it was not looked at, and `says` tells why. */
export type State = 'ok' | 'warn' | 'fail' | 'skipped';

/** What of the engine's surroundings a check is about, in the order in which they are shown. */
export const AREAS = ['machine', 'rules', 'alpaca', 'telegram'] as const;
export type Area = (typeof AREAS)[number];

export interface Item {
  readonly area: Area;
  /** Frozen: `node`, `keys`, `account`, ... */
  readonly id: string;
  readonly title: string;
  readonly state: State;
  /** A few words on what was found. */
  readonly says: string;
  /** What to do about it; of warnings and failures always. */
  readonly help: string | undefined;
}

/** Makes the items of one area. */
export interface Judge {
  readonly ok: (id: string, title: string, says: string) => Item;
  readonly warn: (id: string, title: string, says: string, help: string) => Item;
  readonly fail: (id: string, title: string, says: string, help: string) => Item;
  readonly skipped: (id: string, title: string, says: string) => Item;
}

export const judgeOf = (area: Area): Judge => ({
  ok: (id, title, says) => ({ area, id, title, state: 'ok', says, help: undefined }),
  warn: (id, title, says, help) => ({ area, id, title, state: 'warn', says, help }),
  fail: (id, title, says, help) => ({ area, id, title, state: 'fail', says, help }),
  skipped: (id, title, says) => ({ area, id, title, state: 'skipped', says, help: undefined }),
});

/** Takes an item as soon as it is known. */
export type Tell = (item: Item) => void;
