import { dema } from './average/dema.ts';
import { ema } from './average/ema.ts';
import { hma } from './average/hma.ts';
import { kama } from './average/kama.ts';
import { tema } from './average/tema.ts';
import { trima } from './average/trima.ts';
import { vidya } from './average/vidya.ts';
import { wilders } from './average/wilders.ts';
import { wma } from './average/wma.ts';
import { zlema } from './average/zlema.ts';
import type { IndicatorEntry } from './entry.ts';
import { MATH_ENTRIES } from './math/functions.ts';
import { crossany } from './memory/crossany.ts';
import { crossover } from './memory/crossover.ts';
import { decay } from './memory/decay.ts';
import { edecay } from './memory/edecay.ts';
import { lag } from './memory/lag.ts';
import { ao } from './momentum/ao.ts';
import { apo } from './momentum/apo.ts';
import { bop } from './momentum/bop.ts';
import { cci } from './momentum/cci.ts';
import { cmo } from './momentum/cmo.ts';
import { fisher } from './momentum/fisher.ts';
import { mom } from './momentum/mom.ts';
import { ppo } from './momentum/ppo.ts';
import { roc } from './momentum/roc.ts';
import { rocr } from './momentum/rocr.ts';
import { rsi } from './momentum/rsi.ts';
import { trix } from './momentum/trix.ts';
import { ultosc } from './momentum/ultosc.ts';
import { avgprice } from './price/avgprice.ts';
import { medprice } from './price/medprice.ts';
import { typprice } from './price/typprice.ts';
import { wcprice } from './price/wcprice.ts';
import { fosc } from './statistics/fosc.ts';
import { linreg } from './statistics/linreg.ts';
import { linregintercept } from './statistics/linregintercept.ts';
import { linregslope } from './statistics/linregslope.ts';
import { tsf } from './statistics/tsf.ts';
import { adx } from './trend/adx.ts';
import { adxr } from './trend/adxr.ts';
import { di } from './trend/di.ts';
import { dm } from './trend/dm.ts';
import { dpo } from './trend/dpo.ts';
import { dx } from './trend/dx.ts';
import { macd } from './trend/macd.ts';
import { msw } from './trend/msw.ts';
import { psar } from './trend/psar.ts';
import { qstick } from './trend/qstick.ts';
import { vhf } from './trend/vhf.ts';
import { atr } from './volatility/atr.ts';
import { cvi } from './volatility/cvi.ts';
import { mass } from './volatility/mass.ts';
import { natr } from './volatility/natr.ts';
import { tr } from './volatility/tr.ts';
import { volatility } from './volatility/volatility.ts';
import { ad } from './volume/ad.ts';
import { adosc } from './volume/adosc.ts';
import { emv } from './volume/emv.ts';
import { kvo } from './volume/kvo.ts';
import { marketfi } from './volume/marketfi.ts';
import { mfi } from './volume/mfi.ts';
import { nvi } from './volume/nvi.ts';
import { obv } from './volume/obv.ts';
import { pvi } from './volume/pvi.ts';
import { vosc } from './volume/vosc.ts';
import { wad } from './volume/wad.ts';
import { WINDOW_ENTRIES } from './windows.ts';

/** Adding an indicator is one new file and one line here. */
const ENTRIES: readonly IndicatorEntry[] = [
  // average
  dema,
  ema,
  hma,
  kama,
  tema,
  trima,
  vidya,
  wilders,
  wma,
  zlema,
  // momentum
  ao,
  apo,
  bop,
  cci,
  cmo,
  fisher,
  mom,
  ppo,
  roc,
  rocr,
  rsi,
  trix,
  ultosc,
  // trend
  adx,
  adxr,
  di,
  dm,
  dpo,
  dx,
  macd,
  msw,
  psar,
  qstick,
  vhf,
  // volatility
  atr,
  cvi,
  mass,
  natr,
  tr,
  volatility,
  // volume
  ad,
  adosc,
  emv,
  kvo,
  marketfi,
  mfi,
  nvi,
  obv,
  pvi,
  vosc,
  wad,
  // price
  avgprice,
  medprice,
  typprice,
  wcprice,
  // statistics
  fosc,
  linreg,
  linregintercept,
  linregslope,
  tsf,
  // memory
  crossany,
  crossover,
  decay,
  edecay,
  lag,
  ...WINDOW_ENTRIES,
  ...MATH_ENTRIES,
];

/** Every indicator by the name expressions call it. */
export const CATALOGUE: ReadonlyMap<string, IndicatorEntry> = new Map(ENTRIES.map((entry) => [entry.name, entry]));

/** tulind's names that mean something else in expressions (`max(a, b)` is of two numbers), and what they are called here. */
export const RENAMED: ReadonlyMap<string, string> = new Map([
  ['max', 'highest'],
  ['min', 'lowest'],
]);

/** The entry of a name, tulind's `max` and `min` included; undefined when there is none. */
export const findIndicator = (name: string): IndicatorEntry | undefined =>
  CATALOGUE.get(name) ?? CATALOGUE.get(RENAMED.get(name) ?? '');
