/**
 * Whether a path is a folder or lies below it. `..` and `.` are followed and separators at the end do not count; links
 * are not resolved. What stands for a separator, and whether case counts, is told by the folder: one that begins with
 * "/" is of Linux or macOS, any other of Windows.
 * @param folder absolute
 * @param path absolute; a relative one is never inside
 */
export function isInside(folder: string, path: string): boolean {
  const isPosix = folder.startsWith('/');
  // Nearly always this is enough.
  if (path[folder.length] === (isPosix ? '/' : '\\') && path.startsWith(folder) && !path.includes('..')) {
    return true;
  }
  const [above, parts] = isPosix
    ? [posixParts(folder), posixParts(path)]
    : [windowsParts(folder), windowsParts(path)];
  return above !== undefined && parts !== undefined && above.every((part, i) => part === parts[i]);
}

/** Whether two absolute paths name the same place, however they are written; links are not resolved. */
export function samePath(a: string, b: string): boolean {
  return isInside(a, b) && isInside(b, a);
}

/**
 * The same as {@link isInside}, for paths that people and programs wrote: on macOS the volumes know no case either, and the
 * same folder is written "/Users/ann/App" here and "/users/ann/app" there.
 */
export function isInsideAsWritten(folder: string, path: string, platform: string): boolean {
  return platform === 'darwin' ? isInside(folder.toLowerCase(), path.toLowerCase()) : isInside(folder, path);
}

/** `undefined`: the path is relative. */
function posixParts(path: string): readonly string[] | undefined {
  return path.startsWith('/') ? withoutDots(path.split('/')) : undefined;
}

/** The drive, or server and share, and the names below, in lower case. `undefined`: the path names neither. */
function windowsParts(path: string): readonly string[] | undefined {
  const [root] = /^(?:[a-z]:(?=[\\/]|$)|[\\/]{2}[^\\/]+[\\/]+[^\\/]+)/i.exec(path) ?? [];
  if (root === undefined) return undefined;
  const names = withoutDots(path.slice(root.length).split(/[\\/]/));
  return [root.replaceAll('/', '\\'), ...names].map((part) => part.toLowerCase());
}

/** The names that a path is made of. `..` at the root stays there. */
function withoutDots(names: readonly string[]): string[] {
  const parts: string[] = [];
  for (const name of names) {
    if (name === '..') parts.pop();
    else if (name !== '' && name !== '.') parts.push(name);
  }
  return parts;
}

/**
 * Whether a path may name a place on another machine, which merely looking at it would contact (Windows:
 * `\\host\share`), or a device.
 */
export function isNetworkPath(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}

/** The folder around a file or folder, given by its absolute path. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'), path.lastIndexOf('\\')));
}
