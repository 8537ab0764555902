import type { BrokerDoor, Outcome } from './door.ts';
import type { Fact, OrderReport, Request } from './facts.ts';

export interface SenderOptions {
  readonly door: BrokerDoor;
  /** The entry of this client id is wanted still: no breaker has tripped since, and its price is still news. */
  readonly wanted: (clientId: string) => boolean;
  /** Takes what came of a request. */
  readonly tell: (fact: Fact) => void;
  /** Comes back after so many milliseconds, or never once the sender is closed. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * How long an order is asked for that the broker does not know, ms between tries: a POST may still be on its way when its
 * sender has given it up.
 */
const LOOKS: readonly number[] = [250, 500, 1000, 2000, 4000];
/** ms between tries while nobody answers. */
const SILENCE = 2000;

/** Carries requests to the broker, and what came of them back. Every request comes to a fact, however long it takes. */
export function createSender({ door, wanted, tell, wait }: SenderOptions): {
  send(request: Request): void;
  close(): void;
} {
  let closed = false;

  async function carry(request: Request): Promise<void> {
    const { n } = request;
    switch (request.kind) {
      case 'submit': {
        const { clientId, submission, urgency } = request;
        const ask = urgency === 'entry' ? () => wanted(clientId) : undefined;
        answer(n, await door.submit(clientId, submission, urgency, ask));
        return;
      }
      case 'replace': {
        const { target, kind: _, n: __, urgency: ___, ...change } = request;
        answer(n, await door.replace(target, change));
        return;
      }
      case 'cancel': {
        const outcome = await door.cancel(request.target);
        if (outcome.kind === 'done') say({ kind: 'accepted', request: n });
        else answer(n, outcome);
        return;
      }
      case 'look':
        await look(request);
        return;
    }
  }

  async function look(request: Request & { readonly kind: 'look' }): Promise<void> {
    const { n } = request;
    for (let tries = 0; !closed; ) {
      const outcome = await door.find(request);
      if (outcome.kind === 'done' && outcome.value !== undefined) {
        say({ kind: 'accepted', request: n, order: outcome.value });
        return;
      }
      if (outcome.kind === 'refused') {
        say({ kind: 'refused', request: n, code: outcome.code, message: outcome.message });
        return;
      }
      if (outcome.kind === 'unknown') {
        await wait(SILENCE);
        continue;
      }
      const pause = LOOKS[tries++];
      if (pause === undefined) {
        say({ kind: 'absent', request: n });
        return;
      }
      await wait(pause);
    }
  }

  const say = (fact: Fact): void => {
    if (!closed) tell(fact);
  };

  function answer(request: number, outcome: Outcome<OrderReport | undefined>): void {
    if (outcome.kind === 'done') {
      say({ kind: 'accepted', request, ...(outcome.value === undefined ? {} : { order: outcome.value }) });
    } else if (outcome.kind === 'refused' && outcome.code === 'withdrawn') {
      say({ kind: 'withheld', request });
    } else if (outcome.kind === 'refused') {
      say({ kind: 'refused', request, code: outcome.code, message: outcome.message });
    } else say({ kind: 'unknown', request });
  }

  return {
    send(request) {
      carry(request).catch(() => say({ kind: 'unknown', request: request.n }));
    },
    close() {
      closed = true;
    },
  };
}
