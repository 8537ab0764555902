import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddress } from '../../../engine/runtime/control/address.ts';
import { askEngine } from '../../../engine/runtime/control/client.ts';
import { commandFrom, writtenCommand } from '../../../engine/runtime/control/operator-command.ts';
import { LONGEST_REQUEST, PROTOCOL } from '../../../engine/runtime/control/protocol.ts';
import {
  type ControlHandlers,
  type ControlOptions,
  type ControlServer,
  isServed,
  serveControl,
} from '../../../engine/runtime/control/server.ts';
import { runs, seed } from '../../core/plain-rules.ts';
import { fakeHandlers, rawClient, STAND, STATUS, stateFolder } from './raw.ts';

const SINCE = '2026-11-25T17:41:02.123Z';

let place: ReturnType<typeof stateFolder>;
const servers: ControlServer[] = [];
const loops: NodeJS.Timeout[] = [];
const impostors: Server[] = [];

beforeEach(() => {
  place = stateFolder();
});
afterEach(async () => {
  for (const loop of loops.splice(0)) clearInterval(loop);
  for (const server of servers.splice(0)) await server.close();
  for (const server of impostors.splice(0)) server.close();
  place.remove();
});

async function serve(
  handlers: ControlHandlers = fakeHandlers(),
  more: Partial<ControlOptions> = {},
  folder = place.path,
): Promise<ControlServer> {
  const server = await serveControl({ folder, handlers, since: SINCE, ...more });
  servers.push(server);
  return server;
}

/** A run that looks at its commands every few milliseconds. */
function keepsUp(server: ControlServer): void {
  loops.push(
    setInterval(() => {
      void server.carryOut();
    }, 2),
  );
}

const line = (request: Record<string, unknown>): string =>
  `${JSON.stringify({ v: PROTOCOL, id: '1', arguments: {}, ...request })}\n`;

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the control socket', () => {
  it('is for this user alone, wherever it lies', async () => {
    const { address } = await serve();
    expect(mode(address.socket)).toBe(0o600);
    expect(mode(dirname(address.socket))).toBe(0o700);
    expect(mode(place.path)).toBe(0o700);
    expect(mode(join(place.path, 'control.json'))).toBe(0o600);
    expect(readAddress(place.path)).toEqual({ socket: address.socket, pid: process.pid, since: SINCE });
    expect(dirname(dirname(address.socket))).toBe(place.path);
  });

  it('finds a short place where the path of the state folder is too long for one', async () => {
    const deep = join(place.path, 'ü'.repeat(60));
    const server = await serve(fakeHandlers(), {}, deep);
    const { socket } = server.address;
    expect(Buffer.byteLength(socket)).toBeLessThan(104);
    expect(mode(dirname(socket))).toBe(0o700);
    keepsUp(server);
    expect(await askEngine(deep, { command: 'status' })).toEqual({ kind: 'done', at: STAND, result: STATUS });
    await server.close();
    expect(existsSync(dirname(socket))).toBe(false);
    expect(await askEngine(deep, { command: 'status' })).toEqual({ kind: 'absent' });
  });

  it('takes the place of one that a dead engine left, and refuses where a living one answers', async () => {
    const first = await serve();
    const left = readFileSync(join(place.path, 'control.json'), 'utf8');
    await expect(serve()).rejects.toSatisfy(isServed);
    await first.close();
    expect(existsSync(join(place.path, 'control.json'))).toBe(false);
    // As after kill -9: address and socket are there, and nobody listens.
    writeFileSync(join(place.path, 'control.json'), left);
    writeFileSync(first.address.socket, '');
    expect(await askEngine(place.path, { command: 'status' })).toEqual({ kind: 'absent' });
    const second = await serve();
    keepsUp(second);
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'done' });
  });

  it('leaves the address of another engine alone when it closes', async () => {
    const first = await serve();
    const other = JSON.stringify({ socket: '/nowhere/else', pid: 1, since: SINCE });
    writeFileSync(join(place.path, 'control.json'), other);
    await first.close();
    expect(readFileSync(join(place.path, 'control.json'), 'utf8')).toBe(other);
  });

  it('is not trusted in a folder that others may enter', async () => {
    const { address } = await serve();
    chmodSync(dirname(address.socket), 0o755);
    expect(await askEngine(place.path, { command: 'status' })).toEqual({ kind: 'forbidden', pid: process.pid });
  });
});

