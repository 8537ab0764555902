import type { Asset } from '../../alpaca/answers.ts';
import type { AlpacaRest } from '../../alpaca/rest.ts';
import type { Ruleset } from '../../compiler/ruleset.ts';
import { isCrypto } from '../../market/calendars.ts';
import { counted } from '../../report/amounts.ts';
import { listed } from '../../report/wrap.ts';
import { refusalWords } from '../alpaca-access.ts';
import { judgeOf, type Tell } from './item.ts';
import { needsOf, type SymbolNeeds } from './rules.ts';

const { ok, warn, fail } = judgeOf('alpaca');

/** From so many symbols on, all assets are asked for at once: some megabytes instead of a request each. */
const MANY = 40;

/** Asset of each symbol; undefined: there is none such. */
type Assets = ReadonlyMap<string, Asset | undefined>;

const assetsFor = async (
  rest: AlpacaRest,
  symbols: readonly string[],
): Promise<{ readonly assets: Assets } | { readonly words: string; readonly help: string | undefined }> => {
  const found = new Map<string, Asset | undefined>();
  const trouble = (
    refusal: Parameters<typeof refusalWords>[0],
  ): { readonly words: string; readonly help: string | undefined } => {
    const { says, help } = refusalWords(refusal);
    return { words: says, help };
  };
  if (symbols.length >= MANY) {
    for (const [assetClass, members] of [
      ['us_equity', symbols.filter((symbol) => !isCrypto(symbol))],
      ['crypto', symbols.filter(isCrypto)],
    ] as const) {
      if (members.length === 0) continue;
      const answer = await rest.assets(assetClass);
      if ('refusal' in answer) return trouble(answer.refusal);
      const known = new Map(answer.ok.map((asset) => [asset.symbol, asset]));
      for (const symbol of members) found.set(symbol, known.get(symbol));
    }
    return { assets: found };
  }
  const answers = await Promise.all(symbols.map((symbol) => rest.asset(symbol)));
  for (const [i, answer] of answers.entries()) {
    if ('ok' in answer) found.set(symbols[i]!, answer.ok);
    else if (answer.refusal.kind === 'not_found' || answer.refusal.kind === 'not_tradable')
      found.set(symbols[i]!, undefined);
    else return trouble(answer.refusal);
  }
  return { assets: found };
};

interface Complaint {
  readonly says: (symbols: string, many: boolean) => string;
  readonly help: string;
  readonly grave: boolean;
  readonly of: (needs: SymbolNeeds, asset: Asset | undefined) => boolean;
}

/** What can be wrong with a symbol, the gravest first; each symbol is told once. */
const COMPLAINTS: readonly Complaint[] = [
  {
    says: (symbols, many) => `Alpaca knows no ${many ? 'assets' : 'asset'} ${symbols}`,
    help: 'look at the spelling; pairs of coins are written with a stroke: BTC/USD',
    grave: true,
    of: (_, asset) => asset === undefined,
  },
  {
    says: (symbols, many) => `${symbols} ${many ? 'are' : 'is'} traded no more`,
    help: 'take it out of the strategies, or write its new symbol',
    grave: true,
    of: (_, asset) => asset?.active === false,
  },
  {
    says: (symbols) => `${symbols} cannot be traded at Alpaca`,
    help: 'take it out of the strategies',
    grave: true,
    of: ({ traded }, asset) => traded && asset?.tradable === false,
  },
  {
    says: (symbols) => `${symbols} cannot be sold short`,
    help: 'take entry.short out for it; orders would be refused',
    grave: true,
    of: ({ short }, asset) => short && asset?.shortable === false,
  },
  {
    says: (symbols) => `${symbols} takes whole shares only, and a strategy orders a part of one`,
    help: 'write a whole number in size.shares',
    grave: true,
    of: ({ fractional, symbol }, asset) => fractional && !isCrypto(symbol) && asset?.fractionable === false,
  },
  {
    says: (symbols, many) => `${symbols} ${many ? 'are' : 'is'} hard to borrow: shorts may be refused`,
    help: 'expect refusals, or take entry.short out for it',
    grave: false,
    of: ({ short }, asset) => short && asset?.easyToBorrow === false,
  },
];

/** Symbols of one sentence. */
const SHOWN = 8;

/** Whether each symbol of the rules is there, and may be traded as the rules trade it. */
export const checkSymbols = async (rest: AlpacaRest, ruleset: Ruleset, tell: Tell): Promise<void> => {
  const needs = needsOf(ruleset);
  const found = await assetsFor(rest, ruleset.symbols);
  if ('words' in found) {
    tell(fail('symbols', 'Symbols', found.words, found.help ?? 'try again'));
    return;
  }
  const told = new Set<string>();
  for (const { says, help, grave, of } of COMPLAINTS) {
    const guilty = needs
      .filter((need) => !told.has(need.symbol) && of(need, found.assets.get(need.symbol)))
      .map(({ symbol }) => symbol);
    if (guilty.length === 0) continue;
    for (const symbol of guilty) told.add(symbol);
    const names =
      guilty.length > SHOWN ? `${guilty.slice(0, SHOWN).join(', ')} and ${guilty.length - SHOWN} more` : listed(guilty);
    tell((grave ? fail : warn)('symbols', 'Symbols', says(names, guilty.length > 1), help));
  }
  if (told.size === 0) {
    tell(
      ok('symbols', 'Symbols', `${counted(needs.length, 'symbol')}, all there and tradable as the rules trade them`),
    );
  }
};
