import { parseArgs } from 'node:util';
import { type ChaosOutcome, runChaos } from './run.ts';
import type { Schedule } from './schedule.ts';

const HELP = `Usage: npm run chaos -- [options]

  npm run chaos                          200 schedules from seed 1 on
  npm run chaos -- --seed 77 --runs 2000
  npm run chaos -- --seed 77 --runs 1 --verbose

Runs the engine's live run against Alpaca's simulator under a virtual clock. Each seed decides a market, rules, faults of the
line and the broker, kills, a full disk and edits; afterwards the ledger must agree with the simulator's book to the cent, no
order may be there twice, and nothing may have opened after a breaker tripped. Exit code 1 when a seed does not hold.

Options:
  --seed N     the first seed (default: 1)
  --runs M     so many seeds, one after another (default: 200)
  --sockets    requests over HTTP too; without it they are handed over in memory (the sockets are real either way)
  --verbose    what each run was told, asked and heard, and when
  --help       this text
`;

/** Every how many runs the progress is told. */
const EVERY = 50;

/** What a schedule holds, for a person who looks for what broke. */
export const scheduleText = ({ seed, strategies, risk, faults, deeds }: Schedule): string =>
  [
    `seed ${seed}`,
    ...Object.values(strategies),
    risk,
    ...faults.map((fault) =>
      JSON.stringify(fault, (key, value: unknown) => (INSTANTS.has(key) ? timeOf(value) : value)),
    ),
    ...deeds.map((deed) => `${String(timeOf(deed.at))} ${JSON.stringify({ ...deed, at: undefined })}`),
  ].join('\n');

const INSTANTS: ReadonlySet<string> = new Set(['at', 'from', 'until']);
const timeOf = (at: unknown): unknown => (typeof at === 'number' ? new Date(at).toISOString().slice(11, 23) : at);

const failure = (outcome: ChaosOutcome): string =>
  [
    `seed ${outcome.schedule.seed} does NOT hold:`,
    ...outcome.broken.map((one) => `  ${one}`),
    scheduleText(outcome.schedule),
    ...outcome.notices,
    `again: npm run chaos -- --seed ${outcome.schedule.seed} --runs 1 --verbose\n`,
  ].join('\n');

const wholeNumber = (text: string | undefined, usual: number): number | undefined => {
  if (text === undefined) return usual;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
};

/** Runs schedules for a person. Gives the exit code: 0 all held, 1 one did not, 2 the command line. */
export async function runChaosByHand(args: readonly string[]): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  let values: Record<string, string | boolean | undefined>;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        runs: { type: 'string' },
        sockets: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    process.stderr.write(
      `chaos: ${error instanceof Error ? error.message : String(error)}\n  npm run chaos -- --help\n`,
    );
    return 2;
  }
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const seed = wholeNumber(values.seed as string | undefined, 1);
  const runs = wholeNumber(values.runs as string | undefined, 200);
  if (seed === undefined || runs === undefined || runs === 0) {
    process.stderr.write('chaos: --seed and --runs take whole numbers\n  npm run chaos -- --seed 77 --runs 2000\n');
    return 2;
  }
  const failed: number[] = [];
  let orders = 0;
  let restarts = 0;
  for (let n = 0; n < runs; n++) {
    const outcome = await runChaos(seed + n, {
      way: values.sockets === true ? 'sockets' : 'memory',
      trace: values.verbose === true,
    });
    orders += outcome.orders;
    restarts += outcome.restarts;
    if (outcome.broken.length > 0) {
      failed.push(seed + n);
      say(failure(outcome));
    } else if (values.verbose === true) say([scheduleText(outcome.schedule), ...outcome.notices].join('\n'));
    if ((n + 1) % EVERY === 0 && n + 1 < runs) say(`${n + 1} of ${runs} schedules, ${failed.length} did not hold`);
  }
  const end = failed.length === 0 ? 'all held' : `${failed.length} did not hold: seeds ${failed.join(' ')}`;
  say(`${runs} schedules from seed ${seed} (${orders} orders, ${restarts} restarts): ${end}`);
  return failed.length === 0 ? 0 : 1;
}
