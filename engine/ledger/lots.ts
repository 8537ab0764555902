import { type Money, NO_MONEY, type Qty, shareOf } from './money.ts';

/** What one opening fill bought (or sold short) and still holds; both amounts shrink as it is closed. */
export interface Lot {
  qty: Qty;
  /** Notional of `qty`: price × quantity, commission apart. Kept instead of a price, so that splits lose nothing. */
  cost: Money;
  /** Part of the opening commission that rests on `qty`. */
  commission: Money;
}

/** What `takeFifo` took. */
export interface Taken {
  cost: Money;
  commission: Money;
}

/**
 * Takes `qty` from the oldest lots into `taken`. A part of a lot takes its share of the cost rounded towards zero,
 * the rest stays with the lot: the sum over all parts is exact.
 * @throws Error when the lots hold less than `qty`
 */
export const takeFifo = (lots: Lot[], qty: Qty, taken: Taken): void => {
  taken.cost = NO_MONEY;
  taken.commission = NO_MONEY;
  let left: bigint = qty;
  let used = 0;
  while (left > 0n) {
    const lot = lots[used];
    if (lot === undefined) throw new Error('more was closed than the lots hold');
    if (lot.qty <= left) {
      left -= lot.qty;
      taken.cost = (taken.cost + lot.cost) as Money;
      taken.commission = (taken.commission + lot.commission) as Money;
      used++;
    } else {
      const cost = shareOf(lot.cost, left, lot.qty);
      const commission = shareOf(lot.commission, left, lot.qty);
      lot.qty = (lot.qty - left) as Qty;
      lot.cost = (lot.cost - cost) as Money;
      lot.commission = (lot.commission - commission) as Money;
      taken.cost = (taken.cost + cost) as Money;
      taken.commission = (taken.commission + commission) as Money;
      left = 0n;
    }
  }
  for (; used > 0; used--) lots.shift();
};
