import * as zlib from 'node:zlib';

type Decompress = (
  data: Uint8Array,
  options: { readonly maxOutputLength: number; readonly finishFlush?: number },
) => Buffer;

/** What of `node:zlib` came with Node.js 22.15. */
const { zstdDecompressSync: decompress, constants } = zlib as unknown as {
  readonly zstdDecompressSync?: Decompress;
  readonly constants: { readonly ZSTD_e_flush: number };
};

/** Larger content is not read, as it is held as a whole. In bytes. */
const mostContent = 64 * 1024 * 1024;

/** Whether the Node.js that runs here can read what zstd compressed. */
export const hasZstd = decompress !== undefined;

/** All of it; `undefined`: it is no zstd, is too large, or the host has none. */
export function zstdContent(data: Uint8Array): Buffer | undefined {
  return attempt(data, { maxOutputLength: mostContent });
}

/** As much as the beginning of a file gives. */
export function zstdHead(beginning: Uint8Array): Buffer | undefined {
  return attempt(beginning, { maxOutputLength: mostContent, finishFlush: constants.ZSTD_e_flush });
}

function attempt(data: Uint8Array, options: Parameters<Decompress>[1]): Buffer | undefined {
  try {
    return decompress?.(data, options);
  } catch {
    return undefined;
  }
}
