import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatDocument } from '../../engine/documents/format.ts';
import { toValue } from '../../engine/documents/node.ts';
import { readWorkspace, revision } from '../../engine/documents/read.ts';
import { renderDiagnostics } from '../../engine/documents/render.ts';
import { readYaml } from '../../engine/documents/yaml.ts';

const counts = { files: 6, strategies: 5, breakers: 6 };
const file = { path: 'strategies.d/ema.yaml', text: `${'a: 1\n'.repeat(8)}    when: fast > slwo and rsi < 30\n` };
const start = file.text.indexOf('slwo');
const unknown = {
  code: 'E201',
  severity: 'error',
  message: 'unknown name `slwo`',
  file,
  span: { start, end: start + 4 },
  context: 'strategy ema-cross › entry.long.when',
  help: 'did you mean `slow`?  in scope: close, fast, high, low, open, rsi, slow, volume',
} as const;

describe('findings on a screen', () => {
  it('look as the reference shows them', () => {
    expect(
      renderDiagnostics([unknown, unknown], { format: 'pretty', width: 100, counts }),
    ).toBe(`error[E201]: unknown name \`slwo\`
  --> strategies.d/ema.yaml:9:18                          strategy ema-cross › entry.long.when
   |
 9 |     when: fast > slwo and rsi < 30
   |                  ^^^^
   = help: did you mean \`slow\`?  in scope: close, fast, high, low, open, rsi, slow, volume
   = more: engine explain E201

1 error, 0 warnings in 1 of 6 files (5 strategies, 6 breakers)
`);
  });
  it('keep the caret under tabs and wide characters', () => {
    const wide = { path: 'w.yaml', text: '\tid: 日本 x!\n' };
    const at = wide.text.indexOf('x!');
    const [, , , line, caret] = renderDiagnostics([{ ...unknown, file: wide, span: { start: at, end: at + 2 } }], {
      format: 'pretty',
      counts,
    }).split('\n');
    expect(line).toBe(' 1 |     id: 日本 x!');
    expect(caret).toBe('   |              ^^');
  });
  it('show a window of a long line', () => {
    const long = { path: 'l.yaml', text: `a: ${'x '.repeat(300)}HERE ${'y '.repeat(300)}` };
    const at = long.text.indexOf('HERE');
    const lines = renderDiagnostics([{ ...unknown, file: long, span: { start: at, end: at + 4 } }], {
      format: 'pretty',
      width: 80,
      counts,
    }).split('\n');
    const line = lines.find((text) => text.includes('HERE')) as string;
    expect(line.length).toBeLessThanOrEqual(80);
    expect(lines[lines.indexOf(line) + 1]?.indexOf('^^^^')).toBe(line.indexOf('HERE'));
  });
  it('come as compact lines, JSON and workflow commands', () => {
    expect(renderDiagnostics([unknown], { format: 'compact', counts }).split('\n')[0]).toBe(
      'strategies.d/ema.yaml:9:18: error[E201]: unknown name `slwo`',
    );
    expect(JSON.parse(renderDiagnostics([unknown], { format: 'json', counts }))).toMatchObject({
      schemaVersion: 1,
      findings: [{ file: file.path, line: 9, column: 18, endLine: 9, endColumn: 22, code: 'E201', severity: 'error' }],
      summary: { errors: 1, warnings: 0, files: 6 },
    });
    expect(renderDiagnostics([unknown], { format: 'github', counts })).toMatch(
      /^::error file=strategies\.d\/ema\.yaml,line=9,col=18,.*::unknown name `slwo`%0A/,
    );
  });
});

