import { type Answer, isOutcomeUnknown, type Refusal } from '../../alpaca/refusal.ts';
import type { AlpacaRest } from '../../alpaca/rest.ts';
import type { BrokerDoor, Outcome } from './door.ts';
import { reportOf } from './report-of.ts';

/**
 * Nobody can say whether it was done: also when too many requests were sent, or the keys are no longer taken, for then the
 * question what became of it is open as well.
 */
const isOpen = (refusal: Refusal): boolean =>
  isOutcomeUnknown(refusal) || refusal.kind === 'rate_limited' || refusal.kind === 'unauthorized';

function outcomeOf<T, U>(answer: Answer<T>, read: (value: T) => U): Outcome<U> {
  if ('ok' in answer) return { kind: 'done', value: read(answer.ok) };
  const { refusal } = answer;
  return isOpen(refusal)
    ? { kind: 'unknown', message: refusal.message }
    : { kind: 'refused', code: refusal.kind, message: refusal.message };
}

/** Alpaca's REST as trading calls it. */
export const restDoor = (rest: AlpacaRest): BrokerDoor => ({
  async submit(clientId, submission, urgency, wanted) {
    const { symbol, side, type, qty, timeInForce, limit, stop, extendedHours, orderClass, takeProfit, stopLoss } =
      submission;
    // The limit of a pair is that of its take-profit leg.
    const ticket = {
      clientOrderId: clientId,
      symbol,
      side,
      type,
      qty,
      timeInForce,
      limitPrice: orderClass === 'oco' ? undefined : limit,
      stopPrice: stop,
      extendedHours: extendedHours ? true : undefined,
      orderClass: orderClass === 'simple' ? undefined : orderClass,
      takeProfit,
      stopLoss: stopLoss === undefined ? undefined : { stop: stopLoss },
    };
    return outcomeOf(await rest.submit(ticket, urgency, wanted), reportOf);
  },
  replace: async (target, { clientId, limit, stop }) =>
    outcomeOf(
      await rest.replace(target, { clientOrderId: clientId, limitPrice: limit, stopPrice: stop }, 'exit'),
      reportOf,
    ),
  cancel: async (target) => outcomeOf(await rest.cancel(target), () => undefined),
  async find({ target, clientId }) {
    const answer =
      target === undefined ? await rest.orderByClientId(clientId ?? '', 'exit') : await rest.order(target, 'exit');
    if ('refusal' in answer && answer.refusal.kind === 'not_found') return { kind: 'done', value: undefined };
    return outcomeOf(answer, reportOf);
  },
  openOrders: async () => outcomeOf(await rest.orders({ status: 'open' }), (orders) => orders.map(reportOf)),
  positions: async () => outcomeOf(await rest.positions(), (positions) => positions),
});
