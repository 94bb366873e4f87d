import { homedir } from 'node:os';
import { join } from 'node:path';
import { realPath } from '../../../node/safeFile';
import { fileInside, isSessionId, namesIn, type StoredSession } from '../../../node/sessions/agentStore';
import { UnreadStore } from '../../../node/sessions/unreadStore';
import { opencode } from '../core/opencode';

const unread = 'what it does is not read here: it keeps its sessions in a database of its own';

/** The sessions of OpenCode in a home folder: one database since 1.2, before a file for each. */
export class OpenCodeStore extends UnreadStore {
  readonly agent = opencode;

  constructor(private readonly env: NodeJS.ProcessEnv) {
    super();
  }

  find(id: string): StoredSession | undefined {
    const data = this.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
    const root = realPath(join(data, 'opencode'));
    // The database is not asked, so only what looks like one of its ids is taken for one.
    if (root === undefined || !isSessionId(id) || !id.startsWith('ses_')) return undefined;
    const folder = join(root, 'storage', 'session');
    const files = namesIn(folder).map((project) => join(folder, project, `${id}.json`));
    for (const file of [...files, join(root, 'opencode.db')]) {
      const path = fileInside(root, file);
      if (path !== undefined) return { id, path, unread };
    }
    return undefined;
  }
}
