import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../engine/compiler/compile.ts';
import type { Change, Meaning } from '../../engine/compiler/meaning/change.ts';
import { meaningOf } from '../../engine/compiler/meaning/meaning.ts';
import type { Ruleset } from '../../engine/compiler/ruleset.ts';
import { parseRisk, parseStrategy } from '../../engine/documents/load.ts';
import { rulesetOf, rulesetUnder } from '../core/rules.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The files that the engine ships, by name: text of each strategy, and of `risk.yaml`. */
export const SHIPPED: ReadonlyMap<string, string> = new Map([
  ...readdirSync(join(ROOT, 'strategies.d'))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name): [string, string] => [name, readFileSync(join(ROOT, 'strategies.d', name), 'utf8')]),
  ['risk.yaml', readFileSync(join(ROOT, 'risk.yaml'), 'utf8')],
]);

/** The ruleset of files, or undefined when one of them has an error. */
export function compiled(files: ReadonlyMap<string, string>, revision = 'r'): Ruleset | undefined {
  const strategies = [...files].filter(([name]) => name !== 'risk.yaml');
  const documents = strategies.map(([path, text]) => parseStrategy({ path: `strategies.d/${path}`, text }).document);
  const risk = files.get('risk.yaml');
  const parsed = risk === undefined ? undefined : parseRisk({ path: 'risk.yaml', text: risk }).document;
  if (documents.includes(undefined) || (risk !== undefined && parsed === undefined)) return undefined;
  return compile({ strategies: documents.map((one) => one!), risk: parsed, revision }).ruleset?.();
}

/** What the edit of a strategy means: one text against another. */
export const edited = (before: string, after: string): Meaning => meaningOf(rulesetOf(before), rulesetOf(after));

/** The same of `risk.yaml`, under one strategy that trades nothing of note. */
export const editedRisk = (before: string, after: string): Meaning =>
  meaningOf(rulesetUnder(before, PLAIN), rulesetUnder(after, PLAIN));

/** `kind path before → after`, one a line. */
export const told = ({ changes }: Meaning): string[] => changes.map(line);

const line = ({ kind, path, before, after }: Change): string =>
  `${kind} ${path} ${before ?? ''} → ${after ?? ''}`.trim();

export const PLAIN = `id: plain
symbols: [AAPL, MSFT]
timeframe: 1h
capital: 20000
params:
  slow: 26
  floor_at: 30
  stop: 2
indicators:
  ma: ema(close, slow)
  strength: rsi(14)
conditions:
  weak: strength < floor_at
entry:
  long:
    when:
      all:
        - close > ma
        - weak
    size:
      purse_pct: 20
exit:
  rules:
    - id: strong
      when: strength > 70
    - id: half
      when: close > 2 * open
      portion: 50
  stop_loss:
    pct: stop
  take_profit:
    - pct: 3
      portion: 50
    - pct: 6
  trailing_stop:
    pct: 3
    activate_at_pct: 2
  break_even:
    at_pct: 2
  time_stop: 48 bars
`;

/** The text with one piece of it replaced; throws when it does not stand there exactly once. */
export function swap(text: string, ...pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((whole, [from, to]) => {
    if (whole.split(from).length !== 2)
      throw new Error(`\`${from}\` stands there ${whole.split(from).length - 1} times`);
    return whole.replace(from, () => to);
  }, text);
}
