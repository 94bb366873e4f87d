import { HumanError } from '../errors';

/** Which shell a copied command line is for. */
export type Shell = 'posix' | 'powershell';

/**
 * A command line a person may paste, each word quoted so that the shell passes it on unchanged.
 * @throws HumanError for control characters, which a terminal would obey instead of passing on
 */
export function commandLine(words: readonly string[], shell: Shell): string {
  return words.map((word) => quote(refuseControl(word), shell)).join(' ');
}

function quote(word: string, shell: Shell): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return shell === 'posix'
    ? `'${word.replaceAll("'", "'\\''")}'`
    : `'${word.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
}

/** What `${name}` in the setting resume.command may stand for. */
export type ResumeVariables = Readonly<Record<'runId' | 'runDir' | 'processId' | 'projectDir', string>>;

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
