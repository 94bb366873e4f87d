import { atOnce } from '../../src/core/sliced';
import { describe, expect, it } from 'vitest';
import {
  lookSteps,
  readConfig,
  replaySteps,
  resumeSteps,
  runIdIn,
  whatIsDeleted,
  whyNotConfig,
  workerStep,
} from '../../src/engines/themis/core/drive';
import type { Manifest } from '../../src/engines/themis/core/manifest';
import { foldEvents } from '../../src/engines/themis/core/foldEvents';
import { readEventLines } from '../../src/engines/themis/core/events';
import { toRow } from '../../src/engines/themis/core/row';
import { readSnapshot } from '../../src/engines/themis/core/snapshot';
import { toRun, type ThemisRun } from '../../src/engines/themis/core/themisRun';
import { themisEvent, themisRunId, themisSnapshot } from '../support/themisWriter';

const runId = themisRunId('a');

/** A run with so many events; `manifest`: where it waits. */
function aRun(count: number, manifest?: Partial<Manifest>): ThemisRun {
  const snapshot = readSnapshot(themisSnapshot(runId)) ?? expect.fail('It is no snapshot.');
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify(themisEvent(runId, i))).join('\n');
  const { events } = atOnce(readEventLines(lines));
  const usual: Manifest = {
    ...{ state: 'queued', path: `/evals/runs/queue/queued/${runId}.json`, configPath: undefined },
    ...{ at: 0, snapshot: undefined, ownRunId: runId },
  };
  const place = {
    ...{ store: { kind: 'jsonl', path: '/evals/runs/jsonl' } as const, projectDir: '/evals', fileAt: 0 },
    manifest: manifest && { ...usual, ...manifest },
  };
  return toRun(toRow(runId, foldEvents(events, snapshot), events, undefined), place, []);
}

const lines = (steps: readonly { readonly args: readonly string[] }[]): readonly string[] =>
  steps.map(({ args }) => args.join(' '));

describe('commands', () => {
  it('resume a run up to each stage that it has not come through', () => {
    const run = aRun(5);
    const through = (stage: string): ThemisRun => {
      const { told } = run;
      return { ...run, told: told && { ...told, outcome: { ...told.outcome, through: stage } } };
    };
    expect(lines(resumeSteps(through('parse'), 'c.yaml'))).toEqual([
      'run --config c.yaml',
      'run --config c.yaml --until-stage score',
      'run --config c.yaml --until-stage judge',
    ]);
    expect(resumeSteps(run, 'c.yaml')).toHaveLength(6);
    expect(resumeSteps(through('judge'), 'c.yaml')).toHaveLength(6);
  });

  it('replay from the stages whose results can be worked out anew', () => {
    expect(lines(replaySteps(aRun(14), 'c.yaml'))).toEqual([
      'replay --config c.yaml --stage reduce',
      'replay --config c.yaml --stage parse',
      'replay --config c.yaml --stage score',
    ]);
    expect(replaySteps(aRun(5), 'c.yaml')).toEqual([]);
  });

  it('replay one of several metrics', () => {
    const run = aRun(14);
    const metrics = { score: ['exact', '-x'], judge: ['helpful'] };
    const several = {
      ...run,
      told: run.told && { ...run.told, metrics, replay: ['score', 'judge'] as const },
    };
    expect(replaySteps(several, 'c.yaml').map(({ title, args }) => [title, args.slice(3).join(' ')])).toEqual(
      [
        ['Replay From score', '--stage score'],
        ['Replay From score: only exact', '--stage score --metric-id exact'],
        ['Replay From judge', '--stage judge'],
        ['Replay From judge: only helpful', '--stage judge --metric-id helpful'],
      ],
    );
  });

  it('look at a run without running it', () => {
    expect(lookSteps('c.yaml').every(({ runs }) => !runs)).toBe(true);
    expect(lines(lookSteps('c.yaml'))).toContain('report --format csv --config c.yaml');
  });

  it('make a worker take what waits', () => {
    expect(workerStep(aRun(0, { state: 'queued' }), undefined, [])?.args).toEqual([
      ...['worker', 'run', '--queue-root', '/evals/runs/queue'],
    ]);
    const path = `/evals/runs/batch/requests/${runId}.json`;
    expect(workerStep(aRun(0, { state: 'requests', path }), undefined, [])?.args).toEqual([
      'batch',
      'run',
      '--request',
      path,
    ]);
    expect(workerStep(aRun(3, { state: 'claimed' }), undefined, [])).toBeUndefined();
    expect(workerStep(aRun(3), undefined, [])).toBeUndefined();
  });

  it('say what a worker deletes of a run that was handed in again', () => {
    const deletes = (policy: string) =>
      workerStep(aRun(14, { state: 'queued' }), { path: '/evals/c.yaml', policy, mentionsDataset: true }, [
        runId,
      ])?.deletes;
    expect(deletes('rerun')).toMatch(/first deletes 14 events/);
    expect(deletes('auto')).toBeUndefined();
  });

  it('say what a worker may delete of another run, as it takes whichever is first', () => {
    const others = [runId, themisRunId('b'), themisRunId('c')];
    const deletes = (state: Manifest['state']) => workerStep(aRun(0, { state }), undefined, others)?.deletes;
    expect(deletes('queued')).toMatch(/may be [0-9a-f]{8} and 1 other run, .*first deletes/);
    expect(deletes('requests')).toBeUndefined();
  });
});

