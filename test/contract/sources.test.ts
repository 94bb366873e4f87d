import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { daystromEngine } from '../../src/engines/daystrom/core/daystromEngine';
import { daystromStores } from '../../src/engines/daystrom/node/daystromStores';
import { perstackEngine } from '../../src/engines/perstack/core/perstackEngine';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { PerstackJobs } from '../support/perstackJobs';
import { describe, onTestFinished } from 'vitest';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/log';
import { babysitterEngine } from '../../src/engines/babysitter/core/babysitterEngine';
import type { Run } from '../../src/core/run/run';
import { keyText } from '../../src/core/run/runKey';
import { FsRunSource } from '../../src/engines/babysitter/node/fsRunSource';
import { FakeSource } from '../support/fakeSource';
import type { JournalBuilder } from '../support/journalBuilder';
import { aRun, lyingIn } from '../support/runBuilder';
import { projectFolder, temporaryFolder, writeRun } from '../support/runFolder';
import { liveJournal, writeNewEvents } from '../support/watched';
import { jsonEngine } from './jsonEngine/jsonEngine';
import type { JsonEvent } from './jsonEngine/jsonRun';
import { writeJsonRun } from './jsonEngine/jsonRunFolder';
import { JsonSource } from './jsonEngine/jsonSource';
import { describeRunSource } from './runSourceContract';
import { themisEngine } from '../../src/engines/themis/core/themisEngine';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { hasSqlite } from '../support/themisStores';
import { ThemisDatabaseWriter, themisRunId, ThemisWriter } from '../support/themisWriter';

/** Stories by run, each with three events at first. */
class Stories {
  readonly #byId = new Map<string, JournalBuilder>();

  begin(id: string): JournalBuilder {
    const story = liveJournal().created().requested('plan1').resolved('plan1');
    this.#byId.set(id, story);
    return story;
  }

  goOn(id: string): JournalBuilder {
    const story = this.#byId.get(id) ?? this.begin(id);
    return story.requested(`more${story.events.length}`);
  }
}

describeRunSource('a fake source', () => {
  const source = new FakeSource();
  const runs = new Map<string, Run>();
  source.onReread = (dir) => runs.get(keyText(dir));
  source.atOnce = [];
  const stories = new Stories();
  const dirOf = (id: string): string => `/runs/${id}`;
  const put = (id: string, journal: JournalBuilder): void => {
    const run = { ...aRun({ journal }), ...lyingIn(dirOf(id)), runId: id };
    runs.set(run.dir, run);
    source.atOnce = [...runs.values()];
    source.deliver(run);
  };
  return {
    source,
    engine: babysitterEngine,
    add: (id) => put(id, stories.begin(id)),
    change: (id) => put(id, stories.goOn(id)),
    remove: (id) => {
      runs.delete(dirOf(id));
      source.deliver(dirOf(id));
    },
  };
});

describeRunSource('runs in folders on this machine', () => {
  const { dir, runs } = projectFolder();
  const stories = new Stories();
  return {
    source: new FsRunSource({ dir, holds: 'project' }, silentLogger),
    engine: babysitterEngine,
    add: (id) => writeRun(runs, id, { journal: stories.begin(id) }),
    change: (id) => writeNewEvents(join(runs, id), stories.goOn(id)),
    remove: (id) => rmSync(join(runs, id), { recursive: true }),
  };
});

describeRunSource('a folder of JSON files', () => {
  const folder = temporaryFolder();
  const events = new Map<string, readonly JsonEvent[]>();
  const write = (id: string, more: readonly JsonEvent[]): void => {
    const all = [...(events.get(id) ?? []), ...more];
    events.set(id, all);
    writeJsonRun(folder, id, { title: `Notes of ${id}`, events: all });
  };
  const at = Date.now();
  return {
    source: new JsonSource(folder),
    engine: jsonEngine,
    add: (id) =>
      write(id, [
        { type: 'asked', at, effectId: 'plan', title: 'Plan it', value: { goal: 'tidy' } },
        { type: 'answered', at: at + 1, effectId: 'plan', value: { score: 3 } },
        { type: 'asked', at: at + 2, effectId: 'work' },
      ]),
    change: (id) => write(id, [{ type: 'asked', at: at + 3, effectId: 'more' }]),
    remove: (id) => rmSync(join(folder, `${id}.json`)),
  };
});

describeRunSource('jobs of Perstack', () => {
  const jobs = new PerstackJobs(temporaryFolder());
  mkdirSync(jobs.jobs, { recursive: true });
  let step = 1;
  return {
    source: perstackStores.open(jobs.jobs, silentLogger),
    engine: perstackEngine,
    add: (id) => jobs.begin(id),
    change: (id) => jobs.endStep(id, step++),
    remove: (id) => rmSync(join(jobs.jobs, id), { recursive: true }),
  };
});

describeRunSource('a store of files of Themis', () => {
  const writer = new ThemisWriter(temporaryFolder());
  return {
    source: themisStores().open(writer.store, silentLogger),
    engine: themisEngine,
    add: (id) => writer.begin(id),
    change: (id) => writer.goOn(id),
    remove: (id) => writer.remove(id),
    runIdOf: themisRunId,
  };
});

describe.skipIf(!hasSqlite)('SQLite', () => {
  describeRunSource('a SQLite store of Themis', () => {
    const writer = new ThemisDatabaseWriter(join(temporaryFolder(), 'themis.sqlite3'));
    onTestFinished(() => writer.close());
    return {
      source: themisStores().open(writer.path, silentLogger),
      engine: themisEngine,
      add: (id) => writer.begin(id),
      change: (id) => writer.goOn(id),
      remove: (id) => writer.remove(id),
      runIdOf: themisRunId,
    };
  });
});

describeRunSource('files of Daystrom', () => {
  const folder = temporaryFolder();
  const tests = new Map<string, number>();
  const write = (id: string, count: number): void => {
    tests.set(id, count);
    const testResults = Array.from({ length: count }, (_, i) => ({
      testCase: { prompt: `Prompt ${i}`, expectedTriggered: true, category: 'direct' },
      ...{ actualTriggered: i > 0, correct: i > 0 },
    }));
    const now = new Date().toISOString();
    const file = join(folder, `${id}.json`);
    const iterations = [{ iteration: 1, timestamp: now, topic: { name: 'Notes' }, testResults, metrics: {} }];
    const run = { id, createdAt: now, updatedAt: now, status: 'running', userInput: {}, iterations };
    writeFileSync(`${file}.tmp`, JSON.stringify(run));
    renameSync(`${file}.tmp`, file);
  };
  return {
    source: daystromStores.open(folder, silentLogger),
    engine: daystromEngine,
    add: (id) => write(id, 3),
    change: (id) => write(id, (tests.get(id) ?? 0) + 1),
    remove: (id) => rmSync(join(folder, `${id}.json`)),
  };
});
