import * as z from 'zod/mini';
import type { RunEngine } from '../engine/runEngine';
import { HumanError } from '../errors';
import { visible } from '../format';
import type { JudgeOptions } from '../run/judgement';
import type { MetricChoice } from '../run/metrics';
import { pendingEffects, type Run, type RunDetails } from '../run/run';
import { toRunEntry, toShownEntry } from '../run/runEntry';
import { maskSecrets, secretsIn } from '../run/secrets';
import type { InSlices } from '../sliced';
import { openingRun } from '../views/tree/buildTree';
import { toMarkdown } from '../views/report/markdown';
import type { ReportSources } from '../views/report/report';
import { reporting } from '../views/report/toReport';
import { bounded, boundedText } from './bounded';
import { toolInputs } from './tools';
import type { AgentToolName } from './toolTitles';

/** A run that a tool may tell of. */
export interface ToolRun {
  readonly run: Run;
  readonly engine: RunEngine;
}

/** Where tools find runs. */
export interface ToolRuns {
  now(): number;
  options(): { readonly classify: JudgeOptions; readonly metric: MetricChoice };
  /** Newest first. */
  all(): Promise<readonly ToolRun[]>;
  /** Reads it with the files of its tasks. `undefined`: it is gone. */
  read(run: ToolRun): Promise<{ readonly run: Run; readonly details: RunDetails } | undefined>;
  sources(run: Run): ReportSources;
  /** Why a run is stuck, as sentences; nothing of the workspace may be run for it. */
  whyStuck(run: ToolRun, details: RunDetails): Promise<string>;
  readonly inSlices: InSlices;
  /** @throws HumanError when it cannot be left, as a person has typed something there */
  leaveDraft(run: Run, effectId: string, text: string): Promise<void>;
}

type Input<Name extends AgentToolName> = z.infer<(typeof toolInputs)[Name]>;

const noDetails: RunDetails = { tasks: new Map(), results: new Map(), problems: [], warnings: [] };

/**
 * Does what an agent asks for. What it is told is bounded and has no secrets.
 * @param input from an agent: anything
 * @throws HumanError when it cannot be done, with a sentence for the agent
 */
export async function runTool(name: AgentToolName, input: unknown, runs: ToolRuns): Promise<string> {
  const parsed = z.safeParse(toolInputs[name], input ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HumanError(`The input is not valid: ${issue?.path.join('.')} ${issue?.message}.`);
  }
  switch (name) {
    case 'list_runs':
      return listRuns(parsed.data as Input<'list_runs'>, runs);
    case 'draft_answer':
      return draftAnswer(parsed.data as Input<'draft_answer'>, runs);
    default:
      return tellOfRun(name, parsed.data as Input<'report_run'>, runs);
  }
}

async function listRuns({ state, limit }: Input<'list_runs'>, runs: ToolRuns): Promise<string> {
  const { classify, metric } = runs.options();
  const all = (await runs.all()).filter(
    ({ run, engine }) => state === undefined || engine.judge(run, runs.now(), classify).state === state,
  );
  const entries = all.slice(0, limit).map(({ run, engine }) => {
    const options = { ...classify, engine, metric };
    const {
      runId,
      dir,
      title,
      state: now,
      reason,
      next,
      pending,
      createdAt,
      updatedAt,
    } = toRunEntry(run, noDetails, runs.now(), options);
    return { runId, dir, engine: engine.id, title, state: now, reason, next, pending, createdAt, updatedAt };
  });
  return json({ runs: entries, more: Math.max(0, all.length - limit) });
}

async function tellOfRun(
  name: 'show_run' | 'why_stuck' | 'report_run',
  input: Input<'report_run'>,
  runs: ToolRuns,
): Promise<string> {
  const { run, engine, details } = await find(input, runs);
  const { classify, metric } = runs.options();
  const sources = runs.sources(run);
  const secrets = secretsIn(sources.runJson ?? '');
  switch (name) {
    case 'show_run': {
      const shown = toShownEntry(run, details, runs.now(), { ...classify, engine, metric }, secrets);
      // The newest first, as what is last is cut.
      return json(
        { ...shown, tasks: shown.tasks.toReversed(), answers: shown.answers.toReversed() },
        secrets,
      );
    }
    case 'why_stuck':
      return boundedText(visible(maskSecrets(await runs.whyStuck({ run, engine }, details), secrets)));
    default: {
      const opened = await runs.inSlices(openingRun(run, details, metric));
      const options = { now: runs.now(), engine, classify, metric, iteration: input.iteration };
      return boundedText(toMarkdown(await runs.inSlices(reporting(opened, sources, options))));
    }
  }
}

async function draftAnswer(input: Input<'draft_answer'>, runs: ToolRuns): Promise<string> {
  const { run, engine } = await find(input, runs);
  const { effectId, text } = input;
  const asked = pendingEffects(run).find(({ effect }) => effect.effectId === effectId);
  if (asked?.effect.kind !== 'breakpoint' || run.story.end)
    throw new HumanError('The run has no such open question.');
  if (!engine.can.has('breakpoint.answer'))
    throw new HumanError(`Questions of ${engine.name} are not answered here.`);
  await runs.leaveDraft(run, effectId, text);
  return 'The draft is left in the text box of the question. Nothing was answered: a person sends it, or does not.';
}

/** @throws HumanError when there is no such run, or more than one */
async function find(
  { runId, dir }: { readonly runId: string; readonly dir?: string | undefined },
  runs: ToolRuns,
): Promise<ToolRun & { readonly details: RunDetails }> {
  const found = (await runs.all()).filter(
    ({ run }) => run.runId === runId && (dir === undefined || run.location === dir),
  );
  const [only] = found;
  if (!only) throw new HumanError('There is no such run. list_runs tells which there are.');
  if (found.length > 1) {
    const dirs = found.map(({ run }) => visible(run.location)).join(', ');
    throw new HumanError(`Several runs have this id; say which one by "dir": ${dirs}.`);
  }
  const read = await runs.read(only);
  if (!read) throw new HumanError('The run was deleted.');
  return { ...read, engine: only.engine };
}

function json(value: object, secrets: readonly string[] = []): string {
  return visible(maskSecrets(JSON.stringify(bounded(value), undefined, 1), secrets));
}
