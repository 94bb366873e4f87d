/** What is used of `node:sqlite`, whose types come with later versions of Node than the oldest that is supported. */
export interface SqliteDatabase {
  prepare(sql: string): { all(...values: readonly (string | number)[]): readonly Record<string, unknown>[] };
  exec(sql: string): void;
  close(): void;
}

export type OpenSqlite = (path: string) => SqliteDatabase;

interface SqliteModule {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => SqliteDatabase;
}

/** What a store's row says where SQLite files cannot be read. */
export const noSqlite =
  'This is a SQLite store, and the Node.js that runs here has no SQLite (it comes with Node.js 22.13 and later)';

/** Opens SQLite files for reading only; `undefined`: the host has no SQLite. */
export function sqliteOpener(): OpenSqlite | undefined {
  const module = sqliteModule();
  return module && ((path) => new module.DatabaseSync(path, { readOnly: true }));
}

/** An Electron may have been built without it. Looking it up, unlike importing it, never throws. */
function sqliteModule(): SqliteModule | undefined {
  const lookUp: ((id: string) => unknown) | undefined = process.getBuiltinModule;
  return lookUp?.('node:sqlite') as SqliteModule | undefined;
}
