import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../engine/market/time.ts';
import type { PageAssets } from '../../engine/report/html/page.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { engine, folder, ROOT } from '../cli/engine.ts';
import { counted, lost, result, trade } from '../report/hand-made.ts';
import { dataOf, htmlOf, sessions } from '../report/made-page.ts';
import { coloursOf, launch, open } from './chromium.ts';

interface Report {
  readonly trades: readonly {
    readonly strategy: string;
    readonly symbol: string;
    readonly pnl: string;
    readonly exitReason: string;
  }[];
  readonly breakers: readonly unknown[];
  readonly openPositions: readonly unknown[];
  readonly metrics: { readonly returnPct: number };
  readonly revision: string;
}

let browser: Browser;
let place: ReturnType<typeof folder>;
let sample = '';
let report: Report;

beforeAll(async () => {
  place = folder();
  browser = await launch();
  sample = join(place.path, 'sample.html');
  const ended = await engine(['backtest', '--format', 'html', '--explain', '--out', sample]);
  expect(ended.code, ended.stderr).toBe(0);
  report = dataOf(readFileSync(sample, 'utf8')) as unknown as Report;
});
afterAll(async () => {
  await browser?.close();
  place.remove();
});

const built = (): PageAssets => ({
  script: readFileSync(join(ROOT, 'dist', 'report-page.js'), 'utf8'),
  style: readFileSync(join(ROOT, 'dist', 'report-page.css'), 'utf8'),
});

/** Opens the page of a result made by hand. */
async function opened(name: string, made: RunResult, more: Parameters<typeof htmlOf>[1] = {}, width = 1600) {
  const path = join(place.path, `${name}.html`);
  writeFileSync(path, htmlOf(made, more, built()));
  return open(browser, path, { width });
}

const rowsOf = (page: Page, part: string): Promise<string[][]> =>
  page
    .locator(`${part} tbody tr`)
    .all()
    .then((rows) => Promise.all(rows.map((row) => row.locator('td').allInnerTexts())));

/** Words of a column of the table's first page. */
async function column(page: Page, part: string, title: string): Promise<string[]> {
  const titles = (await page.locator(`${part} thead th`).allInnerTexts()).map((text) => text.trim());
  const at = titles.indexOf(title);
  expect(at, `${title} in ${titles.join()}`).toBeGreaterThanOrEqual(0);
  return (await rowsOf(page, part)).map((cells) => cells[at]!);
}

const dollarsOf = (text: string): number => Number(text.replace(/[$,+]/g, ''));

/** Moves the pointer over the chart until the bubble says the words; the bubble's text. */
async function hovered(page: Page, words: string): Promise<string> {
  const frame = page.locator('.candles');
  await frame.scrollIntoViewIfNeeded();
  const box = (await frame.boundingBox())!;
  for (let x = 4; x < box.width - 60; x += 3) {
    await page.mouse.move(box.x + x, box.y + box.height / 2);
    const text = await page.locator('.bubble').innerText();
    if (text.includes(words)) return text;
  }
  throw new Error(`the bubble never said: ${words}`);
}

