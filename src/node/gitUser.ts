import { userInfo } from 'node:os';
import { runGit } from './gitHistory';

/** Who sits here: git's user.name for the project, else the system user. Never rejects. */
export async function currentUser(projectDir: string, env: NodeJS.ProcessEnv): Promise<string> {
  const name = (await runGit(env, projectDir, ['config', 'user.name']))?.trim() ?? '';
  return name === '' ? systemUser() : name;
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
