/** Brings what takes the focus wholly into view, sideways too: browsers are content with a part of it. */
export function seenWhole({ target }: FocusEvent): void {
  if (target instanceof Element) target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
