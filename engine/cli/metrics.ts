import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { JOURNAL } from '../journal/open.ts';
import { cashToNumber } from '../ledger/cash.ts';
import { countOrders } from '../ledger/order-log.ts';
import { EXPOSITION_TYPE, exposition, type Family } from '../report/metrics/exposition.ts';
import { processFamilies, runFamilies } from '../report/metrics/run-families.ts';
import type { Session } from '../runtime/session.ts';
import { ENGINE_VERSION } from '../runtime/version.ts';
import type { RunView } from '../runtime/view.ts';
import { failure } from './exit.ts';

/** Metrics of a run, for a Prometheus on this machine. */
export interface RunMetrics {
  /** `http://127.0.0.1:9464/metrics`. */
  readonly url: string;
  /** Where the run that is told of stands; another one takes its place. */
  attach(stand: { readonly view: () => RunView | undefined; readonly session: () => Session | undefined }): void;
  /** A bar of a live feed came after its minute was decided. */
  late(): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Names that a browser or a scraper of this machine calls us by; any other is somebody's trick with names. */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/** @throws Failure for what is no port */
export const readPort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw failure(`--metrics cannot be \`${text}\``, 'write a port: --metrics 9464 (0: any free one)');
  return port;
};

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

/** Bytes of the journal and of what SQLite keeps beside it. */
const journalBytes = (folder: string): number | undefined => {
  const path = join(folder, JOURNAL);
  const main = sizeOf(path);
  return main === 0 ? undefined : main + sizeOf(`${path}-wal`);
};

/** ms between two looks at the loop; what it comes late by is beyond that. */
const RESOLUTION = 20;

const watchLoop = (): {
  readonly lag: () => Parameters<typeof processFamilies>[0]['lag'];
  readonly end: () => void;
} => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  const beyond = (nanoseconds: number): number =>
    Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - RESOLUTION / 1000) : 0;
  return {
    lag: () => ({
      quantiles: [0.5, 0.9, 0.99, 1].map((one) => [one, beyond(histogram.percentile(one * 100))] as const),
      sum: beyond(histogram.mean) * histogram.count,
      count: histogram.count,
    }),
    end: () => histogram.disable(),
  };
};

const answerTo = (request: IncomingMessage, response: ServerResponse, text: () => string): void => {
  const say = (status: number, words: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : words);
  };
  if (!OWN_HOST.test(request.headers.host ?? '')) say(403, 'this server answers to 127.0.0.1 only\n');
  else if (request.method !== 'GET' && request.method !== 'HEAD') say(405, 'GET it\n');
  else if ((request.url ?? '').split('?')[0] !== '/metrics') say(404, 'metrics are at /metrics\n');
  else say(200, text(), EXPOSITION_TYPE);
};

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        failure(
          `--metrics ${port}: ${inUse ? 'another program listens on that port' : `cannot listen there (${error.code})`}`,
          'name another port; --metrics 0 takes any free one',
        ),
      );
    });
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });

/**
 * Answers scrapes on this machine alone, from where the run stands between two of its steps.
 * @param folder the state folder, whose journal is measured; undefined: nothing is kept
 * @throws Failure (exit 2) when the port is taken
 */
export const openMetrics = async (port: number, folder: string | undefined): Promise<RunMetrics> => {
  const loop = watchLoop();
  const startedAt = Date.now() / 1000 - process.uptime();
  const run = {
    view: (): RunView | undefined => undefined,
    session: (): Session | undefined => undefined,
    late: 0,
  };
  const families = (): Family[] => {
    const { user, system } = process.cpuUsage();
    const view = run.view();
    const session = run.session();
    const all = processFamilies({
      version: ENGINE_VERSION,
      node: process.versions.node,
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startedAt,
      lag: loop.lag(),
    });
    if (view === undefined || session === undefined) return all;
    const { core, book } = session;
    return [
      ...runFamilies(view, {
        cash: cashToNumber(book.state.cash, 0),
        orders: countOrders(core.orderLog),
        trips: core.trips.length,
        journalBytes: folder === undefined ? undefined : journalBytes(folder),
        lateBars: run.late,
        now: Date.now(),
      }),
      ...all,
    ];
  };
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) =>
    answerTo(request, response, () => exposition(families())),
  );
  server.maxConnections = 16;
  const taken = await listening(server, port);
  // Whoever scrapes keeps no run from ending.
  server.unref();
  return {
    url: `http://${HOST}:${taken}/metrics`,
    attach(stand) {
      run.view = stand.view;
      run.session = stand.session;
    },
    late() {
      run.late++;
    },
    async close() {
      loop.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};
