/** A moment in the person's own time: "Mar 1 10:00:12". */
export function clockTime(at: number | undefined): string {
  if (at === undefined) return '–';
  const date = new Date(at);
  const day = date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  return `${day} ${date.toLocaleTimeString(undefined, { hour12: false })}`;
}