describe('the canonical form', () => {
  const folder = join(import.meta.dirname, '../fixtures/bad');
  const texts = [
    ...readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')),
    'a:\n    - {b: "x y", c: [1, 2]} # why\n\n\n\n    -   d: |\n          k\n           l\n# end\n"e": \'it\'\n',
  ];
  it('keeps the meaning and is its own canonical form', () => {
    let formatted = 0;
    for (const text of texts) {
      const once = formatDocument(text);
      if ('diagnostics' in once) continue;
      formatted++;
      const value = (source: string) => JSON.stringify(toValue(readYaml({ path: '', text: source }).root as never));
      expect(value(once.text)).toBe(value(text));
      expect(formatDocument(once.text)).toEqual(once);
      expect(once.text).not.toMatch(/[ \t]\n|\n\n\n|[^\n]$/);
      expect((once.text.match(/#/g) ?? []).length).toBe((text.match(/#/g) ?? []).length);
    }
    expect(formatted).toBeGreaterThan(60);
  });
  it('writes brackets out and takes needless quotes away', () => {
    expect(
      formatDocument('entry:\n    long: {when: "close > open", size: {shares: 5}}  # c\nsymbols: [ AAPL,MSFT ]'),
    ).toEqual({
      text: 'entry:\n  long:\n    when: close > open\n    size:\n      shares: 5    # c\nsymbols: [AAPL, MSFT]\n',
    });
  });
});

describe('a workspace', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'workspace-'));
    mkdirSync(join(dir, 'strategies.d'));
    for (const name of ['b.yaml', 'a.yml', '_t.yaml', '.hidden.yaml', 'c.yaml~', '#d.yaml#', 'notes.txt'])
      writeFileSync(join(dir, 'strategies.d', name), `id: ${name[0]}\n`);
    writeFileSync(join(dir, 'risk.yaml'), 'circuit_breakers: []\n');
    writeFileSync(join(dir, 'latin.yaml'), Buffer.from([0x69, 0x64, 0x3a, 0x20, 0xe9, 0x0a]));
    writeFileSync(join(dir, 'big.yaml'), 'a: 1\n'.repeat(100_000));
    mkdirSync(join(dir, 'empty'));
    mkdirSync(join(dir, 'linked'));
    symlinkSync(join(dir, 'latin.yaml'), join(dir, 'linked', 'out.yaml'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const codes = (paths: string[]) => readWorkspace(dir, paths, dir).diagnostics.map((found) => found.code);

  it('is its strategies in order, its templates and its risk file; droppings are passed over', () => {
    const files = readWorkspace(dir, undefined, dir);
    expect(files.strategies.map((found) => found.path)).toEqual(['strategies.d/a.yml', 'strategies.d/b.yaml']);
    expect(files.templates.map((found) => found.path)).toEqual(['strategies.d/_t.yaml']);
    expect(files.risk?.path).toBe('risk.yaml');
    expect([...files.siblings.keys()].sort()).toEqual(['_t.yaml', 'a.yml', 'b.yaml']);
    expect(files.diagnostics).toEqual([]);
  });
  it('says what cannot be read, and why', () => {
    expect(codes(['nowhere.yaml'])).toEqual(['E001']);
    expect(codes(['big.yaml'])).toEqual(['E002']);
    expect(codes(['latin.yaml'])).toEqual(['E003']);
    expect(codes(['empty'])).toEqual(['E008']);
    expect(codes(['/dev/null'])).toEqual(['E009']);
    expect(codes(['linked'])).toEqual(['E009']);
    expect(readWorkspace(dir, ['empty'], dir).diagnostics[0]?.message).toContain('empty/*.yaml');
  });
  it('has a revision that depends on paths and bytes, not on order', () => {
    const a = { path: 'a', bytes: Buffer.from('1') };
    const b = { path: 'b', bytes: Buffer.from('2') };
    expect(revision([a, b])).toBe(revision([b, a]));
    expect(revision([a])).toMatch(/^[0-9a-f]{64}$/);
    expect(revision([{ path: 'a', bytes: Buffer.from('12') }])).not.toBe(
      revision([{ path: 'a1', bytes: Buffer.from('2') }]),
    );
  });
});
