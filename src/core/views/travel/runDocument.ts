import { answeredAs } from '../../run/answered';
import { titleOfIteration, iterationTitle } from '../../run/iterations';
import { shownJson } from '../../documents';
import { cutAtWord, visible, capital } from '../../format';
import { exactMoment } from '../../moments';
import type { Effect } from '../../run/effect';
import { pendingEffects, problemsOf, runTitle, taskTitle } from '../../run/run';
import { maskSecrets } from '../../run/secrets';
import type { StoredRun } from '../../source/runStore';
import type { OpenedRun } from '../tree/buildTree';
import { countEffects, countIteration, describeProblem, stateWord, statusWords } from '../tree/describe';

/** So much is said; the journal has the rest. */
const most = { tasks: 1000, value: 4000, text: 2000, problems: 50 };

export interface Described {
  readonly stored: StoredRun;
  readonly opened: OpenedRun;
}

/**
 * How a run stands, as a text to be compared with how it stood: in the order of the journal, so that what was said of the
 * past is said of the present in the same words. Nothing in it depends on the current moment.
 */
export function runDocument({ stored, opened }: Described): string {
  const { run, state } = stored;
  const { list, metric } = opened.iterations;
  const best =
    metric?.best === undefined
      ? ''
      : `${titleOfIteration(list, metric.best)} (${metric.key} ${metric.values.get(metric.best)})`;
  const facts: readonly (readonly [string, string])[] = [
    ['Process', run.processId],
    ['State', stateWord(stored)],
    ['Why', state.reason],
    ['Tasks', countEffects(run, opened) || 'none yet'],
    ['Iterations', String(list.length)],
    ['Best', best],
    ['Events', String(run.eventCount)],
    ['Last event', run.story.lastAt === undefined ? '' : exactMoment(run.story.lastAt)],
    ['Ended', run.story.end ? run.story.end.type : ''],
  ];
  const questions = pendingEffects(run)
    .filter(({ effect }) => effect.kind === 'breakpoint')
    .flatMap(({ effect, task }) => [
      `- ${line(taskTitle(effect, task))}`,
      ...indented(plain((task?.breakpoint?.question ?? '').slice(0, most.text))),
    ]);
  const problems = problemsOf(run, opened.details)
    .slice(0, most.problems)
    .map((problem) => `- ${describeProblem(problem).label}: ${describeProblem(problem).description}`);
  return [
    `# ${line(runTitle(run))}`,
    '',
    ...facts.filter(([, text]) => text !== '').map(([name, text]) => `- ${name}: ${line(text)}`),
    ...section('Open questions', questions),
    ...section('Problems', problems),
    ...iterationLines(opened),
    '',
  ].join('\n');
}

function iterationLines({ run, details, iterations }: OpenedRun): readonly string[] {
  const lines: string[] = [];
  let left = most.tasks;
  for (const iteration of iterations.list) {
    if (left <= 0) break;
    const score = iteration.metric === undefined ? '' : `${iterations.metric?.key} ${iteration.metric}`;
    const counts = countIteration(iteration);
    lines.push(
      '',
      `## ${capital(iterationTitle(iteration))}`,
      '',
      line([score, counts].filter(Boolean).join(' · ')),
    );
    for (const { effectId } of iteration.effects.slice(0, left)) {
      const effect = run.story.effects.get(effectId);
      if (effect) lines.push(...taskLines(effect, details));
    }
    left -= iteration.effects.length;
  }
  if (left < 0) lines.push('', `The ${-left} tasks after these are left out.`);
  return lines;
}

function taskLines(effect: Effect, { tasks, results }: OpenedRun['details']): readonly string[] {
  const result = results.get(effect.effectId);
  const title = taskTitle(effect, tasks.get(effect.effectId));
  const said = effect.error?.message ?? effect.cancelReason ?? result?.failure ?? '';
  const value = result?.value === undefined ? '' : (shownJson(result.value) ?? 'It is nested too deeply.');
  const cut = value.length > most.value ? `${value.slice(0, most.value)}\n…` : value;
  return [
    '',
    `- ${line(title)} (${line(effect.kind)}): ${answeredAs(effect, result) ?? statusWords[effect.status]}`,
    ...indented(plain(said.slice(0, most.text))),
    ...indented(cut),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

function indented(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n').map((each) => `    ${each}`.trimEnd());
}

function plain(text: string): string {
  return visible(maskSecrets(text).replaceAll('\r\n', '\n'));
}

/** In one line, however it was written. */
function line(text: string): string {
  return plain(cutAtWord(text.replace(/\s+/g, ' ').trim(), 500));
}
