import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber, secretsOf } from '../../engine/secrets/scrub.ts';

// Made up; with the letters that encodings change.
const KEY = 'CANARY+key/7=&"x"';
const TOKEN = '12345:CANARY-tok_en~é';
const SECRETS = [KEY, TOKEN];
const scrub = createScrubber(SECRETS);

const wire = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

describe('the scrubber', () => {
  it.each(SECRETS)('takes %s out of a text, however it is written', (secret) => {
    const ways = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      encodeURIComponent(encodeURIComponent(secret)),
      encodeURI(secret),
      new URLSearchParams({ a: secret }).toString().slice(2),
      secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
      JSON.stringify(secret).slice(1, -1),
      JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      Buffer.from(secret, 'utf8').toString('hex'),
      Buffer.from(secret, 'utf8').toString('hex').toUpperCase(),
    ];
    for (const way of ways) expect(scrub(`before ${way} after`), way).toBe('before *** after');
  });

  it.each(SECRETS)('takes %s out of base64 at any place', (secret) => {
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      for (const after of ['', 'z', 'zz', ':rest']) {
        for (const encoding of ['base64', 'base64url'] as const) {
          const text = Buffer.from(before + secret + after, 'utf8').toString(encoding);
          const clean = scrub(text);
          expect(clean).toContain('***');
          // What is left on either side gives away less than a letter of it.
          const left = clean.split('***').map((part) => Buffer.from(part, 'base64').toString('latin1'));
          expect(left.join('').length).toBeLessThanOrEqual(before.length + after.length + 2);
        }
      }
    }
  });

  it('takes it out of errors, their causes and their stacks', () => {
    const cause = new Error(`connect to https://x/bot${TOKEN}/send failed`);
    const error = Object.assign(new Error(`no answer: ${KEY}`, { cause }), {
      url: `https://x?k=${encodeURIComponent(KEY)}`,
    });
    for (const text of [
      error.stack ?? '',
      inspect(error, { depth: 9 }),
      JSON.stringify({ error, text: error.message }),
    ]) {
      expect(scrub(text)).not.toContain('CANARY');
    }
    expect(inspect(error)).toContain('CANARY');
  });

  it('leaves everything else alone', () => {
    const text = `order te1-rsi-SPY filled 19 @ 471.49 ${wire('nothing to hide')}`;
    expect(scrub(text)).toBe(text);
    expect(createScrubber([])(KEY)).toBe(KEY);
    // Too short to be told from other words.
    expect(createScrubber(['true', '', '  '])('it is true')).toBe('it is true');
  });

  it('takes the longer of two secrets that begin alike', () => {
    expect(createScrubber(['secret', 'secretive'])('secretive secret')).toBe('*** ***');
  });

  it('finds any secret in any of its forms', () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' })
          .map((text) => text.trim())
          .filter((text) => text.length >= 6),
        fc.string(),
        (secret, other) => {
          const clean = createScrubber([secret]);
          for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
            expect(clean(`${other}\n${form}\n`)).toContain('***');
          }
          expect(clean(wire(`user:${secret}`))).toContain('***');
        },
      ),
    );
  });

  it('knows the environment’s secrets by name', () => {
    const names = {
      ALPACA_API_KEY: 'one',
      ALPACA_SECRET_KEY: 'two',
      TELEGRAM_BOT_TOKEN: 'three',
      HOME: '/x',
      TELEGRAM_CHAT_ID: '',
    };
    expect(secretsOf(names)).toEqual(['one', 'two', 'three']);
  });
});
