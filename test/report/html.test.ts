import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant } from '../../engine/market/time.ts';
import { jsonInScript, textInHtml } from '../../engine/report/html/escape.ts';
import { MOST } from '../../engine/report/html/page.ts';
import { resultJson } from '../../engine/report/json.ts';
import type { RunResult } from '../../engine/runtime/result.ts';
import { result, trade } from './hand-made.ts';
import { ASSETS, dataOf, htmlOf, sessions } from './made-page.ts';

interface Data {
  readonly trades: readonly { readonly strategy: string; readonly exitTime: string }[];
  readonly orders: readonly unknown[];
  readonly equity: readonly { readonly equity: string }[];
  readonly page: {
    readonly documents: readonly { readonly path: string; readonly text: string }[];
    readonly trades: { readonly shown: number; readonly of: number };
    readonly candles: readonly {
      readonly symbol: string;
      readonly timeframe: string;
      readonly start: readonly number[];
    }[];
    readonly symbols: { readonly shown: number; readonly of: number };
    readonly openedBy: readonly (string | null)[];
  };
}

const read = (html: string): Data => dataOf(html) as unknown as Data;

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '</SCRIPT ><img src=x onerror=alert(1)>',
  '<!--<script>',
  '-->]]>',
  'a\u2028b\u2029c',
  '"\'&amp;\\u003c',
  '__proto__',
];

describe('escaping', () => {
  it('keeps every value and leaves nothing that ends a script or opens a comment', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE)), (text) => {
        const json = JSON.stringify({ [text]: text });
        const safe = jsonInScript(json);
        expect(safe).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.stringify(JSON.parse(safe))).toBe(json);
      }),
    );
  });

  it('leaves no sign of HTML in a text', () => {
    expect(textInHtml(`<a href="x" title='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
  });

  it.each(HOSTILE)('holds where ids, paths, YAML and words are %j', (text) => {
    const hostile: RunResult = {
      ...result,
      data: { ...result.data, source: text, warnings: [text] },
      strategies: [{ ...result.strategies[0]!, id: text }],
      trades: [{ ...trade, strategy: text, entryRule: text, symbol: 'AAPL' }],
      notActing: [text],
    };
    const documents = [{ path: text, text: `# ${text}\nid: a\n` }];
    const html = htmlOf(hostile, { documents, title: text });
    const data = read(html);
    expect(data.page.documents).toEqual(documents);
    expect(data.trades[0]!.strategy).toBe(text);
    // The two elements of the page itself, and one end of each.
    expect(html.match(/<script/gi)).toHaveLength(2);
    expect(html.match(/<\/script/gi)).toHaveLength(2);
    expect(html).not.toMatch(/<img|<!--|<iframe/i);
  });
});

