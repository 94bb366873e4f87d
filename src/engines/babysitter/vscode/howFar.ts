import * as vscode from 'vscode';
import { pickerTitle } from '../../../core/commands';
import type { WantedTask } from '../core/drive/runDriver';
import { CancelledError } from '../../../core/errors';
import { visible } from '../../../core/format';
import { runTitle, type Run } from '../../../core/run/run';
import { withoutIcons } from '../../../vscode/messages';
import { pick } from '../../../vscode/commands/targets';

/** How far a run is iterated. */
export interface HowFar {
  readonly maximum: number;
  /** The task at whose request it stops. */
  readonly until: WantedTask | undefined;
}

const title = pickerTitle('run.continue');
const unlimited = Number.POSITIVE_INFINITY;

/** Asks how far a run is to be iterated. @throws CancelledError when the person does not say */
export async function askHowFar(run: Run): Promise<HowFar> {
  const { ask } = await pick(
    [
      {
        label: '$(run-all) Until it needs you',
        detail: 'Or until it waits for an agent, sleeps, ends, or nothing changes.',
        ask: async (): Promise<HowFar> => ({ maximum: unlimited, until: undefined }),
      },
      {
        label: '$(debug-step-over) Up to a number of iterates…',
        detail: 'The same, with a limit.',
        ask: async (): Promise<HowFar> => ({ maximum: await askMaximum(), until: undefined }),
      },
      {
        label: '$(list-selection) Until a kind of task is requested…',
        detail: 'Continues while agents work on tasks, and still stops when it needs you.',
        ask: async (): Promise<HowFar> => ({ maximum: unlimited, until: { kind: await askKind(run) } }),
      },
      {
        label: '$(search) Until a task with a title is requested…',
        detail: 'The same, by part of its title.',
        ask: async (): Promise<HowFar> => ({ maximum: unlimited, until: { title: await askTitle() } }),
      },
    ],
    `${title}: ${withoutIcons(visible(runTitle(run)))}`,
    'How far?',
  );
  return ask();
}

async function askMaximum(): Promise<number> {
  return Number(
    await askText({
      prompt: 'How many iterates at most?',
      placeHolder: '10',
      validateInput: (value) =>
        /^[1-9]\d{0,5}$/.test(value.trim()) ? undefined : 'Enter a whole number, 1 or more.',
    }),
  );
}

/** The kinds that the run has had, and the usual ones. */
async function askKind(run: Run): Promise<string> {
  const had = run.story.effects.list().map(({ kind }) => kind);
  const kinds = [...new Set([...had, 'agent', 'shell', 'node', 'skill', 'orchestrator_task'])];
  const items = kinds
    .filter((kind) => kind !== 'breakpoint' && kind !== 'sleep')
    .map((kind) => ({
      label: withoutIcons(visible(kind)),
      description: had.includes(kind) ? 'used in this run' : '',
      wanted: kind,
    }));
  return (await pick(items, title, 'Stop at which kind of task?')).wanted;
}

async function askTitle(): Promise<string> {
  return askText({
    prompt: 'Stop at which task? Part of its title; case does not matter.',
    placeHolder: 'deploy',
    validateInput: (value) => (value.trim() === '' ? 'Enter part of the title.' : undefined),
  });
}

async function askText(options: vscode.InputBoxOptions): Promise<string> {
  const typed = await vscode.window.showInputBox({ title, ignoreFocusOut: true, ...options });
  if (typed === undefined) throw new CancelledError();
  return typed.trim();
}
