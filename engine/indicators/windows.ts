import { sma } from './average/sma.ts';
import { vwma } from './average/vwma.ts';
import type { IndicatorEntry } from './entry.ts';
import { barsSince } from './memory/bars-since.ts';
import { change } from './memory/change.ts';
import { changePct } from './memory/change-pct.ts';
import { count } from './memory/count.ts';
import { crosses } from './memory/crosses.ts';
import { crossesAbove } from './memory/crosses-above.ts';
import { crossesBelow } from './memory/crosses-below.ts';
import { falling } from './memory/falling.ts';
import { prev } from './memory/prev.ts';
import { rising } from './memory/rising.ts';
import { valueWhen } from './memory/value-when.ts';
import { stoch } from './momentum/stoch.ts';
import { stochrsi } from './momentum/stochrsi.ts';
import { willr } from './momentum/willr.ts';
import { heikinAshi } from './price/heikin-ashi.ts';
import { vwap } from './session/vwap.ts';
import { correlation } from './statistics/correlation.ts';
import { highest } from './statistics/highest.ts';
import { lowest } from './statistics/lowest.ts';
import { md } from './statistics/md.ts';
import { percentRank } from './statistics/percent-rank.ts';
import { stddev } from './statistics/stddev.ts';
import { standardError } from './statistics/stderr.ts';
import { sum } from './statistics/sum.ts';
import { variance } from './statistics/var.ts';
import { zscore } from './statistics/zscore.ts';
import { aroon } from './trend/aroon.ts';
import { aroonosc } from './trend/aroonosc.ts';
import { ichimoku } from './trend/ichimoku.ts';
import { supertrend } from './trend/supertrend.ts';
import { bbands } from './volatility/bbands.ts';
import { donchian } from './volatility/donchian.ts';
import { keltner } from './volatility/keltner.ts';

/** The indicators of windows, what tulind lacks, and the functions with memory. */
export const WINDOW_ENTRIES: readonly IndicatorEntry[] = [
  sma,
  vwma,
  sum,
  stddev,
  variance,
  standardError,
  md,
  zscore,
  percentRank,
  correlation,
  highest,
  lowest,
  bbands,
  donchian,
  keltner,
  willr,
  stoch,
  stochrsi,
  aroon,
  aroonosc,
  ichimoku,
  supertrend,
  heikinAshi,
  vwap,
  crosses,
  crossesAbove,
  crossesBelow,
  rising,
  falling,
  change,
  changePct,
  prev,
  barsSince,
  count,
  valueWhen,
];
