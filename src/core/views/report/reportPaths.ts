/** The project that a run folder lies in; its run.json may name another one, from where it was made. */
export function folderAround(dir: string): string {
  const names = [...dir.matchAll(/[^/\\]+/g)];
  const above = names.slice(0, -2);
  if (above.at(-1)?.[0] === '.a5c') above.pop();
  const last = above.at(-1);
  if (last) return dir.slice(0, last.index + last[0].length);
  return names.length < 2 || names[0]?.index === 0 ? dir : '';
}

/** The process file's path; run.json tells it from the run folder. Links and ".." in between are not looked at. */
export function entryPath(dir: string, importPath: string): string {
  if (/^(?:[/\\]|[a-z]:)/i.test(importPath)) return importPath;
  const parts = dir.split(/[/\\]/);
  for (const part of importPath.split(/[/\\]/)) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
