import { dirname } from 'node:path';
import { GitProgram } from '../node/gitHistory';
import { CopiesFolder } from '../node/keptCopies';
import { readTextIn, realPath } from '../node/safeFile';
import { Artefacts } from '../vscode/artefacts';
import { Evidence } from '../vscode/evidence';
import { Review } from '../vscode/review';
import { workspaceFolders } from '../vscode/workspacePlaces';
import type { Doing } from './doing';
import type { Host } from './host';
import type { Reading } from './reading';

export type EvidenceParts = ReturnType<typeof makeEvidence>;

/** The files that questions and reports name: shown, compared with what they were, and commented on. */
export function makeEvidence(
  { env, clock, logger, own, storage }: Host,
  { store, opened }: Reading,
  { targets, answering, comments }: Doing,
) {
  const copies = new CopiesFolder(storage('copies'), logger);
  void copies.clean(clock.now());
  const files = {
    folders: workspaceFolders,
    realPath,
    readText: (path: string, limit: number) => readTextIn(dirname(path), path, limit),
  };
  const git = new GitProgram(env);
  const evidence = own(new Evidence({ store, git, copies, ...files }));
  const review = own(new Review({ store, opened, targets, answering, comments, ...files }));
  const artefacts = new Artefacts({ store, git, copies, ...files });
  return { files, evidence, review, artefacts };
}
