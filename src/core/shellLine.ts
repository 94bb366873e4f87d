import { HumanError } from './errors';

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
 * @param platform where the shell runs: on Windows, Git Bash would make a path of Windows of "/babysit"
 * @throws HumanError for control characters, and for what PowerShell would pass on differently
 */
export function typedLine(words: readonly [string, ...string[]], shell: Shell, platform: string): string {
  if (shell !== 'powershell') {
    const line = commandLine(words, shell);
    const kept = platform === 'win32' && shell === 'posix' ? slashWords(words) : [];
    return kept.length === 0 ? line : `MSYS2_ARG_CONV_EXCL=${quote(kept.join(';'), shell)} ${line}`;
  }
  if (words.some((word) => word.includes('"') || word === '')) {
    // PowerShell up to 7.2 drops the quotes inside an argument, and empty arguments.
    throw new HumanError(
      'The command has a double quote or an empty argument, which PowerShell passes on differently.',
    );
  }
  return `& ${commandLine(words, shell)}`;
}

/** What the arguments begin with that are commands of an agent, no paths: "/babysit", "--prompt=/babysit". */
function slashWords([, ...args]: readonly [string, ...string[]]): readonly string[] {
  return [...new Set(args.flatMap((arg) => /^(?:--?[\w-]{1,100}=)?\/[\w:-]+(?=$|\s)/.exec(arg) ?? []))];
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

/** @throws HumanError for characters that a terminal obeys */
export function refuseControl(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    throw new HumanError(
      `"${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)}" has control characters, so no command is made of it.`,
    );
  }
  return text;
}
