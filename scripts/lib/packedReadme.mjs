// What the README and the change log are in a VSIX as long as no repository is known to which their links could lead.

/** @type {import('./packedReadme.mjs').withoutRelativeLinks} */
export function withoutRelativeLinks(markdown) {
  const absolute = /^(?:\w+:|#)/;
  return markdown
    .replaceAll(/^!\[[^\]\n]*\]\(([^)\n]+)\)\n+/gm, (image, target) => (absolute.test(target) ? image : ''))
    .replaceAll(/!\[([^\]\n]*)\]\(([^)\n]+)\)/g, (image, alt, target) =>
      absolute.test(target) ? image : alt,
    )
    .replaceAll(/(?<!!)\[([^\]\n]*)\]\(([^)\n]+)\)/g, (link, text, target) =>
      absolute.test(target) ? link : text,
    );
}
