import * as z from 'zod/mini';
import { toolTitles, type AgentToolName } from './toolTitles';

/** What stands for a run and for an iteration in the inputs of several tools. */
const runId = { type: 'string', description: 'The id of the run, as list_runs gives it.' } as const;
const dir = {
  type: 'string',
  description: 'The "dir" of the run, where several runs have the same id.',
} as const;

/** A tool for an agent. All but the draft only read; none answers, iterates or changes a run. */
export interface AgentTool {
  readonly title: string;
  /** For the model. */
  readonly description: string;
  /** For the person. */
  readonly summary: string;
  readonly inputSchema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
  };
  readonly readOnly: boolean;
}

/** Every tool by its name; package.json and the MCP server are told of them from here. */
export const agentTools = {
  list_runs: {
    title: toolTitles.list_runs,
    summary: 'Lists the runs of this workspace with state, reason and next step.',
    description:
      'Lists agent runs of the workspace, newest first: id, title, state, reason, next step and open questions. Use it to find the run that a person means.',
    inputSchema: {
      type: 'object',
      properties: {
        state: {
          type: 'string',
          description: 'Only runs in this state: needs-you, waiting, working, ready, failed, completed …',
        },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: 100,
          description: 'At most this many; 20 if left out.',
        },
      },
    },
    readOnly: true,
  },
  show_run: {
    title: toolTitles.show_run,
    summary: 'Reads one run: tasks, answers, iterations and what it returned.',
    description:
      'Reads one run: state, open questions with their options, tasks with what came of them, answers, iterations and output. Long parts are cut.',
    inputSchema: { type: 'object', properties: { runId, dir }, required: ['runId'] },
    readOnly: true,
  },
  why_stuck: {
    title: toolTitles.why_stuck,
    summary: 'Says why a run is stuck, and what would move it on.',
    description: 'Says in a sentence why a run does not move on and what would move it. Runs no code.',
    inputSchema: { type: 'object', properties: { runId, dir }, required: ['runId'] },
    readOnly: true,
  },
  report_run: {
    title: toolTitles.report_run,
    summary: 'Makes the report of a run or of one iteration.',
    description:
      'Makes the report of a run, or of one of its iterations, as Markdown: metrics, findings, answers, tasks, artefacts, time and cost.',
    inputSchema: {
      type: 'object',
      properties: {
        runId,
        dir,
        iteration: { type: 'integer', minimum: 0, description: 'Only this iteration; left out: the run.' },
      },
      required: ['runId'],
    },
    readOnly: true,
  },
  draft_answer: {
    title: toolTitles.draft_answer,
    summary: 'Leaves words in the text box of an open question. Only you can send them.',
    description:
      'Leaves words as a draft in the text box of an open question. It answers nothing: a person reads, changes and sends it, or does not. What a person has typed there is never replaced.',
    inputSchema: {
      type: 'object',
      properties: {
        runId,
        dir,
        effectId: { type: 'string', description: 'The "effectId" of the open question.' },
        text: { type: 'string', minLength: 1, maxLength: 20_000 },
      },
      required: ['runId', 'effectId', 'text'],
    },
    readOnly: false,
  },
} as const satisfies Readonly<Record<AgentToolName, AgentTool>>;

const name = z.string().check(z.minLength(1), z.maxLength(1000));
const ofRun = { runId: name, dir: z.optional(name) };

/** What each tool is given, checked. */
export const toolInputs = {
  list_runs: z.object({
    state: z.optional(name),
    limit: z._default(z.int().check(z.minimum(1), z.maximum(100)), 20),
  }),
  show_run: z.object(ofRun),
  why_stuck: z.object(ofRun),
  report_run: z.object({ ...ofRun, iteration: z.optional(z.int().check(z.minimum(0))) }),
  draft_answer: z.object({
    ...ofRun,
    effectId: name,
    text: z.string().check(z.minLength(1), z.maxLength(20_000)),
  }),
} as const satisfies Readonly<Record<AgentToolName, z.core.$ZodType>>;