describe('requests', () => {
  it('wait for the run, wake it, and are answered with where it stood', async () => {
    const handlers = fakeHandlers();
    let woken = 0;
    const server = await serve(handlers, {
      wake: () => {
        woken++;
      },
    });
    const asked = askEngine(place.path, {
      command: 'pause',
      arguments: { strategy: 'ema', reason: ' lunch\u001b[2J\n ' },
    });
    while (woken === 0) await sleep(1);
    expect(handlers.asked).toEqual([]);
    expect(server.waiting).toBe(true);
    expect(server.carryOut()).toBeUndefined();
    expect(handlers.asked).toEqual([
      { kind: 'operate', act: 'pause', place: { scope: 'strategy', name: 'ema' }, reason: 'lunch [2J' },
    ]);
    expect(await asked).toEqual({
      kind: 'done',
      at: STAND,
      result: { trips: [], standing: null, cancelled: 0, closing: 0, holding: [] },
    });
  });

  it('of two at once are done one after the other, a journal write between them', async () => {
    const order: string[] = [];
    const server = await serve(
      fakeHandlers({
        async command(command) {
          order.push(`begin ${command.reason}`);
          await sleep(5);
          order.push(`end ${command.reason}`);
          return { kind: 'done', trips: [], standing: undefined, cancelled: 0, closing: 0, holding: [] };
        },
      }),
    );
    const a = rawClient(server.address.socket);
    const b = rawClient(server.address.socket);
    a.socket.write(
      line({ command: 'pause', arguments: { reason: '1' } }) +
        line({ id: '2', command: 'halt', arguments: { reason: '2' } }),
    );
    await sleep(20);
    b.socket.write(line({ command: 'resume', arguments: { reason: '3' } }));
    await sleep(20);
    await server.carryOut();
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    expect([(await a.next()).id, (await a.next()).id, (await b.next()).ok]).toEqual(['1', '2', true]);
    a.socket.destroy();
    b.socket.destroy();
  });

  it('that work beside the bars hold nobody up', async () => {
    let finish = (): void => {};
    const server = await serve(
      fakeHandlers({
        reload: () =>
          new Promise((resolve) => {
            finish = () => resolve({ outcome: 'unchanged', revision: 'abc', pending: null, losses: [], lines: [] });
          }),
      }),
    );
    keepsUp(server);
    const reload = askEngine(place.path, { command: 'reload', timeoutMs: 300, workMs: 5_000 });
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'done' });
    await sleep(400);
    finish();
    expect(await reload).toMatchObject({ kind: 'done', result: { outcome: 'unchanged' } });
  });

  it('that this run cannot do, or that fail, are answered', async () => {
    const server = await serve(
      fakeHandlers({
        command() {
          throw new Error('out of order');
        },
      }),
    );
    keepsUp(server);
    expect(await askEngine(place.path, { command: 'approve', arguments: { revision: 'abcdef0' } })).toMatchObject({
      kind: 'refused',
      error: { code: 'unsupported' },
    });
    expect(await askEngine(place.path, { command: 'pause' })).toMatchObject({
      kind: 'refused',
      error: { code: 'fault', message: 'out of order' },
    });
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'done' });
  });

  it('of a client that has gone are not done', async () => {
    const handlers = fakeHandlers();
    const server = await serve(handlers);
    const client = rawClient(server.address.socket);
    client.socket.write(line({ command: 'halt' }));
    while (!server.waiting) await sleep(1);
    client.socket.destroy();
    while (server.waiting) await sleep(1);
    await server.carryOut();
    expect(handlers.asked).toEqual([]);
  });

  it('that wait when the engine stops hear of it', async () => {
    const server = await serve();
    const asked = askEngine(place.path, { command: 'pause' });
    while (!server.waiting) await sleep(1);
    await server.close();
    expect(await asked).toMatchObject({ kind: 'refused', error: { code: 'stopping' } });
  });

  it('without an answer in time are said to have none', async () => {
    await serve();
    expect(await askEngine(place.path, { command: 'status', timeoutMs: 50 })).toEqual({
      kind: 'silent',
      pid: process.pid,
      milliseconds: 50,
      begun: false,
    });
  });
});

