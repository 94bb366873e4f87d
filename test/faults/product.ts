// What the extension does when a person forks, repairs or imports a run, in a process that can be killed:
// product <fork | repair | import> <workspace> <run folder, or archive> [<program of forks>]
import { systemClock } from '../../src/core/clock';
import { silentLogger } from '../../src/core/log';
import { asRunKey } from '../../src/core/run/runKey';
import { forkPlan } from '../../src/engines/babysitter/core/fork/forkPlan';
import { Forker } from '../../src/engines/babysitter/core/fork/forker';
import { ChildFeeders } from '../../src/engines/babysitter/node/childFeeder';
import { ForkFolder } from '../../src/engines/babysitter/node/forkFiles';
import { unpackRun } from '../../src/engines/babysitter/node/unpackRun';
import { LaterWindow } from './mend';
import { runsOf } from './specimen';

const [what = '', workspace = '', target = '', feeder = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
void main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);

async function main(): Promise<void> {
  if (what === 'import') {
    const unpacked = await unpackRun(target, runsOf(workspace));
    await unpacked.place(unpacked.runId);
    return;
  }
  const window = new LaterWindow(workspace, process.env);
  await window.appeared(target);
  const { store, repairer, engine } = window;
  const key = asRunKey(target);
  if (what === 'repair') {
    await repairer.repair(key, await repairer.plan(key), signal);
    return;
  }
  const run = (await store.reread(key))?.run;
  const details = await store.readDetails(key, []);
  const before = [...(run?.story.effects.values() ?? [])].find(({ taskId }) => taskId === 'a');
  if (!run || !details || !before) throw new Error('The run cannot be forked.');
  const locate = (projectDir: string) => engine.locate(projectDir).found;
  const feeders = new ChildFeeders({ program: feeder, locate, env: process.env }, silentLogger);
  const forker = new Forker(store, engine, feeders, new ForkFolder(), systemClock);
  const plan = forkPlan(run, details, before.requestedSeq - 1);
  const report = await forker.fork(run, plan, { signal, onReplayed: () => {} });
  if (report.stopped !== undefined) throw new Error(`The fork stopped: ${JSON.stringify(report.stopped)}`);
}
