/** Markdown whose relative pictures are left out and whose relative links are plain text. */
export function withoutRelativeLinks(markdown: string): string;
