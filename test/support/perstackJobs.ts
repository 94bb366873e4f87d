import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Begins when the test does, so that a job is under way. */
const start = Date.now();
const expert = { key: 'planner', name: 'planner', version: '1.0.0' };
const usage = { inputTokens: 10, outputTokens: 5, reasoningTokens: 0, totalTokens: 15, cachedInputTokens: 0 };

/** Writes jobs as Perstack does: a plain write in place, a file for each event. */
export class PerstackJobs {
  /** @param workspace the folder that holds `perstack/` */
  constructor(private readonly workspace: string) {}

  get jobs(): string {
    return join(this.workspace, 'perstack', 'jobs');
  }

  /** Begins a job that calls one tool: three events. */
  begin(id: string): string {
    this.event(id, 1, 'startRun', {
      initialCheckpoint: { ...checkpoint(id, 1, 'init'), messages: [] },
      inputMessages: [{ type: 'userMessage', contents: [{ type: 'textPart', text: `Work on ${id}` }] }],
    });
    const toolCalls = [{ id: 'call1', skillName: 'base', toolName: 'readTextFile', args: { path: 'a.md' } }];
    this.event(id, 1, 'callTools', { toolCalls });
    const toolResults = [
      { id: 'call1', toolName: 'readTextFile', result: [{ type: 'textPart', text: 'A' }] },
    ];
    this.event(id, 1, 'resolveToolResults', { toolResults });
    return join(this.jobs, id);
  }

  /** Ends a step: the checkpoint first, then its event. */
  endStep(id: string, step: number, type = 'continueToNextStep', more: object = {}): void {
    const status = type === 'completeRun' ? 'completed' : 'proceeding';
    const ended = { ...checkpoint(id, step, status), ...more };
    const folder = join(this.jobs, id, 'checkpoints');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${ended.id}.json`), JSON.stringify(ended));
    this.event(id, step, type, { checkpoint: ended, step: { stepNumber: step, usage }, text: 'Done.' });
  }

  /** @returns the path of its file */
  event(id: string, step: number, type: string, body: object): string {
    const folder = join(this.jobs, id, 'runs', 'run1');
    mkdirSync(folder, { recursive: true });
    const at = start + readdirSync(folder).length;
    const file = join(folder, `event-${at}-${step}-${type}.json`);
    const head = { type, id: `e${at}`, expertKey: 'planner', timestamp: at, jobId: id, runId: 'run1' };
    writeFileSync(file, JSON.stringify({ ...head, stepNumber: step, ...body }));
    return file;
  }
}

function checkpoint(jobId: string, step: number, status: string) {
  return { id: `checkpoint${step}`, jobId, runId: 'run1', expert, stepNumber: step, status, usage };
}
