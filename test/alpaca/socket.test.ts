import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSocket, type LinkEvents, type SocketState } from '../../engine/alpaca/socket.ts';
import { failureOf, STREAM_ERRORS } from '../../engine/alpaca/stream-errors.ts';
import '../properties.ts';
import { virtualClock } from '../virtual-clock.ts';

const START = Date.parse('2026-11-23T14:30:00Z');

interface Dialled {
  readonly events: LinkEvents;
  readonly at: number;
  pings: number;
  ended: boolean;
  dropped: boolean;
}

/** A socket over connections that say what the test has them say; the dice always show the middle. */
function dialling(dice: () => number = () => 0.5) {
  const clock = virtualClock(START);
  const links: Dialled[] = [];
  const told: { state: SocketState; words: string; at: number; retryMs: number | undefined }[] = [];
  const socket = createSocket({
    clock,
    dice,
    dial(events) {
      const link: Dialled = { events, at: clock.now(), pings: 0, ended: false, dropped: false };
      links.push(link);
      return {
        ping: () => {
          link.pings++;
        },
        end: () => {
          link.ended = true;
        },
        drop: () => {
          link.dropped = true;
        },
      };
    },
    told: (state, words, retryMs) => told.push({ state, words, at: clock.now() - START, retryMs }),
  });
  return { clock, links, told, socket, last: () => links.at(-1)! };
}

/** Takes the keys and confirms the subscription. */
function live(link: Dialled): void {
  link.events.authenticated();
  link.events.ready();
}

describe('a connection', () => {
  it('is live when everything is confirmed, not when the keys are taken', () => {
    const { socket, last } = dialling();
    socket.open();
    last().events.authenticated();
    expect(socket.state).toBe('connecting');
    last().events.ready();
    expect(socket.state).toBe('live');
  });

  it('that never takes the keys is given up after 10 seconds', () => {
    const { socket, clock, links, told } = dialling();
    socket.open();
    links[0]!.events.heard();
    clock.advance(9_999);
    expect(links).toHaveLength(1);
    clock.advance(1);
    const words = 'no word on the keys within 10 seconds';
    expect(told.at(-1)).toEqual({ state: 'waiting', at: 10_000, words, retryMs: 1_000 });
    clock.advance(1_000);
    expect(links).toHaveLength(2);
    expect(socket.reconnects).toBe(1);
  });

  it('that never confirms the subscription is given up', () => {
    const { socket, clock, links, told } = dialling();
    socket.open();
    links[0]!.events.authenticated();
    clock.advance(4_000);
    links[0]!.events.heard();
    clock.advance(6_000);
    expect(told.at(-1)?.words).toContain('the subscription was not confirmed');
  });

  it('whose other end is gone is found out by a ping', () => {
    const { socket, clock, links } = dialling();
    socket.open();
    live(links[0]!);
    clock.advance(10_000);
    expect(links[0]!.pings).toBe(1);
    links[0]!.events.heard();
    clock.advance(10_000);
    expect(socket.state).toBe('live');
    expect(links[0]!.pings).toBe(2);
    clock.advance(5_000);
    expect(socket.state).toBe('waiting');
    expect(links[0]!.ended).toBe(true);
    clock.advance(1_000);
    expect(links[0]!.dropped).toBe(true);
  });

  it('that ended is not heard any more', () => {
    const { socket, clock, links, told } = dialling();
    socket.open();
    live(links[0]!);
    links[0]!.events.closed();
    clock.advance(1_000);
    const before = told.length;
    links[0]!.events.ready();
    links[0]!.events.failed(failureOf('auth failed'));
    links[0]!.events.closed();
    expect(told).toHaveLength(before);
    expect(links).toHaveLength(2);
  });
});

