// What a release still lacks, by what is in the files.

/** @type {import('./releaseState.mjs').missingForRelease} */
export function missingForRelease({ manifest, changelog, has }) {
  const addresses = ['repository', 'bugs', 'homepage', 'qna'].flatMap((name) =>
    manifest[name] ? [] : [`"${name}" in package.json (docs/publishing.md)`],
  );
  const fields = ['publisher', 'license', 'icon', 'galleryBanner', 'categories', 'keywords'].flatMap(
    (name) => (manifest[name] ? [] : [`"${name}" in package.json`]),
  );
  const dated = new RegExp(
    `^## ${String(manifest['version']).replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`,
    'm',
  );
  return [
    ...addresses,
    ...fields,
    ...(manifest['private'] ? ['a package.json without "private"'] : []),
    ...(dated.test(changelog) ? [] : [`a dated section of ${manifest['version']} in CHANGELOG.md`]),
    ...['LICENSE', 'README.md', 'SECURITY.md', 'SUPPORT.md'].filter((name) => !has(name)),
  ];
}
