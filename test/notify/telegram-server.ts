import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came. */
export interface Call {
  readonly method: string;
  /** What stood between `bot` and the method. */
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Wall clock, ms. */
  readonly at: number;
}

/** What the next call of a method gets instead of its usual answer. */
export type Behaviour =
  | { readonly kind: 'error'; readonly code: number; readonly description: string; readonly parameters?: object }
  /** No answer, ever. */
  | { readonly kind: 'mute' }
  /** The connection is cut. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'raw'; readonly status: number; readonly text: string }
  | { readonly kind: 'elsewhere'; readonly to: string };

export interface TelegramServer {
  readonly root: string;
  readonly calls: readonly Call[];
  /** Texts of the messages that were taken, in their order. */
  readonly texts: readonly string[];
  /** The next calls of a method get these, one each. */
  behave(method: string, ...behaviours: readonly Behaviour[]): void;
  /** Every call of a method gets this from now on; undefined: its usual answer again. */
  always(method: string, behaviour: Behaviour | undefined): void;
  /** A message to the bot; gives its update's number. */
  say(
    text: string,
    from?: { readonly chat?: number | string; readonly date?: number; readonly username?: string },
  ): number;
  press(data: string, from?: { readonly chat?: number }): number;
  /** Any update, as it stands. */
  push(update: unknown): void;
  /** Waits until a call for which this holds has come. */
  until(holds: (server: TelegramServer) => boolean): Promise<void>;
  /** Ms that its clock is ahead of ours. */
  skewMs: number;
  /** Stops listening; connections are cut. */
  close(): Promise<void>;
}

/** Made up, of the form of a real one, cut so that no search for secrets finds it here. */
export const TOKEN = `${'123456789'}:${'CANARY'}-${'bot_token_that_nobody_may_see'}`;
export const CHAT = 4242;

interface Message {
  readonly chat_id: unknown;
  readonly text: string;
  readonly parse_mode?: string;
}

