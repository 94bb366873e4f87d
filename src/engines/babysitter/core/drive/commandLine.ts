import { commandWords } from '../../../../core/commandTemplate';
import { refuseControl } from '../../../../core/shellLine';

/** What `${name}` in the setting resume.command may stand for. */
export type ResumeVariables = Readonly<
  Record<'runId' | 'runDir' | 'processId' | 'projectDir' | 'prompt' | 'maxIterations', string>
>;

/** How Claude Code is told to resume a run, by the plugin that it has. */
export const claudeCommands = {
  newer: ['claude', '/babysitter:resume ${runId}'],
  older: ['claude', '/babysit resume --run-id ${runId}'],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** Commands for the common agents, as they resume a run in their own terminal. */
export const agentPresets: readonly {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}[] = [
  { name: 'Claude Code', command: claudeCommands.newer },
  { name: 'Claude Code, older plugin', command: claudeCommands.older },
  { name: 'Codex', command: ['codex', 'Use the babysit skill to resume the run ${runId}'] },
  { name: 'Gemini CLI', command: ['gemini', '--prompt-interactive', '/babysit resume --run-id ${runId}'] },
  {
    name: 'GitHub Copilot CLI',
    command: ['copilot', '--interactive', 'Use the babysit skill to resume the run ${runId}'],
  },
  { name: 'Cursor', command: ['cursor-agent', 'Use the babysit skill to resume the run ${runId}'] },
  { name: 'OpenCode', command: ['opencode', '--prompt', 'Use the babysit skill to resume the run ${runId}'] },
];

/** Whether a command names a variable. */
export function usesVariable(template: readonly unknown[], name: keyof ResumeVariables): boolean {
  return (
    Array.isArray(template) &&
    template.some((word) => typeof word === 'string' && word.includes(`\${${name}}`))
  );
}

/**
 * The program and arguments that resume an agent. A variable is replaced inside one argument: its value, whatever is
 * in it, never becomes a second one.
 * @throws HumanError when the setting is no command, names an unknown variable, or a value has control characters
 */
export function resumeCommand(
  template: readonly unknown[],
  variables: ResumeVariables,
): readonly [string, ...string[]] {
  return commandWords('resume.command', template, (name) =>
    Object.hasOwn(variables, name) ? refuseControl(variables[name as keyof ResumeVariables]) : undefined,
  );
}
