import { describe, expect, it } from 'vitest';
import { commandLine, shellOf, typedLine } from '../../src/core/shellLine';
import {
  agentPresets,
  resumeCommand,
  usesVariable,
} from '../../src/engines/babysitter/core/drive/commandLine';

const variables = {
  runId: '01RUN',
  runDir: '/p/.a5c/runs/01RUN',
  processId: 'demo/process',
  projectDir: '/p',
  prompt: 'Build it',
  maxIterations: '7',
};

describe('commandLine', () => {
  it.each([
    [
      ['babysitter', 'run:iterate', '/p/.a5c/runs/01X', '--json'],
      'babysitter run:iterate /p/.a5c/runs/01X --json',
    ],
    [['a b', ''], `'a b' ''`],
    [["it's", '$HOME `x` "y" \\ !'], `'it'\\''s' '$HOME \`x\` "y" \\ !'`],
    [['~', '*', '-n', 'a;b', '{a,b}', '#c'], `'~' '*' -n 'a;b' '{a,b}' '#c'`],
    [['漢字'], `'漢字'`],
  ])('quotes %j for a POSIX shell', (words, line) => {
    expect(commandLine(words, 'posix')).toBe(line);
  });

  it.each([
    [['it’s', "o'clock"], `'it’’s' 'o''clock'`],
    [['$env:HOME', 'a b'], `'$env:HOME' 'a b'`],
  ])('quotes %j for PowerShell, where curly quotes count too', (words, line) => {
    expect(commandLine(words, 'powershell')).toBe(line);
  });

  it.each(['a\nb', 'a\rb', '\u001b[2J', '\u0000', '\u007f', '\u0085', 'tab\t'])('refuses %j', (word) => {
    for (const shell of ['posix', 'powershell'] as const) {
      expect(() => commandLine(['x', word], shell)).toThrow(
        /has control characters, so no command is made of it/,
      );
    }
  });

  it('does not repeat what it refuses', () => {
    expect(() => commandLine([`\u001b[2J\u202e${'x'.repeat(500)}`], 'posix')).toThrow(/^"\?\[2J\?x{55}" has/);
  });
});

describe('a line typed into a shell', () => {
  it.each([
    ['/bin/bash', 'posix'],
    ['/usr/bin/zsh', 'posix'],
    ['/opt/bin/fish', 'fish'],
    ['C:\\Program Files\\PowerShell\\7\\pwsh.exe', 'powershell'],
    ['C:\\Windows\\System32\\cmd.exe', undefined],
    ['/bin/sh', undefined],
    ['/usr/bin/nu', undefined],
    ['', undefined],
  ])('%s is %s', (path, shell) => {
    expect(shellOf(path)).toBe(shell);
  });

  it('is quoted as that shell reads it', () => {
    expect(typedLine(['a=b', '=x', '!'], 'posix', 'linux')).toBe(`'a=b' '=x' '!'`);
    expect(typedLine(['agent', "it's \\ $x"], 'fish', 'linux')).toBe(`agent 'it\\'s \\\\ $x'`);
    expect(typedLine(['agent', 'a,b', '@x', '$x'], 'powershell', 'linux')).toBe(`& agent 'a,b' '@x' '$x'`);
  });

  it.each([['a "quoted" word'], ['']])(
    'refuses %j for PowerShell, which passes it on differently',
    (word) => {
      expect(() => typedLine(['agent', word], 'powershell', 'linux')).toThrow(
        /which PowerShell passes on differently/,
      );
    },
  );
});

describe('agentPresets', () => {
  it.each(agentPresets.map(({ name, command }) => [name, command] as const))(
    '%s names the run, and knows its variables',
    (_name, command) => {
      expect(resumeCommand(command, variables).join(' ')).toContain('01RUN');
      expect(commandLine(command, 'posix')).not.toBe('');
    },
  );

  it('are asked for a maximum only where they name it', () => {
    expect(usesVariable(['a', '-n ${maxIterations}'], 'maxIterations')).toBe(true);
    expect(usesVariable(['a', '${runId}'], 'maxIterations')).toBe(false);
  });
});

describe('resumeCommand', () => {
  it('puts the values into the arguments', () => {
    expect(
      resumeCommand(['agent', '/babysit resume --run-id ${runId}', '${projectDir}:${runDir}'], variables),
    ).toEqual(['agent', '/babysit resume --run-id 01RUN', '/p:/p/.a5c/runs/01RUN']);
  });

  it('never makes a second argument of a value, nor a variable', () => {
    const hostile = { ...variables, processId: 'x" --dangerously "${runId} $(rm -rf ~) `id` ; &' };
    expect(resumeCommand(['agent', '-p', '${processId}'], hostile)).toEqual([
      'agent',
      '-p',
      hostile.processId,
    ]);
  });

  it.each([
    [['agent', '${home}'], /it has an unknown variable \$\{home\}/],
    [['agent', '${constructor}'], /it has an unknown variable \$\{constructor\}/],
    [[], /it names no program/],
    [['  '], /it names no program/],
    [['agent', 7], /it must be a list of texts/],
  ])('says what is wrong with the setting %j', (template, message) => {
    expect(() => resumeCommand(template, variables)).toThrow(message);
    expect(() => resumeCommand(template, variables)).toThrow(
      /^The setting babysitterRuns\.resume\.command cannot be used: /,
    );
  });

  it('says so of a setting that is no list at all', () => {
    for (const odd of ['agent', null, undefined, {}]) {
      expect(() => resumeCommand(odd as unknown as string[], variables)).toThrow(
        /it must be a list of texts/,
      );
    }
  });

  it('refuses a value with control characters, wherever it would go', () => {
    const hostile = { ...variables, runId: 'x\nrm' };
    expect(() => resumeCommand(['agent', 'a ${runId}'], hostile)).toThrow(/has control characters/);
    expect(resumeCommand(['agent', '${runDir}'], hostile)).toEqual(['agent', variables.runDir]);
  });

  it('leaves what is no variable as it is', () => {
    expect(resumeCommand(['agent', '$runId', '${', '${}', '$ {runId}'], variables)).toEqual([
      ...['agent', '$runId', '${', '${}', '$ {runId}'],
    ]);
  });
});
