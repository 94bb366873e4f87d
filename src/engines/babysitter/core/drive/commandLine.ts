import { HumanError } from '../../../../core/errors';

/** Which shell a command line is for; `posix`: sh, bash, zsh. */
export type Shell = 'posix' | 'fish' | 'powershell';

/** The shell that a program file is; `undefined`: one for which we cannot quote reliably. */
export function shellOf(path: string): Shell | undefined {
  const name = (path.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '');
  if (name === 'bash' || name === 'zsh') return 'posix';
  if (name === 'fish') return 'fish';
  return name === 'pwsh' || name === 'powershell' ? 'powershell' : undefined;
}

/**
 * A command line to be typed into a shell, which starts a program with these arguments and does nothing else.
 * @throws HumanError for control characters, and for what PowerShell would pass on differently
 */
export function typedLine(words: readonly [string, ...string[]], shell: Shell): string {
  if (shell !== 'powershell') return commandLine(words, shell);
  if (words.some((word) => word.includes('"') || word === '')) {
    // PowerShell up to 7.2 drops the quotes inside an argument, and empty arguments.
    throw new HumanError(
      'The command has a double quote or an empty argument, which PowerShell passes on differently.',
    );
  }
  return `& ${commandLine(words, shell)}`;
}

/**
 * A command line a person may paste, each word quoted so that the shell passes it on unchanged.
 * @throws HumanError for control characters, which a terminal would obey instead of passing on
 */
export function commandLine(words: readonly string[], shell: Shell): string {
  return words.map((word) => quote(refuseControl(word), shell)).join(' ');
}

function quote(word: string, shell: Shell): string {
  // zsh expands a leading "=", bash takes "a=b" for an assignment, PowerShell "a,b" for a list.
  if ((shell === 'posix' ? /^[\w@%+:,./-]+$/ : /^[\w./-]+$/).test(word)) return word;
  switch (shell) {
    case 'posix':
      return `'${word.replaceAll("'", "'\\''")}'`;
    case 'fish':
      return `'${word.replaceAll(/['\\]/g, '\\$&')}'`;
    case 'powershell':
      return `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
    default:
      return shell satisfies never;
  }
}

/** What `${name}` in the setting resume.command may stand for. */
export type ResumeVariables = Readonly<
  Record<'runId' | 'runDir' | 'processId' | 'projectDir' | 'prompt' | 'maxIterations', string>
>;

/** Commands for the common agents, as they resume a run in their own terminal. */
export const agentPresets: readonly {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}[] = [
  { name: 'Claude Code', command: ['claude', '/babysit resume --run-id ${runId}'] },
  { name: 'Codex', command: ['codex', 'Use the babysit skill to resume the run ${runId}'] },
  { name: 'Gemini CLI', command: ['gemini', '--prompt-interactive', '/babysit resume --run-id ${runId}'] },
  {
    name: 'GitHub Copilot CLI',
    command: ['copilot', '--interactive', 'Use the babysit skill to resume the run ${runId}'],
  },
  { name: 'Cursor', command: ['cursor-agent', 'Use the babysit skill to resume the run ${runId}'] },
  { name: 'OpenCode', command: ['opencode', '--prompt', 'Use the babysit skill to resume the run ${runId}'] },
  {
    name: 'Babysitter itself',
    command: [
      'babysitter',
      'harness:resume-run',
      '--run-id',
      '${runId}',
      '--max-iterations',
      '${maxIterations}',
    ],
  },
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
  // Settings hold whatever somebody wrote there.
  if (!Array.isArray(template)) throw wrongSetting('it must be a list of texts');
  const words = template.map((word: unknown) => {
    if (typeof word !== 'string') throw wrongSetting('it must be a list of texts');
    return word.replace(/\$\{(\w+)\}/g, (all, name: string) => {
      if (!Object.hasOwn(variables, name)) throw wrongSetting(`it has an unknown variable ${all}`);
      return refuseControl(variables[name as keyof ResumeVariables]);
    });
  });
  const [program, ...args] = words;
  if (program === undefined || program.trim() === '') throw wrongSetting('it names no program');
  return [program, ...args];
}

function wrongSetting(what: string): HumanError {
  return new HumanError(`The setting babysitterRuns.resume.command cannot be used: ${what}.`);
}

function refuseControl(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    throw new HumanError(
      `"${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)}" has control characters, so no command is made of it.`,
    );
  }
  return text;
}
