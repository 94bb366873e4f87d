/** What may be looked at: text that keeps its element when the page grows. */
const marks = 'h1, h2, h3, p, li, dt, dd, tr, pre, summary, textarea, .event, .bar, button';

/**
 * Keeps what is read at its place in the window while the page grows or shrinks above it. The browser's own way gives up
 * where what surrounds it changes, too.
 * @param page what grows
 * @param barHeight so much of the top of the window is covered, in pixels
 */
export function keepReadingPlace(page: HTMLElement, barHeight: () => number): void {
  let mark: Element | undefined;
  let top = 0;
  const look = (): void => {
    const y = barHeight() + 12;
    const seen = document.elementFromPoint(Math.min(240, window.innerWidth / 2), y);
    mark = window.scrollY < 8 ? undefined : (seen?.closest(marks) ?? undefined);
    if (mark && !page.contains(mark)) mark = undefined;
    top = mark?.getBoundingClientRect().top ?? 0;
  };
  window.addEventListener('scroll', look, { passive: true });
  // After each layout and before it is painted.
  new ResizeObserver(() => {
    if (mark?.isConnected) {
      const moved = mark.getBoundingClientRect().top - top;
      if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
    }
    look();
  }).observe(page);
}
