/**
 * A relative URL of a file in the project.
 * @param path relative to the project, "/" between parts
 * @param base leads to the project: `../`
 */
export function linkTo(path: string, base: string): string {
  const url = path.split('/').map(encodeURIComponent).join('/');
  return `${base === '' ? './' : base}${url}`;
}
