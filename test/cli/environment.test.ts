import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, findingsOf, readEnvironment } from '../../engine/cli/environment.ts';
import { scrubberOfKnown } from '../../engine/cli/known-secrets.ts';
import { SETTING_NAMES, SETTINGS } from '../../engine/cli/settings.ts';
import { ENVIRONMENT_CODES } from '../../engine/documents/codes/environment.ts';
import { positionOf } from '../../engine/documents/position.ts';
import { renderDiagnostics } from '../../engine/documents/render.ts';
import { secret } from '../../engine/secrets/secret.ts';

const CANARY = 'CANARYsecretvalue';
const TOKEN = `123456:${CANARY}-token`;
const COUNTS = { files: 1, strategies: 0, breakers: 0 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-env-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string | undefined, variables: Record<string, string> = {}): Environment => {
  if (text !== undefined) writeFileSync(join(folder, '.env'), text);
  return readEnvironment(folder, variables);
};

/** `E502 .env:3`, each finding. */
const found = ({ findings }: Environment): string[] =>
  findings.map(({ code, file, span }) =>
    file === undefined
      ? code
      : `${code} .env:${positionOf(file, span!.start).line}:${positionOf(file, span!.start).column}`,
  );

const rendered = (environment: Environment): string =>
  (['pretty', 'compact', 'json', 'github'] as const)
    .map((format) => renderDiagnostics(environment.findings, { format, counts: COUNTS }))
    .join('\n');

