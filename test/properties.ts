import fc from 'fast-check';

/**
 * One seed for every property of every test file, so that a change is judged by itself and a red run is red again when repeated.
 * `npm run fuzz` runs them over seeds nobody has tried.
 */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_779) });
