import { execFile } from 'node:child_process';
import { priceFrom } from '../ledger/money.ts';
import { instant } from '../market/time.ts';
import type { WhyAnswer } from '../notify/desk.ts';
import { price } from '../report/amounts.ts';
import { marketTime } from '../report/clock.ts';

/** Milliseconds after which an answer is no longer waited for. */
const PATIENCE = 60_000;

/** What of `engine why --format json` is told. */
interface WhyJson {
  readonly answers: readonly {
    readonly sentence: string | null;
    readonly decision: {
      readonly strategy: string;
      readonly symbol: string;
      readonly at: string;
      readonly close: number | string | null;
      readonly position: { readonly side: string } | null;
      readonly entries: readonly { readonly sentence: string }[];
      readonly exits: readonly { readonly sentence: string }[];
    } | null;
  }[];
}

const answerOf = (json: WhyJson): WhyAnswer[] =>
  json.answers.flatMap(({ sentence, decision }) => {
    if (decision === null) return [];
    const { strategy, symbol, at, close, position, entries, exits } = decision;
    const shown = typeof close === 'number' ? `, close ${price(priceFrom(close))}` : '';
    const rules = [...(position === null ? entries : exits), ...(position === null ? [] : entries)];
    return [
      {
        title: `${strategy} on ${symbol}, ${marketTime(symbol, instant(Date.parse(at)))}${shown}, ${position?.side ?? 'flat'}`,
        sentences: [...(sentence === null ? [] : [sentence]), ...rules.map((rule) => rule.sentence)],
      },
    ];
  });

/**
 * Asks `engine why` about a recorded run that goes on, in a process of its own: to run it again takes a while, and the run must
 * not wait for it.
 * @param where the flags that name workspace, state folder and session
 * @throws Error with the sentence that the command ended with
 */
export const whyInChild = (where: readonly string[], strategy: string, symbol: string): Promise<readonly WhyAnswer[]> =>
  new Promise((resolve, reject) => {
    const words = [process.argv[1]!, 'why', strategy, symbol, ...where, '--format', 'json'];
    execFile(process.execPath, words, { timeout: PATIENCE, maxBuffer: 1 << 26, encoding: 'utf8' }, (error, stdout) => {
      try {
        const json = JSON.parse(stdout) as WhyJson & { readonly error?: { readonly message: string } };
        if (json.error !== undefined) reject(new Error(json.error.message));
        else resolve(answerOf(json));
      } catch {
        const late = error?.killed === true;
        reject(new Error(late ? `no answer within ${PATIENCE / 1_000} s` : 'engine why gave no answer'));
      }
    });
  });