describe('what is no request', () => {
  it.each([
    ['text', 'hello\n', 'request'],
    ['a list', '[1]\n', 'request'],
    ['null', 'null\n', 'request'],
    ['another version', line({ v: 2, command: 'status' }), 'version'],
    ['an unknown command', line({ command: 'selfdestruct' }), 'unknown'],
    ['a command of the language', line({ command: 'constructor' }), 'unknown'],
    ['an argument that is no text', line({ command: 'pause', arguments: { strategy: 1 } }), 'request'],
    ['an end that is no time', line({ command: 'pause', until: 'tomorrow' }), 'request'],
    ['what should have been done before', line({ command: 'pause', until: 1_000 }), 'late'],
    ['arguments that are a list', line({ command: 'pause', arguments: ['ema'] }), 'request'],
    ['an argument too many', line({ command: 'pause', arguments: { force: 'yes' } }), 'request'],
    ['two places', line({ command: 'pause', arguments: { strategy: 'a', symbol: 'B' } }), 'request'],
    ['a reset of nothing', line({ command: 'reset', arguments: { reason: 'x' } }), 'request'],
    ['a reset without a reason', line({ command: 'reset', arguments: { breaker: 'x', reason: ' \t ' } }), 'request'],
  ])('%s is answered, changes nothing, and the next is heard', async (_, text, code) => {
    const handlers = fakeHandlers();
    const server = await serve(handlers);
    keepsUp(server);
    const client = rawClient(server.address.socket);
    client.socket.write(text);
    expect(await client.next()).toMatchObject({ v: PROTOCOL, ok: false, error: { code } });
    client.socket.write(line({ id: '7', command: 'status' }));
    expect(await client.next()).toMatchObject({ id: '7', ok: true });
    expect(handlers.asked).toEqual([]);
    client.socket.destroy();
  });

  it('a line without an end is refused once it is too long, and its client let go', async () => {
    const server = await serve();
    const client = rawClient(server.address.socket);
    client.socket.write('x'.repeat(LONGEST_REQUEST + 1));
    expect(await client.next()).toMatchObject({ ok: false, error: { code: 'request' } });
    await client.closed;
    expect(server.waiting).toBe(false);
  });

  it('a request in many pieces is one', async () => {
    const server = await serve();
    keepsUp(server);
    const client = rawClient(server.address.socket);
    for (const letter of line({ command: 'status' })) {
      client.socket.write(letter);
      await sleep(1);
    }
    expect(await client.next()).toMatchObject({ ok: true });
    client.socket.destroy();
  });

  it(`any bytes at all end nothing (seed ${seed})`, async () => {
    const handlers = fakeHandlers();
    const server = await serve(handlers);
    keepsUp(server);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const client = rawClient(server.address.socket);
        client.socket.end(bytes);
        await client.closed;
      }),
      { seed, numRuns: runs(50), endOnFailure: true },
    );
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'done' });
    expect(handlers.asked).toEqual([]);
  });
});

describe('clients that are slow, many or mute', () => {
  it('are let go when they say nothing, or read nothing', async () => {
    const limits = { patienceMs: 50, unread: 200_000, perClient: 1_000, waiting: 1_000 };
    const server = await serve(fakeHandlers(), { limits });
    keepsUp(server);
    const mute = rawClient(server.address.socket);
    await mute.closed;
    const deaf = rawClient(server.address.socket);
    deaf.socket.pause();
    const gone = new Promise<void>((resolve) => {
      deaf.socket.on('error', () => resolve());
      deaf.socket.on('close', () => resolve());
    });
    const text = line({ command: 'status' }).repeat(400);
    for (let n = 0; n < 5 && !deaf.socket.destroyed; n++) {
      deaf.socket.write(text);
      await sleep(10);
    }
    // It is dropped although it never reads: writing to it fails.
    const prod = setInterval(() => deaf.socket.write('\n'), 5);
    loops.push(prod);
    await gone;
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'done' });
  });

  it('do not fill the queue', async () => {
    const server = await serve(fakeHandlers(), { limits: { perClient: 2 } });
    const client = rawClient(server.address.socket);
    client.socket.write(line({ command: 'status' }).repeat(3));
    expect(await client.next()).toMatchObject({ error: { code: 'busy' } });
    await server.carryOut();
    expect([(await client.next()).ok, (await client.next()).ok]).toEqual([true, true]);
    client.socket.destroy();
  });

  it('beyond the number that is served are turned away', async () => {
    const server = await serve(fakeHandlers(), { limits: { clients: 1 } });
    keepsUp(server);
    const one = rawClient(server.address.socket);
    one.socket.write(line({ command: 'status' }));
    await one.next();
    expect(await askEngine(place.path, { command: 'status' })).toMatchObject({ kind: 'broken' });
    one.socket.destroy();
    await one.closed;
  });
});

