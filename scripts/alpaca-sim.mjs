// Alpaca's simulator by hand: `npm run alpaca-sim -- --help`.
import { runBundled } from './run-bundled.mjs';

await runBundled('alpaca-sim', 'test/alpaca/simulator/by-hand.ts', async ({ runByHand }) => {
  process.exitCode = await runByHand(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
});
