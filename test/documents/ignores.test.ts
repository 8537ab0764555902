import { describe, expect, it } from 'vitest';
import { exitOf } from '../../engine/cli/findings.ts';
import { checkWorkspace } from '../../engine/runtime/workspace.ts';

const TEXT = `id: test
symbols: [TEST]
timeframe: 1h
capital: 10000
params:
  spare: 20
entry:
  long:
    when: close > prev(open, 1)
    size:
      purse_pct: 20
exit:
  when: close < prev(open, 1)
`;

const check = (text: string): readonly string[] => found(text).map(({ code }) => code);
const found = (text: string) =>
  checkWorkspace({ dir: import.meta.dirname, stdin: { filename: 'stdin.yaml', text } }).diagnostics;
const noted = (comment: string): string => TEXT.replace('spare: 20', `spare: 20   ${comment}`);
const above = (comment: string): string => TEXT.replace('  spare: 20', `  ${comment}\n  spare: 20`);

describe('a warning that is meant', () => {
  it('is silent with its code and a reason, on its line or the line above', () => {
    expect(check(TEXT)).toEqual(['W324']);
    expect(check(noted('# engine-ignore W324: a sweep sets it'))).toEqual([]);
    expect(check(above('# engine-ignore W324: a sweep sets it'))).toEqual([]);
    expect(exitOf(found(noted('# engine-ignore W324: a sweep sets it')), true)).toBe(0);
    expect(exitOf(found(TEXT), true)).toBe(3);
  });

  it('is not silent for another code, line or file part', () => {
    expect(check(noted('# engine-ignore W330: a sweep sets it'))).toEqual(['W324', 'W398']);
    expect(check(`# engine-ignore W324: a sweep sets it\n${TEXT}`)).toEqual(['W398', 'W324']);
  });

  it('needs a code and a reason', () => {
    for (const comment of ['# engine-ignore', '# engine-ignore W324', '# engine-ignore W324:', '# engine-ignore: why'])
      expect(check(noted(comment)), comment).toEqual(['W324', 'W399']);
    expect(check(noted('# engine-ignore W999: no such code'))).toEqual(['W324', 'W399']);
  });

  it('is never an error', () => {
    const wrong = TEXT.replace('close > prev(open, 1)', 'close > pre(open, 1)   # engine-ignore E202: no');
    expect(check(wrong)).toEqual(expect.arrayContaining(['W399', 'E202']));
  });

  it('is told when it is no longer drawn, unless only a run could draw it', () => {
    const used = TEXT.replace('prev(open, 1)\n    size', 'prev(open, 1) + spare\n    size');
    expect(check(used)).toEqual([]);
    expect(check(used.replace('spare: 20', 'spare: 20 # engine-ignore W324: kept'))).toEqual(['W398']);
    expect(check(used.replace('capital: 10000', 'capital: 10000 # engine-ignore W386: meant'))).toEqual([]);
  });

  it('is a comment, not a text', () => {
    const quoted = TEXT.replace('id: test', 'id: test\ndescription: "see # engine-ignore W324: no comment"');
    expect(check(quoted)).toEqual(['W324']);
  });
});