describe('a config', () => {
  const read = (text: string) => readConfig('/evals/c.yaml', text, aRun(14));

  it.each([
    ['runtime:\n  existing_run_policy: rerun\n', 'rerun'],
    ['[runtime]\nexisting_run_policy = "error"\n', 'error'],
    ['runtime: {}\n', 'auto'],
    ['# existing_run_policy: rerun\n', 'auto'],
    ['a: 1 # existing_run_policy: rerun\n', 'auto'],
    ['runtime: {max_concurrent_tasks: 1, existing_run_policy: rerun}\n', 'rerun'],
    ['runtime = { existing_run_policy = "rerun" }\r\n', 'rerun'],
    ['runtime:\n  "existing_run_policy":\n    rerun\n', 'rerun'],
    ['runtime:\r\n  existing_run_policy: ${oc.env:POLICY,rerun}\r\n', 'rerun'],
    ['a:\n  existing_run_policy: rerun\nb:\n  existing_run_policy: auto\n', 'rerun'],
  ])('tells its policy: %j', (text, policy) => {
    expect(read(text).policy).toBe(policy);
  });

  it('is offered first where it names every dataset', () => {
    expect(read('datasets:\n- dataset_id: qa').mentionsDataset).toBe(true);
    expect(read('datasets: []').mentionsDataset).toBe(false);
  });

  it('is refused where Themis would refuse, and says what it deletes', () => {
    expect(whyNotConfig(read('existing_run_policy: error'))).toMatch(/refuses/);
    expect(whyNotConfig(read('existing_run_policy: rerun'))).toBeUndefined();
    expect(whatIsDeleted(read('existing_run_policy: rerun'), aRun(14))).toMatch(/deletes 14 events/);
    expect(whatIsDeleted(read('existing_run_policy: auto'), aRun(14))).toBeUndefined();
    const ran = aRun(14);
    const rerun = { told: ran.told && { ...ran.told, policy: 'rerun' } } as ThemisRun;
    expect(whatIsDeleted(read('extends: base.yaml'), rerun)).toMatch(/deletes 14 events/);
    expect(whatIsDeleted(read('existing_run_policy: error'), rerun)).toBeUndefined();
  });

  it('makes the run whose id estimate prints', () => {
    expect(runIdIn(`{"run_id": "${runId}", "total_cases": 3}`)).toBe(runId);
    expect(runIdIn(`fingerprint: ${themisRunId('b')}\nrun_id: ${runId}\n`)).toBe(runId);
    expect(runIdIn('Traceback')).toBeUndefined();
  });
});