describe('a client', () => {
  /** Something that listens where an engine should, and says this. */
  async function impostor(says: string): Promise<void> {
    const { address } = await serve();
    await servers.pop()!.close();
    mkdirSync(dirname(address.socket), { recursive: true, mode: 0o700 });
    writeFileSync(join(place.path, 'control.json'), JSON.stringify(address));
    const server = createServer((socket) => socket.end(says));
    await new Promise<void>((resolve) => server.listen(address.socket, resolve));
    impostors.push(server);
  }

  it.each(['', 'hello\n', '{"id":1}\n', '{"id":"1","ok":true}\n', 'x'.repeat(100)])(
    'takes %j for no answer',
    async (says) => {
      await impostor(says);
      expect(await askEngine(place.path, { command: 'status' })).toEqual({ kind: 'broken', pid: process.pid });
    },
  );
});

describe('commands as texts', () => {
  it('come back as they were written', () => {
    for (const name of ['pause', 'resume', 'flatten', 'halt'] as const) {
      for (const given of [{}, { strategy: 'ema' }, { symbol: 'SPY', reason: 'because' }]) {
        const command = commandFrom(name, given);
        if (typeof command === 'string') throw new Error(command);
        expect(writtenCommand(command)).toEqual({ name, arguments: given });
      }
    }
    const reset = commandFrom('reset', { breaker: 'loss', strategy: 'ema', reason: 'why' });
    if (typeof reset === 'string') throw new Error(reset);
    expect(reset).toEqual({ kind: 'reset', breaker: 'loss', place: { scope: 'strategy', name: 'ema' }, reason: 'why' });
    expect(writtenCommand(reset)).toEqual({
      name: 'reset',
      arguments: { breaker: 'loss', strategy: 'ema', reason: 'why' },
    });
  });
});

describe('a question from inside the process', () => {
  it('waits among those of the socket, is done between two bars, and gets the same answer', async () => {
    const handlers = fakeHandlers({ reload: () => Promise.reject(new Error('no files')) });
    const server = await serve(handlers);
    let woken = 0;
    const waking = await serve(handlers, { wake: () => woken++ }, join(place.path, 'other'));
    const asked = server.ask({ command: 'pause', arguments: { strategy: 'rsi', reason: 'x' } });
    const status = server.ask({ command: 'status', arguments: {} });
    expect([server.waiting, handlers.asked]).toEqual([true, []]);
    await server.carryOut();
    expect(await asked).toMatchObject({ ok: true, at: STAND, result: { trips: [], cancelled: 0 } });
    expect(await status).toMatchObject({ ok: true, result: STATUS });
    expect(handlers.asked).toHaveLength(1);
    void waking.ask({ command: 'status', arguments: {} });
    expect(woken).toBe(1);
  });

  it('is refused as they are: wrong, late, failed, stopping', async () => {
    const server = await serve(fakeHandlers({ reload: () => Promise.reject(new Error('no files')) }));
    const wrong = server.ask({ command: 'pause', arguments: { place: 'x' } });
    const late = server.ask({ command: 'halt', arguments: {}, until: 1 });
    const failed = server.ask({ command: 'reload', arguments: {} });
    await server.carryOut();
    const code = async (answer: ReturnType<ControlServer['ask']>): Promise<string | undefined> => {
      const given = await answer;
      return given.ok ? undefined : given.error.code;
    };
    expect(await Promise.all([wrong, late, failed].map(code))).toEqual(['request', 'late', 'fault']);
    const waiting = server.ask({ command: 'status', arguments: {} });
    await server.close();
    expect(await code(waiting)).toBe('stopping');
    expect(await code(server.ask({ command: 'status', arguments: {} }))).toBe('stopping');
  });
});