describe('the page', () => {
  it('asks for nothing, and lets only its own program run', () => {
    const html = htmlOf(result);
    expect(html.startsWith('<!doctype html>')).toBe(true);
    expect(html).not.toMatch(/<link|\ssrc=|@import|url\(|https?:/i);
    const hash = createHash('sha256').update(ASSETS.script).digest('base64');
    expect(html).toContain(`default-src 'none'; script-src 'sha256-${hash}';`);
    expect(html).toContain(`<script>${ASSETS.script}</script>`);
  });

  it('says SYNTHETIC in its title and in the plain text for browsers without programs', () => {
    expect(htmlOf(result)).toContain('<title>SYNTHETIC · Backtest: 2 strategies, 2024-03-05 to 2024-03-12</title>');
    expect(htmlOf(result)).toMatch(
      /<noscript><pre[^>]*>Backtest: 2 strategies[\s\S]*SYNTHETIC MARKET[\s\S]*<\/noscript>/,
    );
    const real = htmlOf({ ...result, data: { ...result.data, synthetic: false, source: 'bars' } });
    expect(real).not.toContain('SYNTHETIC');
  });

  it('holds the JSON report but for the orders', () => {
    const { page, ...data } = read(htmlOf(result, { blockers: [{ strategy: 'a' }] })) as unknown as Record<
      string,
      unknown
    >;
    const json = JSON.parse([...resultJson(result)].join('')) as Record<string, unknown>;
    expect(data).toEqual({ ...json, orders: [], blockers: [{ strategy: 'a' }] });
    expect(page).toMatchObject({ title: 'Backtest', risk: null, trades: { shown: 2, of: 2 } });
  });

  it('names the rule that opened what is still held', () => {
    const [position] = result.openPositions;
    const filled = {
      ...result.orders[0]!,
      strategy: position!.strategy,
      symbol: position!.symbol,
      rule: 'entry.short',
    };
    expect(read(htmlOf({ ...result, orders: [filled] })).page.openedBy).toEqual(['entry.short']);
    expect(read(htmlOf(result)).page.openedBy).toEqual([null]);
  });

  it('never reads the orders of a run that holds nothing', () => {
    const watched = Object.defineProperties({} as RunResult, {
      ...Object.getOwnPropertyDescriptors({ ...result, openPositions: [] }),
      orders: {
        get() {
          throw new Error('read');
        },
        enumerable: true,
      },
    });
    expect(read(htmlOf(watched)).orders).toEqual([]);
  });

  it('refuses a program or a style that would end its own element', () => {
    expect(() => htmlOf(result, {}, { ...ASSETS, script: 'x = "</script>"' })).toThrow(/end of its own element/);
    expect(() => htmlOf(result, {}, { ...ASSETS, style: 'a::after { content: "</style>" }' })).toThrow(/own element/);
  });

  it('is whole for a run without trades, bars or equity, and for one that was stopped before its first bar', () => {
    const breakdown = { byExitReason: [], bySymbol: [], byEntryRule: [], byMonth: [] };
    const none = { ...result, trades: [], openPositions: [], equity: [], breakers: [], strategies: [], breakdown };
    expect(read(htmlOf(none)).trades).toEqual([]);
    const stopped = { ...none, data: { ...result.data, from: instant(0), to: instant(0) } };
    const html = htmlOf(stopped, { bars: new Map([['AAPL', sessions('AAPL', '2024-03-05', 1)]]), traded: ['AAPL'] });
    expect(html).toContain('stopped before its first bar</title>');
    expect(read(html).page.candles).toEqual([]);
  });
});

describe('a long run', () => {
  it('makes a page of some megabytes that says what it left out', { timeout: 60_000 }, () => {
    // Ten years and a month: a million one-minute bars.
    const bars = sessions('AAPL', '2010-01-04', 2_580);
    expect(bars.length).toBeGreaterThan(1_000_000);
    const trades = Array.from({ length: 25_000 }, (_, n) => ({ ...trade, exitTime: instant(trade.exitTime + n) }));
    const long: RunResult = {
      ...result,
      data: { ...result.data, from: instant(bars.start[0]!), to: instant(bars.end[bars.length - 1]!) },
      trades,
      breakdown: { ...result.breakdown, byExitReason: [{ ...result.breakdown.byExitReason[0]!, trades: 25_000 }] },
      equity: Array.from({ length: 40_000 }, (_, n) => ({
        time: instant(1e12 + n * 86_400_000),
        equity: 1e5 + (n % 977),
      })),
      openPositions: [],
    };
    const html = htmlOf(long, { bars: new Map([['AAPL', bars]]), traded: ['AAPL'] });
    expect(html.length).toBeLessThan(16_000_000);
    const { page, equity, trades: kept } = read(html);
    expect(page.trades).toEqual({ shown: MOST.trades, of: 25_000 });
    expect(kept).toHaveLength(MOST.trades);
    expect(kept.at(-1)!.exitTime).toBe(new Date(trades.at(-1)!.exitTime).toISOString());
    expect(equity.length).toBeLessThanOrEqual(MOST.equityPoints);
    expect(page.candles).toHaveLength(1);
    expect(page.candles[0]!.timeframe).toBe('1h');
    expect(page.candles[0]!.start.length).toBeLessThanOrEqual(MOST.candlesOfSymbol);
  });

  it('draws the hundred symbols that traded most', () => {
    const day = sessions('S', '2024-03-05', 1);
    const traded = Array.from({ length: 130 }, (_, n) => `S${n}`);
    const bars = new Map(traded.map((symbol) => [symbol, { ...day, symbol }]));
    const bySymbol = traded.map((key, n) => ({ ...result.breakdown.bySymbol[0]!, key, trades: n }));
    const { page } = read(htmlOf({ ...result, breakdown: { ...result.breakdown, bySymbol } }, { bars, traded }));
    expect(page.symbols).toEqual({ shown: 100, of: 130 });
    expect(page.candles.map(({ symbol }) => symbol)).toEqual(traded.slice(30));
  });
});
