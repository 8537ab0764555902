import { isCrypto } from '../../../engine/market/calendars.ts';
import { type Amount, amount } from './amount.ts';
import { uuidOf } from './identity.ts';

/** What can be traded, with the figures that rules ask for. */
export interface Asset {
  readonly id: string;
  /** As orders and data write it: `SPY`, `BTC/USD`. */
  readonly symbol: string;
  readonly class: 'us_equity' | 'crypto';
  readonly exchange: string;
  readonly name: string;
  readonly active: boolean;
  readonly tradable: boolean;
  readonly fractionable: boolean;
  readonly marginable: boolean;
  readonly shortable: boolean;
  /** Smallest step of a coin's quantity and price. */
  readonly increment: Amount;
}

/** What a test may say about an asset that is not as usual. */
export type AssetTraits = Partial<Pick<Asset, 'active' | 'tradable' | 'fractionable' | 'marginable' | 'shortable'>>;

export function assetOf(symbol: string, traits: AssetTraits = {}): Asset {
  const coin = isCrypto(symbol);
  return {
    id: uuidOf(`asset ${symbol}`),
    symbol,
    class: coin ? 'crypto' : 'us_equity',
    exchange: coin ? 'OTC' : 'ARCA',
    name: coin ? `${symbol} pair` : `${symbol} simulated stock`,
    active: true,
    tradable: true,
    fractionable: true,
    marginable: !coin,
    shortable: !coin,
    increment: amount(coin ? '0.000000001' : '1'),
    ...traits,
  };
}

/** As positions write it: coins without the slash. */
export const positionSymbol = (asset: Asset): string => asset.symbol.replace('/', '');

/** The asset of a JSON answer (`/v2/assets`). Alpaca's file knows no exchange of coins; they answer as OTC. */
export function assetJson(asset: Asset): object {
  const equity = asset.class === 'us_equity';
  return {
    id: asset.id,
    class: asset.class,
    exchange: asset.exchange,
    symbol: asset.symbol,
    name: asset.name,
    status: asset.active ? 'active' : 'inactive',
    tradable: asset.tradable,
    marginable: asset.marginable,
    shortable: asset.shortable,
    easy_to_borrow: asset.shortable,
    borrow_status: asset.shortable ? 'easy_to_borrow' : 'hard_to_borrow',
    fractionable: asset.fractionable,
    attributes: [],
    ...(equity
      ? { maintenance_margin_requirement: 30, margin_requirement_long: '30', margin_requirement_short: '30' }
      : { min_order_size: '0.000000001', min_trade_increment: '0.000000001', price_increment: '0.000000001' }),
  };
}