describe('the settings of a workspace', () => {
  it('come from the environment first, then from .env, then from what we say', () => {
    const set = read('# mine\nALPACA_FEED=sip\nexport ALPACA_BASE_URL="https://example.org/"\nTELEGRAM_CHAT_ID=-42\n', {
      TELEGRAM_CHAT_ID: '7',
    });
    expect(set.findings).toEqual([]);
    expect(set.ALPACA_FEED).toEqual({
      name: 'ALPACA_FEED',
      value: 'sip',
      origin: '.env',
      place: expect.stringMatching(/\.env:2$/),
    });
    expect(set.ALPACA_BASE_URL).toMatchObject({
      value: 'https://example.org',
      place: expect.stringMatching(/\.env:3$/),
    });
    expect(set.TELEGRAM_CHAT_ID).toMatchObject({ value: '7', origin: 'env', place: 'the environment' });
    expect(set.TELEGRAM_API_ROOT).toMatchObject({
      value: 'https://api.telegram.org',
      origin: 'default',
      place: undefined,
    });
    expect(set.TELEGRAM_ENABLED.value).toBe(false);
    expect(set.ALPACA_STREAM_URL.value).toBeUndefined();
  });

  it('are the defaults without a .env, and an empty value in the environment unsets what the file sets', () => {
    expect(read(undefined).ALPACA_FEED.value).toBe('iex');
    expect(read('ALPACA_FEED=sip\nENGINE_LOG=\n', { ALPACA_FEED: '' })).toMatchObject({
      ALPACA_FEED: { value: 'iex', origin: 'default' },
      ENGINE_LOG: { value: undefined, origin: 'default' },
    });
  });

  it('take paths of the file from where the file is, and those of the environment as they are', () => {
    expect(read('ENGINE_STATE=state\nENGINE_LOG=off\n')).toMatchObject({
      ENGINE_STATE: { value: join(folder, 'state') },
      ENGINE_LOG: { value: 'off' },
    });
    expect(read('', { ENGINE_STATE: 'state' }).ENGINE_STATE.value).toBe('state');
    expect(read('ENGINE_STATE=/elsewhere\n').ENGINE_STATE.value).toBe('/elsewhere');
  });

  it.each([
    ['ALPACA_BASE_URL=paper-api.alpaca.markets', 'E501'],
    ['ALPACA_BASE_URL=http://example.org', 'E501'],
    ['ALPACA_BASE_URL=https://name:word@example.org', 'E501'],
    ['ALPACA_STREAM_URL=https://example.org', 'E501'],
    ['TELEGRAM_API_ROOT=https://example.org/?a=1', 'E501'],
    ['TELEGRAM_ENABLED=maybe', 'E502'],
    ['ALPACA_FEED=nasdaq', 'E503'],
    ['TELEGRAM_CHAT_ID=my phone', 'E504'],
    ['TELEGRAM_BOT_TOKEN=12345', 'E504'],
    ['ALPACA_API_KEY=a b', 'E504'],
    ['TELEGRAM_ENABLED=true\nTELEGRAM_CHAT_ID=1', 'E508'],
    ['TELEGRAM_BOT_TOKE=12345', 'E507'],
  ])('%s is a finding with its place', (line, code) => {
    expect(found(read(`\n# so\n${line}\n`))).toEqual([`${code} .env:3:1`]);
    const [name = '', value = ''] = line.split('=');
    if (!/E50[78]/.test(code)) expect(found(read('', { [name]: value }))).toEqual([code]);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:2/root'])(
    '%s may go without encryption',
    (url) => {
      expect(read(`TELEGRAM_API_ROOT=${url}\n`)).toMatchObject({ TELEGRAM_API_ROOT: { value: url }, findings: [] });
    },
  );

  it('name lines that set nothing, and leave what belongs to others alone', () => {
    const set = read(`${CANARY}\nNODE_ENV=production\n\nALPACA_API_KEY: ${CANARY}\n`);
    expect(found(set)).toEqual(['E506 .env:1:1', 'E506 .env:4:1']);
    expect(rendered(set)).not.toContain(CANARY);
  });

  it('count lines below a value of several lines', () => {
    expect(found(read('A="one\ntwo\nthree"\nALPACA_FEED=x\n'))).toEqual(['E503 .env:4:1']);
    expect(found(read('A=1\r\nALPACA_FEED=x\r\n'))).toEqual(['E503 .env:2:1']);
  });

  it('say that a .env cannot be read', () => {
    mkdirSync(join(folder, '.env'));
    const set = readEnvironment(folder, {});
    expect(found(set)).toEqual(['E505']);
    expect(findingsOf(set, 'TELEGRAM_')).toHaveLength(1);
  });

  it('give each part its own errors', () => {
    const set = read('TELEGRAM_ENABLED=maybe\nALPACA_FEED=x\nALPACA_FED=x\n');
    expect(findingsOf(set, 'TELEGRAM_').map(({ code }) => code)).toEqual(['E502']);
    expect(findingsOf(set, 'ALPACA_').map(({ code }) => code)).toEqual(['E503']);
  });

  it('stand in the example file', () => {
    const example = readFileSync(join(import.meta.dirname, '..', '..', '.env.example'), 'utf8');
    const set = read(example);
    expect(set.findings).toEqual([]);
    for (const name of example.matchAll(/^#? ?([A-Z_]+)=/gm)) expect(Object.keys(SETTINGS)).toContain(name[1]);
  });
});

describe('secrets of the settings', () => {
  const file = `# old: ${CANARY}0\n#ALPACA_API_KEY=${CANARY}1\nALPACA_API_KEY="${CANARY} 2"\nALPACA_SECRET_KEY=${CANARY}3\nTELEGRAM_BOT_TOKEN=${TOKEN}\nTELEGRAM_TOKEN=${CANARY}4\nALPACA_BASE_URL=https://x:${CANARY}5@example.org\nOTHER=${CANARY}6\nTELEGRAM_ENABLED=perhaps\n`;

  it('stand in no finding, however it is drawn', () => {
    const set = read(file);
    expect(found(set).length).toBeGreaterThan(3);
    expect(rendered(set)).not.toContain(CANARY);
    expect(JSON.stringify(set)).not.toContain(CANARY);
    expect(inspect(set, { depth: 9, showHidden: true })).not.toContain(CANARY);
    expect(set.ALPACA_SECRET_KEY.value?.reveal()).toBe(`${CANARY}3`);
  });

  it('are not taken in by a quote that is left open above them', () => {
    const set = read(`ALPACA_FEED="iex\nALPACA_SECRET_KEY=${CANARY}"\nTELEGRAM_ENABLED=x\n`);
    expect(found(set).toSorted()).toEqual(['E502 .env:3:1', 'E504 .env:1:1']);
    expect(rendered(set)).not.toContain(CANARY);
  });

  it('are known to the scrubber, and so is the half of a token that makes it one', () => {
    read(file);
    const scrub = scrubberOfKnown();
    for (const text of [`${CANARY}3`, TOKEN, `${CANARY}-token`, encodeURIComponent(TOKEN)])
      expect(scrub(`x ${text} y`)).toBe('x *** y');
    expect(scrub(`${CANARY} 2`)).toBe('***');
  });

  it('show nothing of themselves', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const hidden = secret(text);
        const shown = [hidden.toString(), String(hidden), JSON.stringify({ hidden }), inspect(hidden)];
        expect(shown).toEqual(['***', '***', '{"hidden":"***"}', '***']);
        expect(inspect({ a: [hidden] }, { showHidden: true, depth: 5 })).toBe('{ a: [ ***, [length]: 1 ] }');
        expect({ ...hidden }).toEqual({});
        expect(hidden.reveal()).toBe(text);
      }),
    );
  });

  it('are shown in no finding about any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const set = read(`ALPACA_SECRET_KEY=${CANARY}\n${text}\nTELEGRAM_BOT_TOKEN=${TOKEN}\n`);
        expect(rendered(set)).not.toContain(CANARY);
      }),
    );
  });
});

describe('the codes of settings', () => {
  it('are all explained and all raised', () => {
    const source = readFileSync(join(import.meta.dirname, '..', '..', 'engine', 'cli', 'environment.ts'), 'utf8');
    for (const [code, entry] of Object.entries(ENVIRONMENT_CODES)) {
      expect(source).toContain(`'${code}'`);
      expect(entry.explanation.length).toBeGreaterThan(60);
      expect(entry.wrong).not.toBe(entry.right);
    }
    expect(SETTING_NAMES.length).toBeGreaterThan(10);
  });
});
