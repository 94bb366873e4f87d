import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { knownOfEachOther } from '../../src/core/attention/knownRuns';
import { silentLogger } from '../../src/core/log';
import { defaultMetricChoice, wantedMetricKeys } from '../../src/core/run/metrics';
import { defaultActivityWindow } from '../../src/core/run/judgement';
import type { Run } from '../../src/core/run/run';
import { toRunEntry } from '../../src/core/run/runEntry';
import type { RunSource } from '../../src/core/source/runSource';
import { openRun } from '../../src/core/views/tree/buildTree';
import { reportFormats, writeReport } from '../../src/core/views/report/formats';
import { toReport } from '../../src/core/views/report/toReport';
import { readReportSources } from '../../src/engines/babysitter/node/readReportSources';
import { daystromStores } from '../../src/engines/daystrom/node/daystromStores';
import { perstackStores } from '../../src/engines/perstack/node/perstackStores';
import { themisStores } from '../../src/engines/themis/node/themisStores';
import { inSlices } from '../../src/node/slices';
import { findStores, type FoundStore } from '../../src/node/stores';
import { Trial, type HostileFigures, type HostileOptions } from './hostile';
import { writeStores, type HostileStoreRun } from './storeCorpus';

const now = Date.parse('2026-01-02T00:00:00.000Z');
const options = { activityWindow: defaultActivityWindow, metric: defaultMetricChoice };

/** Writes hostile stores of the engines that keep their own, and reads them in every way there is, as for runs. */
export async function runHostileStores(wanted: HostileOptions): Promise<HostileFigures> {
  const workspace = mkdtempSync(join(tmpdir(), 'babysitter-hostile-stores-'));
  const trial = new Trial(wanted);
  try {
    const runs = writeStores(workspace, wanted.size);
    wanted.say(`${runs.length} runs of stores are written.`);
    const rows = JSON.parse(trial.command('list', workspace, '--json') || '[]') as readonly {
      readonly runId: string;
    }[];
    tellMissing('list', runs, new Set(rows.map(({ runId }) => runId)), trial);
    wanted.say('The command line is done.');
    const found = await findAll(workspace, trial);
    for (const store of found) await readStore(workspace, store, runs, trial);
    return trial.figures(runs.length);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

function tellMissing(
  what: string,
  runs: readonly HostileStoreRun[],
  rows: ReadonlySet<string>,
  { wrong }: Trial,
): void {
  for (const { engine, runId } of runs)
    if (runId !== undefined && !rows.has(runId)) wrong.push(`${what} has no row of ${runId} (${engine})`);
}

async function findAll(workspace: string, trial: Trial): Promise<readonly FoundStore[]> {
  const end = trial.begin('finding stores');
  const found = await inSlices(findStores(workspace, [perstackStores, daystromStores, themisStores()]));
  end();
  return found;
}

/** Follows a store as a window does, then looks into each run and writes its reports. */
async function readStore(
  workspace: string,
  { kind, store }: FoundStore,
  runs: readonly HostileStoreRun[],
  trial: Trial,
) {
  const { id } = kind.engine;
  const end = trial.begin(`reading the rows of ${relative(workspace, store)}`);
  const source = kind.open(store, silentLogger);
  const found = new Map<string, Run>();
  const watch = await new Promise<{ dispose(): void }>((resolve) => {
    const watching = source.watch((batch, loaded) => {
      for (const change of batch) if (change.type === 'read') found.set(change.run.runId, change.run);
      if (loaded) setImmediate(() => resolve(watching));
    });
  });
  end();
  const own = runs.filter(
    ({ engine, files }) => engine === id && Object.keys(files).some((file) => isIn(store, file)),
  );
  tellMissing('the window', own, new Set(found.keys()), trial);
  for (const run of found.values()) await lookInto(source, run, kind.engine, trial);
  watch.dispose();
}

function isIn(store: string, file: string): boolean {
  const parts = file.split('/');
  return parts.some((_, i) => store.endsWith(`/${parts.slice(0, i + 1).join('/')}`));
}

async function lookInto(
  source: RunSource,
  { key, runId }: Run,
  engine: FoundStore['kind']['engine'],
  trial: Trial,
) {
  const name = `${runId} (${engine.id})`;
  const look = trial.begin(`looking into ${name}`);
  const attended = source.attend(key);
  const run = await source.reread(key);
  const details = await source.readDetails(key, wantedMetricKeys(defaultMetricChoice));
  await source.events(key, 0, 500);
  for (const part of ['run', 'inputs', 'output', { event: 1 }] as const) await source.document(key, part);
  const [task] = details?.tasks.keys() ?? [];
  if (task !== undefined) await source.document(key, { task, part: 'result' });
  attended.dispose();
  look();
  if (!run || !details) {
    trial.wrong.push(`${name} cannot be looked into`);
    return;
  }
  const write = trial.begin(`the reports of ${name}`);
  try {
    JSON.stringify(toRunEntry(run, details, now, { ...options, known: knownOfEachOther([]), engine }));
    const opened = openRun(run, details, defaultMetricChoice);
    for (const format of reportFormats)
      writeReport(
        toReport(opened, readReportSources(run), {
          ...{ now, engine, classify: options, metric: defaultMetricChoice },
          ...{ iteration: undefined, linkScheme: 'vscode' },
        }),
        format,
      );
  } catch (error) {
    trial.wrong.push(`the reports of ${name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  write();
}
