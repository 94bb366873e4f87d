import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../../core/errors';
import { directReader } from './asyncReaders';
import { StoreBusyError, type AsyncReader } from './reading';
import { carryOut, type ReaderReply, type ReaderRequest } from './readerProtocol';
import { noSqlite, sqliteOpener } from './sqliteModule';
import { SqliteStore } from './sqliteStore';

// The thread that reads SQLite files: one read may take longer than an editor may be blocked.
const open = sqliteOpener();

function readerOf(path: string): AsyncReader {
  if (!open) throw new Error(noSqlite);
  return directReader(new SqliteStore(path, open));
}

parentPort?.on('message', async ({ id, path, call }: ReaderRequest) => {
  let reply: ReaderReply;
  try {
    reply = { id, value: await carryOut(readerOf(path), call) };
  } catch (error) {
    reply = { id, error: messageOf(error), busy: error instanceof StoreBusyError };
  }
  parentPort?.postMessage(reply);
});
