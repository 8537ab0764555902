import { createHash } from 'node:crypto';

/** A UUID made of a text: the same text gives the same one, in every run. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A maker of UUIDs, in a row that depends on the seed alone. */
export function createIdentities(seed: number): (kind: string) => string {
  let count = 0;
  return (kind) => uuidOf(`${seed} ${kind} ${count++}`);
}

/** Numbers from 0 up to 1, in a row that depends on the seed alone (mulberry32). */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
