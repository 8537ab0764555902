import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './sources.ts';

/** What may stand in no file that is given away; the words are cut so that this file does not hold them. */
const FORBIDDEN: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: 'a path of one machine',
    pattern: new RegExp(`(?<![\\w.])/(?:${'wo'}rk|${'ro'}ot|${'ho'}me/\\w+|${'Us'}ers/\\w+)/[\\w.]`),
  },
  { what: 'a registry address', pattern: new RegExp(`"${'resol'}ved": "http|registry\\s*=|${'_auth'}Token`) },
  { what: 'a private key', pattern: new RegExp(`-----BEGIN [A-Z ]*${'PRIVATE'} KEY-----`) },
  { what: 'an Alpaca key', pattern: /\b(?:PK|AK|CK)[A-Z0-9]{18}\b/ },
  { what: 'a Telegram token', pattern: /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/ },
  {
    what: 'a cloud or repository token',
    pattern: /\bAKIA[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bsk-[A-Za-z0-9]{20,}\b/,
  },
];

const inGit = existsSync(join(ROOT, '.git'));
const tracked = inGit
  ? execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)
  : [];
const present = tracked.filter((path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile());

const findings = (path: string, text: string): string[] =>
  FORBIDDEN.flatMap(({ what, pattern }) => {
    const match = pattern.exec(text);
    return match === null ? [] : [`${path}: ${what} (${match[0].slice(0, 12)}...)`];
  });

describe.skipIf(!inGit)('tracked files (skipped outside a git checkout)', () => {
  it('hold no machine path, registry address or secret', () => {
    expect(present.length).toBeGreaterThan(30);
    const hits = present.flatMap((path) => findings(path, readFileSync(join(ROOT, path), 'utf8')));
    expect(hits).toEqual([]);
  });

  it('do not include an environment file, logs or state', () => {
    expect(
      tracked.filter((path) => /(^|\/)\.env($|\.(?!example$))|\.log$|^data_cache\/|^dist\/|^node_modules\//.test(path)),
    ).toEqual([]);
  });

  it('leave every key of the example environment without a secret', () => {
    const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const values = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]);
    expect(values.map(([key]) => key)).toEqual(
      expect.arrayContaining([
        'ALPACA_API_KEY',
        'ALPACA_SECRET_KEY',
        'TELEGRAM_ENABLED',
        'TELEGRAM_BOT_TOKEN',
        'TELEGRAM_CHAT_ID',
      ]),
    );
    for (const [key, value] of values) if (/KEY|TOKEN|CHAT_ID/.test(key ?? '')) expect(value, key).toBe('');
  });
});

describe('the search itself', () => {
  it('finds what it looks for', () => {
    expect(findings('a', `see /${'ro'}ot/x`)).toHaveLength(1);
    expect(findings('a', `  "${'resol'}ved": "https://example.org/a.tgz"`)).toHaveLength(1);
    expect(findings('a', `PK${'ABCDEFGHIJ12345678'}`)).toHaveLength(1);
    expect(findings('a', `${'123456789'}:${'A'.repeat(35)}`)).toHaveLength(1);
    expect(findings('a', 'the root of the tree, ./work, ../shared/data')).toEqual([]);
  });
});
