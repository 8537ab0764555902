import type { Difference } from '../brokers/alpaca/reconcile.ts';
import type { LinkNotice } from '../runtime/live/alpaca-link.ts';

/** How loud a notice is, the word that it begins with, and its sentence. */
export interface NoticeWords {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly text: string;
}

const differenceWords = (difference: Difference): string => {
  switch (difference.kind) {
    case 'position':
      return `${difference.symbol}: the ledger has ${difference.ours} shares, the account ${difference.theirs}`;
    case 'foreign_order':
      return `${difference.symbol}: order ${difference.id} (${difference.side}) is not this engine's`;
    case 'stray_order':
      return `${difference.symbol}: order ${difference.clientId} is of another run of this engine`;
  }
};

/** A notice of a connected run in words. */
export function noticeWords(notice: LinkNotice): NoticeWords {
  switch (notice.kind) {
    case 'bars':
      return {
        level: notice.state === 'live' ? 'info' : notice.state === 'refused' ? 'error' : 'warn',
        event: 'bars',
        text: `bars ${notice.state}: ${notice.words}`,
      };
    case 'warning':
      return { level: 'warn', event: 'warning', text: notice.words };
    case 'account':
      return {
        level: notice.state === 'ready' ? 'info' : notice.state === 'refused' ? 'error' : 'warn',
        event: 'account',
        text: `account ${notice.state}: ${notice.words}`,
      };
    case 'differs': {
      const held =
        notice.entries === 'held'
          ? 'nothing is entered until they agree, or `reconciliation: ignore` stands in risk.yaml'
          : 'the run goes on';
      return {
        level: notice.entries === 'held' ? 'error' : 'warn',
        event: 'account_differs',
        text: `the account is not as the ledger has it (${notice.differences.map(differenceWords).join('; ')}): ${held}`,
      };
    }
    case 'agrees':
      return { level: 'info', event: 'account_agrees', text: 'account and ledger agree again' };
    case 'quarantined':
      return {
        level: 'warn',
        event: 'bar_quarantined',
        text: `a bar of ${notice.symbol} was set aside: ${notice.cause}`,
      };
    case 'unclaimed_fill':
      return {
        level: 'error',
        event: 'unclaimed_fill',
        text: `the broker ${notice.side === 'buy' ? 'bought' : 'sold'} ${notice.qty} ${notice.symbol} that no rule asked for`,
      };
    case 'guard_refused':
      return {
        level: 'warn',
        event: 'guard_refused',
        text: `the broker would not hold the protection of ${notice.strategy} ${notice.symbol} (${notice.reason}): it is watched bar by bar`,
      };
  }
}
