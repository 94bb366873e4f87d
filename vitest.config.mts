import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// The suites inside VS Code's extension host are not here: mocha runs them (test/integration, docs/testing.md).
export default defineConfig({
  test: {
    projects: [
      {
        // Bare Node: whatever imports `vscode` fails to load.
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // What every source of runs and every engine holds to; some of the sources have real folders.
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real folders, real watchers, the real command line of the engine.
        test: {
          name: 'adapter',
          include: ['test/adapter/**/*.test.ts'],
          // Much of the time goes into loading the engine again and again; from Node 22 on, this keeps it compiled.
          env: { NODE_COMPILE_CACHE: resolve('node_modules/.cache/compiled') },
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // One more than there are processors: a third of the time is waiting, for watchers and other programs.
          maxWorkers: 3,
          maxConcurrency: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Run pages as they ship in a browser, told by the extension's own code; a stand-in answers for VS Code.
        resolve: { alias: { vscode: resolve('test/look/vscode.ts') } },
        test: {
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          globalSetup: 'test/page/globalSetup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // The packed extension in a real window. Two at a time, as much of a test is waiting.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/support/globalSetup.ts',
          setupFiles: 'test/e2e/support/eachFile.ts',
          // So long as a test may take on a machine that does much else.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000, interval: 100 } },
          maxWorkers: 2,
          // What a window needs is used again by the files after it (test/e2e/support/hosts.ts).
          isolate: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
