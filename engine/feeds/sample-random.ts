/** State of one stream of random numbers: four 32-bit words. */
export type Stream = Int32Array;

/** Murmur3's finalizer: spreads every bit of a word over all of it. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A 32-bit hash of a text (FNV-1a, finished by Murmur3). */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** Puts a stream at the beginning that belongs to three numbers; different numbers give unrelated streams. */
export function seed(stream: Stream, a: number, b: number, c: number): void {
  const h = mix(mix(mix(a + 0x9e3779b9) + b) + c);
  for (let i = 0; i < 4; i++) stream[i] = mix(h + Math.imul(i + 1, 0x9e3779b9));
  // All words zero is the one state that never moves.
  stream[0] = stream[0]! | 1;
}

export const createStream = (): Stream => new Int32Array(4);

/** 32 random bits, signed. Source: Blackman and Vigna, xoshiro128++. */
export function bits(stream: Stream): number {
  const s0 = stream[0]!;
  const s1 = stream[1]!;
  const s3 = stream[3]!;
  const sum = (s0 + s3) | 0;
  const result = (((sum << 7) | (sum >>> 25)) + s0) | 0;
  const s2 = stream[2]! ^ s0;
  const t3 = s3 ^ s1;
  stream[1] = s1 ^ s2;
  stream[0] = s0 ^ t3;
  stream[2] = s2 ^ (s1 << 9);
  stream[3] = (t3 << 11) | (t3 >>> 21);
  return result;
}

/** Uniform in [0, 1). */
export const uniform = (stream: Stream): number => (bits(stream) >>> 0) / 4_294_967_296;

const ROOT_3 = 1.7320508075688772;

/** Near normal with mean 0 and deviation 1: the sum of four uniforms of 16 bits, at most 3.46 from 0. */
export function gaussian(stream: Stream): number {
  const a = bits(stream);
  const b = bits(stream);
  const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
  return ((sum - 131_070) / 65_536) * ROOT_3;
}

/**
 * e to the power of x for |x| up to some tens, to twelve digits. Math.exp may differ in its last bit between engines; sums and
 * products do not, and the sample must have the same bytes everywhere.
 */
export function exponential(x: number): number {
  const y = x / 1024;
  let result = 1 + y * (1 + (y / 2) * (1 + (y / 3) * (1 + (y / 4) * (1 + y / 5))));
  for (let i = 0; i < 10; i++) result *= result;
  return result;
}