describe('another try', () => {
  it('comes after a pause that doubles up to a minute, for ever', () => {
    const { socket, clock, links } = dialling();
    socket.open();
    const pauses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const failed = clock.now();
      links.at(-1)!.events.closed();
      clock.advance(clock.next - clock.now());
      while (links.length < i + 2) clock.advance(clock.next - clock.now());
      pauses.push(links.at(-1)!.at - failed);
    }
    expect(pauses.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(new Set(pauses.slice(6))).toEqual(new Set([60_000]));
  });

  it('is soon again once a connection has lived half a minute, not when it only came about', () => {
    const { socket, clock, links, told } = dialling();
    socket.open();
    for (let i = 0; i < 3; i++) {
      live(links.at(-1)!);
      links.at(-1)!.events.closed();
      clock.advance(2 ** i * 1_000);
    }
    live(links.at(-1)!);
    clock.advance(10_000);
    links.at(-1)!.events.heard();
    clock.advance(10_000);
    links.at(-1)!.events.heard();
    clock.advance(10_000);
    links.at(-1)!.events.heard();
    links.at(-1)!.events.closed();
    expect(told.at(-1)?.retryMs).toBe(1_000);
  });

  it('varies by a fifth either way', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (die) => {
        const { socket, clock, links } = dialling(() => die);
        socket.open();
        links[0]!.events.closed();
        clock.advance(799);
        expect(links).toHaveLength(1);
        clock.advance(401);
        expect(links).toHaveLength(2);
      }),
    );
  });

  it.each([
    ['connection limit exceeded', 406],
    ['Unexpected server response: 429', 429],
  ])('waits 90 seconds at least after: %s', (text, code) => {
    for (const die of [0, 0.99]) {
      const { socket, clock, links, told } = dialling(() => die);
      socket.open();
      links[0]!.events.failed(failureOf(text));
      expect(failureOf(text)).toMatchObject({ kind: 'busy', code });
      expect(told.at(-1)?.state).toBe('waiting');
      clock.advance(89_999);
      expect(links).toHaveLength(1);
      clock.advance(18_001);
      expect(links[1]!.at - START).toBe(90_000 * (1 + 0.2 * die));
    }
  });

  it.each(['auth failed', 'insufficient subscription', 'insufficient scope', 'Unexpected server response: 401'])(
    'is made every five minutes only, and told as refused, after: %s',
    (text) => {
      const { socket, clock, links, told } = dialling();
      socket.open();
      links[0]!.events.failed(failureOf(text));
      expect(socket.state).toBe('refused');
      clock.advance(299_999);
      expect(links).toHaveLength(1);
      clock.advance(1);
      expect(links).toHaveLength(2);
      expect(socket.state).toBe('refused');
      live(links[1]!);
      expect(told.map(({ state }) => state)).toEqual(['connecting', 'refused', 'live']);
    },
  );
});

describe('closing', () => {
  it('says good-bye and waits for the answer', async () => {
    const { socket, clock, links } = dialling();
    socket.open();
    live(links[0]!);
    const closed = socket.close();
    expect(links[0]!.ended).toBe(true);
    links[0]!.events.closed();
    await closed;
    expect(links[0]!.dropped).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('does not wait longer than a second for a server that does not answer', async () => {
    const { socket, clock, links } = dialling();
    socket.open();
    live(links[0]!);
    const closed = socket.close();
    clock.advance(1_000);
    await closed;
    expect(links[0]!.dropped).toBe(true);
  });

  it('ends a pause too, and opening begins anew', async () => {
    const { socket, clock, links } = dialling();
    socket.open();
    links[0]!.events.closed();
    await socket.close();
    clock.advance(600_000);
    expect(links).toHaveLength(1);
    socket.open();
    expect(links).toHaveLength(2);
    expect(socket.reconnects).toBe(0);
  });
});

describe('errors of the server', () => {
  it('are all known by the words in which the SDK hands them on', () => {
    for (const { code, text, kind } of STREAM_ERRORS) expect(failureOf(text)).toMatchObject({ code, kind });
    expect(failureOf('auth failed', 402).kind).toBe('refused');
    expect(failureOf('something new')).toEqual({ kind: 'lost', code: undefined, words: 'something new' });
    expect(failureOf('failed to process message: x').words).toContain('could not be read');
    expect(failureOf('Unexpected server response: 503')).toMatchObject({ kind: 'lost', code: 503 });
  });

  it('that are harmless end nothing', () => {
    const { socket, links } = dialling();
    socket.open();
    live(links[0]!);
    links[0]!.events.failed(failureOf('already authenticated'));
    expect(socket.state).toBe('live');
  });
});

describe('whatever happens', () => {
  it('there is one connection at most, and always a way on until it is closed', () => {
    const step = fc.constantFrom(
      'heard',
      'authenticated',
      'ready',
      'closed',
      'lost',
      'busy',
      'refused',
      'wait',
      'long',
      'restart',
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { socket, clock, links } = dialling();
        socket.open();
        for (const one of steps) {
          const { events } = links.at(-1)!;
          if (one === 'heard' || one === 'authenticated' || one === 'ready' || one === 'closed') events[one]();
          else if (one === 'lost') events.failed(failureOf('internal error'));
          else if (one === 'busy') events.failed(failureOf('connection limit exceeded'));
          else if (one === 'refused') events.failed(failureOf('auth failed'));
          else if (one === 'restart') socket.restart('asked');
          else clock.advance(one === 'wait' ? 3_000 : 120_000);
          const before = links.slice(0, -1);
          expect(before.every(({ ended }) => ended)).toBe(true);
        }
        for (let tries = 0; socket.state !== 'live' && tries < 100; tries++) {
          if (links.at(-1)!.ended || socket.state !== 'connecting') clock.advance(clock.next - clock.now());
          if (!links.at(-1)!.ended) live(links.at(-1)!);
        }
        expect(socket.state).toBe('live');
      }),
    );
  });
});
