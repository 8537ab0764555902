import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../engine/cli/backtest.ts';
import type { CommandContext } from '../../engine/cli/command.ts';
import { styleOf } from '../../engine/report/style.ts';
import { dataOf } from '../report/made-page.ts';
import { engine, folder } from './engine.ts';
import { waves } from './waves.ts';

const STRATEGY = `id: cross
description: Crosses of the close and its average.
symbols:
  - SPY
timeframe: 1h
capital: 20000
entry:
  long:
    when: close > sma(close, 5)
    size:
      purse_pct: 50
exit:
  rules:
    - id: back
      when: close < sma(close, 5)
`;

let place: ReturnType<typeof folder>;
let cwd = '';

beforeAll(() => {
  place = folder();
  cwd = place.path;
  mkdirSync(join(cwd, 'strategies.d'));
  mkdirSync(join(cwd, 'bars'));
  writeFileSync(join(cwd, 'strategies.d', 'cross.yaml'), STRATEGY);
  writeFileSync(join(cwd, 'bars', 'SPY.csv'), waves(60));
});
afterAll(() => place.remove());

const page = ['backtest', '--data', 'bars', '--format', 'html'];

describe('backtest --format html', () => {
  it('writes one page, with the YAML to the letter and the figures of the JSON report', async () => {
    const ended = await engine([...page, '--explain', '--out', 'report.html'], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('wrote report.html');
    const html = readFileSync(join(cwd, 'report.html'), 'utf8');
    const { page: own, ...data } = dataOf(html);
    const json = JSON.parse(
      (await engine(['backtest', '--data', 'bars', '--explain', '--format', 'json'], { cwd })).stdout,
    );
    expect(json.trades.length).toBeGreaterThan(5);
    expect({ ...data, seconds: 0 }).toEqual({ ...json, seconds: 0, orders: [] });
    expect(own).toMatchObject({
      documents: [{ path: 'strategies.d/cross.yaml', text: STRATEGY }],
      risk: null,
      candles: [{ symbol: 'SPY', timeframe: '1h' }],
    });
    expect(html).not.toMatch(/<link|<script[^>]*\ssrc=|@import/i);
    expect(html).toContain('Copyright (c) 2022 Leon Sorokin');
    expect(html).toContain('TradingView Lightweight Charts');
  });

  it('goes through a pipe', async () => {
    const ended = await engine(page, { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it('is not poured on a terminal', async () => {
    const style = styleOf(false);
    const context: CommandContext = {
      positionals: [],
      flags: { format: 'html', workspace: cwd },
      terminal: {
        outTty: true,
        errTty: true,
        errRedraws: false,
        width: 80,
        errWidth: 80,
        style,
        errStyle: style,
        out: () => {},
        err: () => {},
        stream: async () => {},
        wrapsPushCursor: false,
        errSize: () => ({ columns: 80, rows: 24 }),
        onResize: () => () => {},
        lay: () => {},
        leave: () => {},
        gone: () => false,
        onGone: () => {},
      },
      interruption: () => new AbortController().signal,
    };
    await expect(run(context)).rejects.toMatchObject({
      exit: 2,
      message: '--format html writes a page for a browser, not for a terminal',
      help: 'write it to a file: --out report.html',
    });
  });

  it('leaves the file as it was when there is nothing to report, and stdout empty', async () => {
    writeFileSync(join(cwd, 'kept.html'), 'before');
    writeFileSync(join(cwd, 'wrong.yaml'), STRATEGY.replace('close > sma', 'clsoe > sma'));
    const ended = await engine([...page, 'wrong.yaml', '--out', 'kept.html'], { cwd });
    expect([ended.code, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toContain('E201');
    expect(readFileSync(join(cwd, 'kept.html'), 'utf8')).toBe('before');
    const nowhere = await engine([...page, '--out', 'nowhere/report.html'], { cwd });
    expect([nowhere.code, existsSync(join(cwd, 'nowhere'))]).toEqual([2, false]);
    expect(nowhere.stderr).toContain('cannot write nowhere/report.html: its folder does not exist');
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('names documents from the folder they stand in, wherever that is', async () => {
    const ended = await engine(['backtest', '--format', 'html', '--workspace', cwd, '--data', join(cwd, 'bars')]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(dataOf(ended.stdout).page).toMatchObject({ documents: [{ path: 'strategies.d/cross.yaml' }] });
  });
});