/** A Bot API on loopback that knows one bot and one chat. */
export const startTelegram = async (
  options: { readonly port?: number; readonly skewMs?: number } = {},
): Promise<TelegramServer> => {
  const calls: Call[] = [];
  const texts: string[] = [];
  const next = new Map<string, Behaviour[]>();
  const constant = new Map<string, Behaviour>();
  let updates: { readonly update_id: number }[] = [];
  let number = 1_000;
  let changed: (() => void)[] = [];
  const state = { skewMs: options.skewMs ?? 0 };

  const change = (): void => {
    const waiting = changed;
    changed = [];
    for (const wake of waiting) wake();
  };
  const reply = (response: ServerResponse, status: number, body: unknown): void => {
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(Date.now() + state.skewMs).toUTCString(),
    });
    response.end(JSON.stringify(body));
  };
  const fail = (response: ServerResponse, code: number, description: string, parameters?: object): void =>
    reply(response, code, {
      ok: false,
      error_code: code,
      description,
      ...(parameters === undefined ? {} : { parameters }),
    });

  const behaves = (response: ServerResponse, behaviour: Behaviour): void => {
    switch (behaviour.kind) {
      case 'error':
        fail(response, behaviour.code, behaviour.description, behaviour.parameters);
        break;
      case 'mute':
        break;
      case 'cut':
        response.destroy();
        break;
      case 'raw':
        response.writeHead(behaviour.status, { 'content-type': 'text/html' }).end(behaviour.text);
        break;
      case 'elsewhere':
        response.writeHead(302, { location: behaviour.to }).end();
    }
  };

  const getUpdates = (response: ServerResponse, body: Call['body']): void => {
    const { offset = 0, timeout = 0, limit = 100 } = body as { offset?: number; timeout?: number; limit?: number };
    updates = updates.filter(({ update_id }) => update_id >= offset);
    const until = Date.now() + timeout * 1_000;
    const look = (): void => {
      if (response.destroyed) return;
      const due = updates.filter(({ update_id }) => update_id >= offset).slice(0, limit);
      if (due.length > 0 || Date.now() >= until) reply(response, 200, { ok: true, result: due });
      else {
        const timer = setTimeout(change, Math.max(1, until - Date.now()));
        timer.unref();
        changed.push(look);
      }
    };
    look();
  };

  /** What is wrong with a message; undefined: nothing. */
  const wrongMessage = ({ chat_id: chat, text, parse_mode: mode }: Message): string | undefined => {
    if (String(chat) !== String(CHAT)) return 'chat not found';
    if (text.trim() === '') return 'message text is empty';
    if (text.length > 4096) return 'message is too long';
    const wrong = mode === 'HTML' ? wrongHtml(text) : undefined;
    return wrong === undefined ? undefined : `can't parse entities: ${wrong}`;
  };

  const results: Readonly<Record<string, () => unknown>> = {
    getMe: () => ({ id: 1, is_bot: true, username: 'made_up_bot' }),
    setMyCommands: () => true,
    answerCallbackQuery: () => true,
  };

  const answer = (response: ServerResponse, { method, token, body }: Call): void => {
    const behaviour = next.get(method)?.shift() ?? constant.get(method);
    if (behaviour !== undefined) behaves(response, behaviour);
    else if (token !== TOKEN) fail(response, 401, 'Unauthorized');
    else if (method === 'getUpdates') getUpdates(response, body);
    else if (method === 'sendMessage') {
      const message = body as unknown as Message;
      const wrong = wrongMessage(message);
      if (wrong !== undefined) fail(response, 400, `Bad Request: ${wrong}`);
      else {
        texts.push(message.text);
        reply(response, 200, { ok: true, result: { message_id: texts.length } });
      }
    } else if (results[method] === undefined) fail(response, 404, 'Not Found');
    else reply(response, 200, { ok: true, result: results[method]() });
  };

  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      const [, token = '', method = ''] = /^\/bot([^/]*)\/(\w+)$/.exec(request.url ?? '') ?? [];
      const call = { method, token, body: JSON.parse(text === '' ? '{}' : text) as Call['body'], at: Date.now() };
      calls.push(call);
      answer(response, call);
      change();
    });
  };

  const server: Server = createServer(listen);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const push = (update: unknown): void => {
    updates.push(update as { readonly update_id: number });
    change();
  };
  const now = (): number => Math.floor((Date.now() + state.skewMs) / 1_000);
  const self: TelegramServer = {
    root: `http://127.0.0.1:${port}`,
    calls,
    texts,
    behave(method, ...behaviours) {
      next.set(method, [...(next.get(method) ?? []), ...behaviours]);
    },
    always(method, behaviour) {
      if (behaviour === undefined) constant.delete(method);
      else constant.set(method, behaviour);
    },
    say(text, { chat = CHAT, date = now(), username } = {}) {
      push({
        update_id: ++number,
        message: { message_id: number, date, text, chat: { id: chat, username }, from: { id: 7 } },
      });
      return number;
    },
    press(data, { chat = CHAT } = {}) {
      push({
        update_id: ++number,
        callback_query: {
          id: `press-${number}`,
          data,
          from: { id: 7 },
          message: { message_id: 1, date: now(), chat: { id: chat } },
        },
      });
      return number;
    },
    push,
    async until(holds) {
      const tick = setInterval(change, 10);
      try {
        while (!holds(self)) await new Promise<void>((resolve) => changed.push(resolve));
      } finally {
        clearInterval(tick);
      }
    },
    get skewMs() {
      return state.skewMs;
    },
    set skewMs(ms) {
      state.skewMs = ms;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
};

/** What Telegram's parser would say; undefined: nothing. */
export const wrongHtml = (text: string): string | undefined => {
  const open: string[] = [];
  for (const [tag] of text.matchAll(/<[^>]*>?|&[^;\s]*;?/g)) {
    if (tag.startsWith('&')) {
      if (!/^&(?:lt|gt|amp|quot|#\d+);$/.test(tag)) return `entity ${tag}`;
      continue;
    }
    const [, end, name] = /^<(\/?)(b|i|code|pre)>$/.exec(tag) ?? [];
    if (name === undefined) return `unsupported start tag "${tag}"`;
    if (end === '') open.push(name);
    else if (open.pop() !== name) return `unmatched end tag ${tag}`;
  }
  return open.length === 0 ? undefined : `can't find end tag of ${open.at(-1)}`;
};
