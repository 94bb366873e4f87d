import { commandWords } from '../commandTemplate';
import { cutAtWord, oneLine, visible } from '../format';
import { linkText } from '../links/runLink';
import type { Effect } from '../run/effect';
import { runTitle, taskTitle, type Run } from '../run/run';
import { maskSecrets } from '../run/secrets';

/** What `${name}` in the setting notify.command may stand for. */
export type NotifyVariables = Readonly<
  Record<'title' | 'question' | 'runId' | 'processId' | 'project' | 'projectDir' | 'link', string>
>;

const longestText = 500;

/**
 * What the notification command is told of a question, each on one line, without secrets and deceptive characters.
 * @param scheme of links to this editor
 */
export function notifyVariables(run: Run, effect: Effect, scheme: string): NotifyVariables {
  const task = run.pendingTasks.get(effect.effectId);
  const asked = task?.breakpoint?.question || taskTitle(effect, task);
  const part = { kind: 'question', effectId: effect.effectId } as const;
  const { runId } = run;
  return {
    title: clean(runTitle(run)),
    question: clean(asked),
    ...{ runId: clean(runId), processId: clean(run.processId) },
    ...{
      project: clean(run.projectDir.split(/[/\\]/).findLast((name) => name !== '') ?? ''),
      projectDir: clean(run.projectDir),
    },
    link: linkText(scheme, { runId, part }),
  };
}

function clean(text: string): string {
  return cutAtWord(oneLine(visible(maskSecrets(text))), longestText);
}

/**
 * The program of the setting notify.command and its arguments.
 * @throws HumanError when the setting is no command or names an unknown variable
 */
export function notifyCommand(
  template: readonly unknown[],
  variables: NotifyVariables,
): readonly [string, ...string[]] {
  return commandWords('notify.command', template, (name, isFirst) => {
    if (!Object.hasOwn(variables, name)) return undefined;
    const value = variables[name as keyof NotifyVariables];
    // Text of a run at the beginning of an argument must be no option, and name no file as curl's "@" does.
    return isFirst && /^[-@]/.test(value) ? ` ${value}` : value;
  });
}
