import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../scripts/lib/atExit.mjs';
import { GitProgram } from '../../src/node/gitHistory';

const day = 86_400_000;
const start = Date.parse('2026-03-01T00:00:00Z');

const folder = realpathSync(temporaryFolder('babysitter-runs-git').path);
const repository = join(folder, 'repository');
const file = (name: string): string => join(repository, name);
const marker = join(folder, 'a-program-was-run');
const git = (args: readonly string[], at = start, cwd = repository): string => {
  const date = new Date(at).toISOString();
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  return execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@localhost', ...args], {
    cwd,
    env,
  }).toString();
};
const commit = (at: number): string => {
  git(['add', '--all'], at);
  git(['commit', '--quiet', '--message', 'x'], at);
  return git(['rev-parse', 'HEAD']).trim();
};

describe('the past of a file in git', () => {
  const program = new GitProgram(process.env);
  const commits: string[] = [];
  beforeAll(() => {
    mkdirSync(file('deep/er'), { recursive: true });
    git(['init', '--quiet']);
    writeFileSync(file('deep/er/a plan.md'), 'one\n');
    writeFileSync(file('same.ts'), 'same\n');
    commits.push(commit(start));
    writeFileSync(file('deep/er/a plan.md'), 'two\n');
    writeFileSync(file('later.ts'), 'later\n');
    commits.push(commit(start + 2 * day));
    writeFileSync(file('deep/er/a plan.md'), 'three\n');
    writeFileSync(file('new.ts'), 'untracked\n');
  });

  it('is what HEAD has, and what was there before the run', async () => {
    const files = ['deep/er/a plan.md', 'same.ts', 'later.ts', 'new.ts', 'missing.ts'].map(file);
    const found = await program.histories(files, start + day);
    const [first, head] = commits;
    expect(found.get(file('deep/er/a plan.md'))).toEqual({
      head: { commit: head, same: false },
      before: { commit: first, same: false },
    });
    expect(found.get(file('same.ts'))).toEqual({
      head: { commit: head, same: true },
      before: { commit: first, same: true },
    });
    expect(found.get(file('later.ts'))).toEqual({ head: { commit: head, same: true }, before: undefined });
    for (const name of ['new.ts', 'missing.ts']) {
      expect(found.get(file(name))).toEqual({ head: undefined, before: undefined });
    }
    expect(await program.read(file('deep/er/a plan.md'), first ?? '')).toBe('one\n');
    expect(await program.read(file('deep/er/a plan.md'), head ?? '')).toBe('two\n');
  });

  it('does not exist outside of repositories, before the first commit, or for odd names', async () => {
    const outside = join(folder, 'outside.txt');
    writeFileSync(outside, 'x');
    expect(await program.histories([outside, file('line\nbreak')], start)).toEqual(new Map());
    const before = await program.histories([file('same.ts')], start - day);
    expect(before.get(file('same.ts'))?.before).toBeUndefined();
    await expect(program.read(file('same.ts'), 'HEAD')).rejects.toThrow(/does not have/);
    await expect(program.read(file('same.ts'), '--help')).rejects.toThrow(/does not have/);
  });

  it('is read in the repository where the file lies, whatever the environment says', async () => {
    const elsewhere = new GitProgram({ ...process.env, GIT_DIR: join(folder, 'nowhere') });
    expect((await elsewhere.histories([file('same.ts')], start)).get(file('same.ts'))?.head?.same).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('runs no program that the repository names', async () => {
    const trap = join(folder, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${marker}'\ncat\n`);
    chmodSync(trap, 0o755);
    for (const key of [
      ...['core.fsmonitor', 'core.pager', 'core.sshCommand', 'core.editor', 'gpg.program', 'diff.external'],
      ...['diff.trap.textconv', 'filter.trap.smudge', 'filter.trap.clean', 'core.alternateRefsCommand'],
    ]) {
      git(['config', key, trap]);
    }
    git(['config', 'alias.rev-list', `!${trap}`]);
    git(['config', 'log.showSignature', 'true']);
    git(['config', 'protocol.ext.allow', 'always']);
    git(['config', 'remote.origin.url', `ext::${trap}`]);
    git(['config', 'remote.origin.promisor', 'true']);
    git(['config', 'extensions.partialClone', 'origin']);
    writeFileSync(file('.gitattributes'), '* diff=trap filter=trap\n');
    // An object that is missing would be fetched from the "remote".
    const lost = '0123456789012345678901234567890123456789';

    const found = await program.histories([file('same.ts'), file('deep/er/a plan.md')], start + day);
    await program.read(file('same.ts'), commits[0] ?? '');
    await expect(program.read(file('same.ts'), lost)).rejects.toThrow(/does not have/);

    expect(found.get(file('same.ts'))?.head).toEqual({ commit: commits[1], same: true });
    expect(existsSync(marker)).toBe(false);
    // The trap works: with the repository's own settings it is run.
    git(['status', '--short']);
    expect(existsSync(marker)).toBe(true);
  });
});