describe('the report of the sample market', () => {
  it.each([
    ['wide and light', 1600, 'light'],
    ['wide and dark', 1600, 'dark'],
    ['narrow and light', 380, 'light'],
    ['narrow and dark', 380, 'dark'],
  ] as const)('%s: opens without a fault, draws its charts, and scrolls one way', async (_, width, colorScheme) => {
    const { page, faults } = await open(browser, sample, { width, colorScheme });
    const curves = await coloursOf(page, '#equity');
    expect(curves).toHaveLength(2);
    expect(Math.min(...curves)).toBeGreaterThan(10);
    // The chart library lays canvases over each other: panes, axes, crosshair.
    expect((await coloursOf(page, '#candles')).filter((colours) => colours > 10).length).toBeGreaterThanOrEqual(3);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = Number(/\d+/.exec(background)![0]) > 127;
    expect(light).toBe(colorScheme === 'light');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('says what it is: synthetic, its trips first, its figures, its revision', async () => {
    const { page } = await open(browser, sample);
    expect(await page.title()).toContain('SYNTHETIC');
    expect(await page.locator('.banner').innerText()).toContain('SYNTHETIC MARKET: made-up prices.');
    for (const part of ['figures', 'equity', 'candles', 'breakdowns', 'trades', 'open', 'blockers', 'assumptions']) {
      expect(await page.locator(`#${part} .tag`).innerText(), part).toBe('SYNTHETIC');
    }
    const order = await page
      .locator('section')
      .evaluateAll((all) => (all as unknown as { id: string }[]).map(({ id }) => id));
    expect(order.slice(0, 2)).toEqual(['breakers', 'figures']);
    expect(await rowsOf(page, '#breakers')).toHaveLength(report.breakers.length);
    expect(await page.locator('#figures .cards').innerText()).toContain(`${report.metrics.returnPct.toFixed(2)} %`);
    expect(await rowsOf(page, '#open')).toHaveLength(report.openPositions.length);
    expect(await page.locator('#assumptions').innerText()).toContain(report.revision);
    expect(await page.locator('#trades header').innerText()).toContain('New York time');
    await page.context().close();
  });

  it('shows every document to the letter', async () => {
    const { page } = await open(browser, sample);
    const texts = await page.locator('#rules pre').allTextContents();
    const paths = await page.locator('#rules summary code').allTextContents();
    expect(paths).toHaveLength(6);
    expect(texts).toEqual(paths.map((path) => readFileSync(join(ROOT, path), 'utf8')));
    expect(await page.locator('#rules pre').first().isVisible()).toBe(false);
    await page.locator('#rules summary').first().click();
    expect(await page.locator('#rules pre').first().isVisible()).toBe(true);
    await page.context().close();
  });

  it('shares one cursor between equity and drawdown', async () => {
    const { page } = await open(browser, sample);
    await page.locator('#equity').scrollIntoViewIfNeeded();
    const before = await page.locator('.readout').innerText();
    const box = (await page.locator('#equity .u-over').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
    await page.waitForFunction(`document.querySelector('.readout').innerText !== ${JSON.stringify(before)}`);
    expect(await page.locator('.readout').innerText()).toMatch(
      /2024-0[4-7]-\d\d\s+equity \$[\d,.]+\s+drawdown [\d.]+ %/,
    );
    const lines = await page
      .locator('#equity .u-cursor-x')
      .evaluateAll((all) => (all as unknown as { style: { transform: string } }[]).map(({ style }) => style.transform));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(lines[1]);
    await page.context().close();
  });

  it('sorts trades by exact amounts, filters them, and turns pages', async () => {
    const { page } = await open(browser, sample);
    expect(await rowsOf(page, '#trades')).toHaveLength(50);
    await page.getByRole('region', { name: 'Trades' }).getByRole('button', { name: 'P&L', exact: true }).click();
    const best = await column(page, '#trades', 'P&L');
    const all = report.trades.map(({ pnl }) => Number(pnl)).sort((a, b) => b - a);
    expect(best.map(dollarsOf)).toEqual(all.slice(0, 50));
    await page.getByRole('region', { name: 'Trades' }).getByRole('button', { name: 'P&L', exact: true }).click();
    expect((await column(page, '#trades', 'P&L')).map(dollarsOf)).toEqual(all.reverse().slice(0, 50));
    await page.locator('#trades').getByRole('button', { name: 'Next' }).click();
    expect((await column(page, '#trades', 'P&L')).map(dollarsOf)).toEqual(all.slice(50, 100));

    await page.locator('#trades').getByLabel('Strategy').selectOption('rsi');
    await page.locator('#trades').getByLabel('Symbol').selectOption('AMZN');
    const wanted = report.trades.filter(({ strategy, symbol }) => strategy === 'rsi' && symbol === 'AMZN');
    expect(wanted.length).toBeGreaterThan(0);
    expect(await column(page, '#trades', 'Symbol')).toEqual(wanted.map(() => 'AMZN'));
    const cents = wanted.reduce((sum, { pnl }) => sum + Math.round(Number(pnl) * 100), 0);
    const sum = await page.locator('#trades .sum').innerText();
    expect(sum).toContain(`${wanted.length} trades`);
    expect(dollarsOf(/P&L (\S+)/.exec(sum)![1]!)).toBe(cents / 100);
    await page.locator('#trades').getByLabel('Ended by').selectOption('take profit');
    expect(await page.locator('#trades tbody').innerText()).toContain('No trade matches the filters.');
    await page.context().close();
  });

  it('chooses a symbol, steps through its trades, and says on hover why each was entered and ended', async () => {
    const { page, faults } = await open(browser, sample);
    await page.locator('#candles').getByLabel('Symbol').selectOption('KO');
    const mine = report.trades.filter(({ symbol }) => symbol === 'KO');
    expect(await page.locator('.place').innerText()).toBe(`${mine.length} trades`);
    await page.getByRole('button', { name: 'Previous trade' }).click();
    expect(await page.locator('.place').innerText()).toBe(`trade ${mine.length} of ${mine.length}`);
    await page.getByRole('button', { name: 'Previous trade' }).click();
    const detail = await page.locator('.detail').innerText();
    expect(detail).toContain(`${mine.at(-2)!.strategy} long`);
    expect(dollarsOf(/([+-]\$[\d,.]+) \(/.exec(detail)![1]!)).toBe(Number(mine.at(-2)!.pnl));
    expect(await hovered(page, 'Entry')).toMatch(
      /open [\d.]+\s+high[\s\S]*Entry · entry\.long\s+buy [\d,]+ @ \$[\d.]+/,
    );
    expect(await hovered(page, 'Exit')).toMatch(
      /Exit · \w+[\s\S]*sell [\d,]+ @ \$[\d.]+\s+P&L [+-]\$[\d.]+\s+mean_reversion/,
    );
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('brings a trade of the table to the chart, from the keyboard too', async () => {
    const { page } = await open(browser, sample, { height: 700 });
    const last = report.trades.at(-1)!;
    const button = page.locator('#trades button.link').first();
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#candles select').inputValue()).toBe(last.symbol);
    expect(await page.locator('.detail').innerText()).toContain(last.strategy);
    expect(await page.evaluate('document.activeElement.className')).toBe('candles');
    const shot = () => page.locator('.candles').screenshot();
    const before = await shot();
    await page.keyboard.press('ArrowLeft');
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    expect((await shot()).equals(before)).toBe(false);
    await page.context().close();
  });
});

describe('a report made by hand', () => {
  const bars = new Map([
    ['AAPL', sessions('AAPL', '2024-03-05', 6)],
    ['BTC/USD', sessions('BTC/USD', '2024-03-05', 6)],
  ]);
  const traded = ['AAPL', 'BTC/USD'];

  it('runs nothing that stands in ids, YAML or paths, and shows it as it is', async () => {
    const text = `</script><script>window.ran = 1</script><img src=x onerror="window.ran = 2"><svg onload=window.ran=3>`;
    const hostile = { ...trade, strategy: text, entryRule: text, exitRule: `exit.${text}`, symbol: 'AAPL' };
    const made: RunResult = {
      ...result,
      ...counted([{ ...hostile, legs: [{ ...trade.legs[0]!, exitRule: `exit.${text}` }] }], []),
      data: { ...result.data, source: text, symbols: ['AAPL', text], warnings: [text] },
      strategies: [{ ...result.strategies[0]!, id: text }],
      breakers: [{ ...result.breakers[0]!, breaker: text, place: text, values: text }],
      openPositions: [{ ...result.openPositions[0]!, strategy: text }],
      notActing: [text],
    };
    const blockers = [
      {
        strategy: text,
        rule: text,
        bars: 10,
        true: 4,
        false: 6,
        unknown: 0,
        clauses: [
          { text, true: 0, false: 10, unknown: 0, alone: 6 },
          { text: 'b', true: 5, false: 5, unknown: 0, alone: 1 },
        ],
        blocked: { [text]: 4 },
        orders: 0,
      },
    ];
    const documents = [{ path: text, text: `${text}\u2028\n` }];
    const { page, faults } = await opened('hostile', made, { documents, blockers, bars, traded });
    await page.getByRole('button', { name: 'Previous trade' }).click();
    expect(await hovered(page, 'Entry')).toContain(text);
    expect(await page.evaluate('window.ran')).toBe(undefined);
    expect(await page.locator('img, svg, iframe, main script').count()).toBe(0);
    for (const part of [
      '.facts',
      '#breakers',
      '#breakdowns',
      '#trades',
      '#open',
      '#blockers',
      '#assumptions',
      '#rules',
    ]) {
      expect(await page.locator(part).first().textContent(), part).toContain(text);
    }
    expect(await page.locator('#rules pre').textContent()).toBe(documents[0]!.text);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('names the clock of each trade where there are two, and keeps every digit', async () => {
    const { page, faults } = await opened('two-clocks', { ...result, ...counted([trade, lost], []) }, { bars, traded });
    expect(await column(page, '#trades', 'Closed')).toEqual(['2024-03-12 18:00 UTC', '2024-03-12 14:00 New York']);
    expect(await column(page, '#trades', 'P&L')).toEqual(['-$153.12625', '+$318.08']);
    expect(await column(page, '#open', 'Entry $')).toEqual(['511.333333333']);
    expect(await page.locator('#breakers tbody').innerText()).toContain('holds');
    expect(await page.locator('#assumptions').innerText()).toContain('looks like a split of 4 for 1');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('has a word for everything that is not there', async () => {
    const breakdown = { byExitReason: [], bySymbol: [], byEntryRule: [], byMonth: [] };
    const none: RunResult = {
      ...result,
      ...counted([], []),
      breakdown,
      metrics: { ...result.metrics, trades: 0, winRatePct: null, profitFactor: null, sharpe: null },
      reasons: { winRatePct: 'no_trades', profitFactor: 'no_trades', sharpe: 'few_returns' },
      data: { ...result.data, from: instant(0), to: instant(0), warnings: [] },
      openPositions: [],
      breakers: [],
      equity: [],
      notActing: [],
      interrupted: true,
    };
    const { page, faults } = await opened('nothing', none, { documents: [] }, 380);
    expect(await page.locator('#breakers').count()).toBe(0);
    const words = await page.locator('main').innerText();
    for (const word of [
      'stopped before its first bar',
      'No circuit breaker tripped.',
      'there is no equity to draw',
      'There are no bars to draw.',
      'No trade was closed. With --explain',
      'Nothing was held at the last bar.',
      'Missing (no trade was closed): win rate, profit factor.',
    ]) {
      expect(words).toContain(word);
    }
    expect(words).not.toMatch(/NaN|undefined|null|Infinity|1970/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('stays quick with 5,000 trades', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => ({
      ...trade,
      strategy: `s${n % 7}`,
      exitTime: instant(trade.exitTime + n),
      pnlPct: (n * 7919) % 1000,
    }));
    const { page, faults } = await opened('many', { ...result, ...counted(many, []) }, { bars, traded });
    expect(await page.locator('#trades tbody tr').count()).toBe(50);
    await page.getByRole('region', { name: 'Trades' }).getByRole('button', { name: 'P&L %' }).click();
    expect((await column(page, '#trades', 'P&L %'))[0]).toBe('+999.00 %');
    await page.locator('#trades').getByLabel('Strategy').selectOption('s3');
    const seventh = many.filter(({ strategy }) => strategy === 's3').length;
    expect(await page.locator('#trades .pager').innerText()).toContain(`1 to 50 of ${seventh}`);
    expect(await page.locator('#candles .place').innerText()).toBe('5,000 trades');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it('shows shadows beside what they are held against, without their trades', async () => {
    const [own] = result.strategies;
    const shadow = { ...own!, id: 'fast', beside: own, trades: [trade], openPositions: [] };
    const made = { ...result, shadows: [shadow] };
    expect(dataOf(htmlOf(made, {}, built()))).toMatchObject({ shadows: [{ id: 'fast', beside: own!.id, trades: [] }] });
    const { page } = await opened('shadows', made);
    expect((await rowsOf(page, '#shadows')).map((row) => row.slice(0, 2))).toEqual([
      ['fast', 'shadow'],
      [own!.id, 'trades beside fast'],
    ]);
    await page.context().close();
  });
});
