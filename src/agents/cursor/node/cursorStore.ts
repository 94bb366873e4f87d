import { homedir } from 'node:os';
import { join } from 'node:path';
import { realPath } from '../../../node/safeFile';
import { fileInside, isSessionId, namesIn, type StoredSession } from '../../../node/sessions/agentStore';
import { UnreadStore } from '../../../node/sessions/unreadStore';
import { cursor } from '../core/cursor';

const unread = 'what it does is not read here: its files tell neither times nor results';

/** The sessions of Cursor's command line in a home folder. */
export class CursorStore extends UnreadStore {
  readonly agent = cursor;

  constructor(private readonly home: string = homedir()) {
    super();
  }

  find(id: string): StoredSession | undefined {
    const root = realPath(join(this.home, '.cursor'));
    if (root === undefined || !isSessionId(id)) return undefined;
    const [projects, chats] = [join(root, 'projects'), join(root, 'chats')];
    const files = [
      ...namesIn(projects).map((name) => join(projects, name, 'agent-transcripts', id, `${id}.jsonl`)),
      ...namesIn(chats).map((name) => join(chats, name, id, 'store.db')),
    ];
    for (const file of files) {
      const path = fileInside(root, file);
      if (path !== undefined) return { id, path, unread };
    }
    return undefined;
  }
}
