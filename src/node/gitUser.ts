import { userInfo } from 'node:os';
import { runProcess } from './spawn';

/** Who sits here: git's user.name for the project, else the system user. Never rejects. */
export async function currentUser(projectDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const outcome = await runProcess('git', ['config', 'user.name'], {
      cwd: projectDir,
      env,
      signal: new AbortController().signal,
      timeLimit: 5000,
    });
    const name = outcome.stdout.trim();
    if (name !== '') return name;
  } catch {
    // No git, or no such folder.
  }
  return systemUser();
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
