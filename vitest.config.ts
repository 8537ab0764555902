import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Chromium: npm run test:browser.
    exclude: ['test/browser/**'],
    testTimeout: 30_000,
    pool: 'forks',
    // Most of them wait for processes and timers of their own: two at a time halve the wait, also on two cores.
    maxWorkers: 2,
    setupFiles: ['test/properties.ts'],
  },
});
