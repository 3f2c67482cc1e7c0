import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{functions,agent,shared,infra,dashboard,tests}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
  },
});
