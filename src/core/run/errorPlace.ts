/** A place in a source file. */
export interface SourcePlace {
  /** Absolute. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const frame = /(?<=^|[\s(])(file:\/\/)?((?:[A-Za-z]:)?[/\\][^\s()<>"']{0,1000}?):(\d{1,7}):(\d{1,7})/g;

/** The places that an error's stack names, the innermost first. Packages and Node's own files are left out. */
export function errorPlaces(stack: string): readonly SourcePlace[] {
  return [...stack.slice(0, 20_000).matchAll(frame)].flatMap(([, url, raw = '', line, column]) => {
    const path = url === undefined ? raw : decoded(raw);
    return path === undefined || /[/\\]node_modules[/\\]/.test(path)
      ? []
      : [{ path: path.replace(/^\/(?=[A-Za-z]:\/)/, ''), line: Number(line), column: Number(column) }];
  });
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
