import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors';
import type { Disposable } from '../core/disposables';
import type { Logger } from '../core/log';
import { parseDrafts, type KeptDraft } from '../core/review/keptRecords';
import { putRecord, recordName, recordNames } from './recordFiles';
import { readTextIn } from './safeFile';
import { watchFolder } from './watchFolder';

/** No agent leaves a longer text. */
const limit = 200_000;

/** Leaves a draft for a window to take. @throws Error where that cannot be written */
export function leaveAgentDraft(folder: string, draft: KeptDraft): void {
  mkdirSync(folder, { recursive: true });
  putRecord(join(folder, recordName(draft.dir, draft.effectId)), draft);
}

/**
 * Hands on the drafts that agents leave in a folder, each once, in the window that has its run.
 * @param take whether the run is here and the draft is taken
 */
export function watchAgentDrafts(
  folder: string,
  logger: Logger,
  take: (draft: KeptDraft) => boolean,
): Disposable & { update(): void } {
  const update = (): void => {
    for (const name of recordNames(folder)) {
      const read = readTextIn(folder, join(folder, name), limit);
      try {
        const [draft] = 'text' in read ? parseDrafts([JSON.parse(read.text)]) : [];
        if (!draft || take(draft)) rmSync(join(folder, name), { force: true });
      } catch (error) {
        logger.warn(`A draft of an agent cannot be read: ${messageOf(error)}`);
        rmSync(join(folder, name), { force: true });
      }
    }
  };
  mkdirSync(folder, { recursive: true });
  const watch = watchFolder(folder, logger, update);
  return { update, dispose: () => watch.dispose() };
}
