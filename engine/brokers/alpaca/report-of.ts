import type { BrokerOrder } from '../../alpaca/broker-order.ts';
import type { OrderReport } from './facts.ts';

/** What of an order of Alpaca's the desk looks at. */
export const reportOf = (order: BrokerOrder): OrderReport => ({
  id: order.id,
  clientId: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  type: order.type,
  status: order.status,
  qty: order.qty,
  filled: order.filledQty,
  average: order.filledAvgPrice,
  limit: order.limitPrice,
  stop: order.stopPrice,
  replacedBy: order.replacedBy,
  legs: order.legs.map(reportOf),
});
