import { expect, it } from 'vitest';
import { drive } from '../support/driving';
import { journal } from '../support/journalBuilder';
import { projectFolder, temporaryFolder, write, writeRun } from '../support/runFolder';
import { asRunKey } from '../../src/core/run/runKey';

/** A run in which the process itself threw, as engines from 6.x on record it; and a command line of that kind. */
async function failedRun(cli: string) {
  const { dir: workspace, runs } = projectFolder();
  const events = journal()
    .created()
    .requested('a')
    .resolved('a')
    .add('PROCESS_RUNTIME_ERROR', {
      error: { name: 'TypeError', message: 'x is undefined' },
    });
  const dir = writeRun(runs, 'run', { journal: events });
  const home = temporaryFolder();
  return { dir, ...(await driveWith(workspace, dir, home, cli)) };
}

async function driveWith(workspace: string, dir: string, home: string, code: string) {
  const driving = await drive(workspace, dir, { home, cli: write(temporaryFolder(), 'fake.js', code) });
  return { store: driving.store, driver: driving.driver, calls: driving.calls };
}

it('recovers from the error of the process, which the journal shows', async () => {
  const { dir, store, driver, calls } = await failedRun(`
    const { readdirSync, rmSync } = require('node:fs');
    const journal = require('node:path').join(process.argv[3], 'journal');
    rmSync(require('node:path').join(journal, readdirSync(journal).sort().at(-1)));
    console.log('{}');`);
  expect(store.get(asRunKey(dir))?.state.state).toBe('failed');
  expect(await driver.recover(asRunKey(dir))).toBeUndefined();
  expect(calls.map(({ args }) => args)).toEqual([['run:recover-process-error', dir, '--json']]);
  expect(store.get(asRunKey(dir))?.state.state).toBe('ready');
});

it('says why the error is still there, whatever the exit code', async () => {
  const { dir, driver } = await failedRun(
    `console.error('[run:recover-process-error] nothing to recover'); process.exit(0);`,
  );
  expect(await driver.recover(asRunKey(dir))).toContain('nothing to recover');
});
