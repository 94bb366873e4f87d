import type { AsyncReader, RowReading, TextName, WholeReading } from './reading';
import type { FileText } from '../../../node/safeFile';

/** What the thread that reads SQLite files is asked for. */
export type ReaderCall =
  | { readonly type: 'list'; readonly newest: number | undefined }
  | { readonly type: 'stamps' | 'rows'; readonly runIds: readonly string[] }
  | { readonly type: 'whole'; readonly runId: string }
  | { readonly type: 'text'; readonly runId: string; readonly name: TextName };

export interface ReaderRequest {
  readonly id: number;
  /** Absolute path of the file. */
  readonly path: string;
  readonly call: ReaderCall;
}

/** `busy`: whatever was read before still stands. */
export type ReaderReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string; readonly busy: boolean };

/** Carries a call out. */
export async function carryOut(reader: AsyncReader, call: ReaderCall): Promise<unknown> {
  switch (call.type) {
    case 'list':
      return reader.list(call.newest);
    case 'stamps':
      return reader.stamps(call.runIds);
    case 'rows':
      return reader.rows(call.runIds);
    case 'whole':
      return reader.whole(call.runId);
    case 'text':
      return reader.text(call.runId, call.name);
  }
}

/** A reader whose calls are carried out elsewhere, by {@link carryOut}: what comes back is what that gave. */
export function remoteReader(ask: (call: ReaderCall) => Promise<unknown>): AsyncReader {
  return {
    list: (newest) => ask({ type: 'list', newest }) as Promise<readonly string[]>,
    stamps: (runIds) => ask({ type: 'stamps', runIds }) as Promise<ReadonlyMap<string, string>>,
    rows: (runIds) =>
      ask({ type: 'rows', runIds }) as Promise<ReadonlyMap<string, RowReading | WholeReading>>,
    whole: (runId) => ask({ type: 'whole', runId }) as Promise<WholeReading | undefined>,
    text: (runId, name) => ask({ type: 'text', runId, name }) as Promise<FileText>,
  };
}
