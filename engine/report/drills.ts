import type { DrillResult } from '../runtime/drills/drill.ts';
import { counted } from './amounts.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

const WORDS = { ok: 'ok  ', failed: 'FAIL', not_drilled: '-   ' } as const;

/** One breaker's drill in a few lines: the verdict, what tripped it, what it stopped and how it lets go. */
function drillLines(result: DrillResult, width: number, style: Style): string[] {
  const tint = result.verdict === 'ok' ? style.green : result.verdict === 'failed' ? style.red : style.dim;
  const told: string[] = [];
  if (result.trip !== undefined) {
    const { values, heldBack } = result.trip;
    told.push(`${result.path}: tripped on bar ${result.bars} (${values})`);
    told.push(`held back ${counted(heldBack, 'entry', 'entries')}; ${result.letGo}`);
  }
  if (result.problem !== undefined) told.push(result.problem);
  return [
    `  ${tint(WORDS[result.verdict])}  ${style.bold(result.breaker)}  ${style.dim(result.when)}`,
    ...told.flatMap((line) => wrap(line, Math.max(20, width - 8)).map((part) => `        ${part}`)),
  ];
}

/** All drills, and a line that sums them up. */
export function drillsText(results: readonly DrillResult[], width: number, style: Style): string {
  const failed = results.filter(({ verdict }) => verdict === 'failed').length;
  const drilled = results.filter(({ verdict }) => verdict !== 'not_drilled').length;
  const sum =
    failed === 0
      ? style.green(`${counted(drilled, 'breaker')} tripped, held and let go as declared`)
      : style.red(`${failed} of ${counted(drilled, 'breaker')} failed`);
  const left = results.length - drilled;
  return `${[
    style.bold('Drills of circuit breakers, on made-up prices'),
    ...results.flatMap((result) => drillLines(result, width, style)),
    '',
    `${sum}${left === 0 ? '' : `; ${left} not drilled`}`,
  ].join('\n')}\n`;
}

/** The same for machines. */
export const drillsJson = (results: readonly DrillResult[]): string =>
  `${JSON.stringify(
    {
      schemaVersion: 1,
      passed: results.every(({ verdict }) => verdict !== 'failed'),
      drills: results.map(({ breaker, when, verdict, path, trip, bars, letGo, problem }) => ({
        breaker,
        when,
        verdict,
        path: path ?? null,
        trippedOnBar: trip === undefined ? null : bars,
        values: trip?.values ?? null,
        heldBack: trip?.heldBack ?? null,
        letGo: letGo ?? null,
        problem: problem ?? null,
      })),
    },
    undefined,
    1,
  )}\n`;
