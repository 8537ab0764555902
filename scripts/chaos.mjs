// The engine under random faults: `npm run chaos -- --help`.
import { runBundled } from './run-bundled.mjs';

await runBundled('chaos', 'test/chaos/by-hand.ts', async ({ runChaosByHand }) => {
  process.exitCode = await runChaosByHand(process.argv.slice(2));
});
