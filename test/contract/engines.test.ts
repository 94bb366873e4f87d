import { readdirSync } from 'node:fs';
import { daystromEngine } from '../../src/engines/daystrom/core/daystromEngine';
import { daystromStores } from '../../src/engines/daystrom/node/daystromStores';
import { perstackEngine } from '../../src/engines/perstack/core/perstackEngine';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import type { Run } from '../../src/core/run/run';
import { atOnce } from '../../src/core/sliced';
import { RunDirectory } from '../../src/engines/babysitter/node/runDirectory';
import { allFixtures } from '../support/fixtures';
import { journal, start } from '../support/journalBuilder';
import { aRun } from '../support/runBuilder';
import { jsonEngine } from './jsonEngine/jsonEngine';
import { jsonReading, type JsonRunFile } from './jsonEngine/jsonRun';
import { themisEngine } from '../../src/engines/themis/core/themisEngine';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { themisWorkspace } from '../support/themisStores';
import { describeRunEngine } from './runEngineContract';

/** Everything that engines have left, and what is hard to catch on a disk. */
const fixtureRuns = allFixtures.flatMap(({ path, runs }) =>
  readdirSync(runs).flatMap((id) => {
    const dir = join(runs, id);
    const run = atOnce(new RunDirectory(dir, dir).read());
    return run ? [[`${path} ${id}`, run] as const] : [];
  }),
);
const begun = (): ReturnType<typeof journal> => journal().created();
const builtRuns: Readonly<Record<string, Run>> = {
  'a run without a process': aRun({ metadata: { entrypoint: null }, journal: journal() }),
  'a run with nothing readable': aRun({ metadata: null, journal: journal() }),
  'a run under work': aRun({ journal: begun().requested('a'), lock: { alive: true } }),
  'a run with a dead lock': aRun({ journal: begun().requested('a'), lock: { alive: false } }),
  'a run that sleeps': aRun({
    journal: begun().requested('s', 'sleep', { label: `sleep:${new Date(start + 900_000).toISOString()}` }),
  }),
  'a run that is only being read': { ...aRun({ journal: begun() }), depth: 'reading' },
  'a damaged run': aRun({
    journal: begun().requested('q', 'breakpoint'),
    problems: [{ file: 'journal', what: 'is odd', mendable: true, stops: 'any' }],
  }),
};

it('there are captured runs', () => {
  expect(fixtureRuns.length).toBeGreaterThan(10);
});

describeRunEngine('Babysitter', {
  engine: babysitterEngine,
  runs: { ...Object.fromEntries(fixtureRuns), ...builtRuns },
});

const asked = (kind: string) => ({ type: 'asked', at: start, effectId: 'a', kind, title: 'Do it' }) as const;
const answered = { type: 'answered', at: start + 1000, effectId: 'a', kind: 'agent', value: 1 } as const;
const jsonRun = (state: JsonRunFile['state'], ...events: JsonRunFile['events']): Run =>
  jsonReading('/notes/a.json', { title: 'Notes', state, events }).run;

describeRunEngine('the JSON engine', {
  engine: jsonEngine,
  runs: {
    'a file without events': jsonRun('running'),
    'a file with a question': jsonRun('running', asked('breakpoint')),
    'a file with a task': jsonRun('running', asked('agent')),
    'a file with an answer': jsonRun('running', asked('agent'), answered),
    'a completed file': jsonRun('completed', asked('agent'), answered),
    'a failed file': jsonRun('failed', asked('agent')),
  },
});

const perstackFixtures = join(import.meta.dirname, '../fixtures/stores/perstack');

describeRunEngine('Perstack', {
  engine: perstackEngine,
  runs: Object.fromEntries(
    readdirSync(perstackFixtures).flatMap((workspace) =>
      atOnce(perstackStores.read(join(perstackFixtures, workspace, 'perstack/jobs'))).map(
        ({ run }) => [`${workspace} ${run.runId}`, run] as const,
      ),
    ),
  ),
});

const themisRuns = atOnce(themisStores().read(join(themisWorkspace, 'runs/jsonl'))).map(({ run }) => run);

describeRunEngine('Themis', {
  engine: themisEngine,
  runs: Object.fromEntries(themisRuns.map((run) => [run.runId.slice(0, 8), run])),
});

const daystromFixtures = join(import.meta.dirname, '../fixtures/stores/daystrom/home/.daystrom/runs');

describeRunEngine('Daystrom', {
  engine: daystromEngine,
  runs: Object.fromEntries(
    atOnce(daystromStores.read(daystromFixtures)).map(({ run }) => [run.runId, run] as const),
  ),
});
