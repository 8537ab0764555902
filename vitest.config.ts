import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need Chromium: npm run test:browser.
    exclude: ['test/browser/**'],
    testTimeout: 30_000,
    pool: 'forks',
    setupFiles: ['test/properties.ts'],
  },
});
