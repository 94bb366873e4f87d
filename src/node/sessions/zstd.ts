import * as zlib from 'node:zlib';

interface Options {
  readonly maxOutputLength: number;
  readonly finishFlush?: number;
}

/** What of `node:zlib` came with Node.js 22.15. */
const { zstdDecompressSync, zstdDecompress, constants } = zlib as unknown as {
  readonly zstdDecompressSync?: (data: Uint8Array, options: Options) => Buffer;
  readonly zstdDecompress?: (
    data: Uint8Array,
    options: Options,
    done: (error: Error | null, content: Buffer) => void,
  ) => void;
  readonly constants: { readonly ZSTD_e_flush: number };
};

/** Larger content is not read, as it is held as a whole; nor is a beginning that grows to more. In bytes. */
const mostContent = 64 * 1024 * 1024;
const mostHead = 4 * 1024 * 1024;

/** Whether the Node.js that runs here can read what zstd compressed. */
export const hasZstd = zstdDecompressSync !== undefined;

/** All of it; `undefined`: it is no zstd, is too large, or the host has none. */
export function zstdContent(data: Uint8Array): Buffer | undefined {
  return attempt(data, { maxOutputLength: mostContent });
}

/** The same, made by another thread. Never rejects. */
export function zstdContentAside(data: Uint8Array): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    if (!zstdDecompress) return resolve(undefined);
    zstdDecompress(data, { maxOutputLength: mostContent }, (error, content) =>
      resolve(error ? undefined : content),
    );
  });
}

/** As much as the beginning of a file gives. */
export function zstdHead(beginning: Uint8Array): Buffer | undefined {
  return attempt(beginning, { maxOutputLength: mostHead, finishFlush: constants.ZSTD_e_flush });
}

function attempt(data: Uint8Array, options: Options): Buffer | undefined {
  try {
    return zstdDecompressSync?.(data, options);
  } catch {
    return undefined;
  }
}
