import { defineConfig } from 'vitest/config';

/** Suites of one thing on two databases; the second run of them has its store in PostgreSQL. */
const onBoth = ['wallets/wallets', 'journal/journal', 'journal/reservations', 'backup'].map(
  (name) => `test/storage/${name}.test.ts`,
);

/**
 * Rooms whose tests leave nothing behind in variables of modules or of the process: one process takes one file of them after the
 * other. A process of its own for each file would load the same modules more than a hundred times.
 */
const rooms =
  'api app chains client cloud core crypto daemon gateway health hsm http lifecycle passphrase policy signing storage vault webhooks';
const pure = rooms.split(' ').map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // What is built needs no transformation, and Node links its thousand modules in a third of the time.
    server: { deps: { external: [/\/dist\//] } },
    pool: 'forks',
    // Two for two cores, and one more because many tests wait: for disks, timers and processes.
    maxWorkers: 3,
    // The one limit of time: many tests run whole commands, and a machine may be busy. It only ends tests that hang.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      { extends: true, test: { name: 'custos', include: ['test/**/*.test.ts'], exclude: pure } },
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'postgres', include: onBoth, env: { CUSTOS_TEST_STORE: 'postgres' } } },
    ],
  },
});
