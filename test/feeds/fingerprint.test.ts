import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFingerprint, createPlainFingerprint, type Fingerprint } from '../../engine/feeds/fingerprint.ts';
import { createThreadedFingerprint } from '../../engine/feeds/threaded-fingerprint.ts';

const SIZE = 1000;

/** Fills buffers with parts of other lengths, as a reading of files does; gives the digest and what it should be. */
async function digests(fingerprint: Fingerprint, parts: number): Promise<readonly [string, string]> {
  const want = createHash('sha256').update('actions');
  try {
    for (let i = 0; i < parts; i++) {
      const buffer = await fingerprint.lend();
      expect(await fingerprint.lend()).toBe(buffer);
      const from = (i * 7) % 50;
      const to = SIZE - ((i * 13) % 100);
      for (let at = from; at < to; at++) buffer[at] = (i * 31 + at * 7) & 255;
      want.update(buffer.slice(from, to));
      fingerprint.add(from, to);
    }
    return [await fingerprint.digest(), want.digest('hex')];
  } finally {
    fingerprint.close();
  }
}

describe('the fingerprint of what was read', () => {
  it.each([0, 1, 23, 24, 25, 500])('is sha256 of %i parts in turn, hashed at once or in a thread', async (parts) => {
    const [plain, want] = await digests(createPlainFingerprint(SIZE, 'actions'), parts);
    expect(plain).toBe(want);
    const [threaded, same] = await digests(createThreadedFingerprint(SIZE, 'actions')!, parts);
    expect(threaded).toBe(same);
    expect(threaded).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([0, 1, 24, 25, 500])('is the same after %i parts where no thread starts', async (parts) => {
    const nowhere = new URL('./no-such-thread.js', import.meta.url);
    const [got, want] = await digests(createThreadedFingerprint(SIZE, 'actions', nowhere)!, parts);
    expect(got).toBe(want);
  });

  it('is made at once for few bytes', async () => {
    const few = await createFingerprint(SIZE, 1000, 'x');
    expect(few.digest()).toBe(createHash('sha256').update('x').digest('hex'));
  });
});
