/** What the page's style sheet decides, as attributes that a picture of its own has to carry. */
const properties = [
  'fill',
  'fill-opacity',
  'font-family',
  'font-size',
  'font-weight',
  'opacity',
  'stroke',
  'stroke-dasharray',
  'stroke-width',
];

/** The chart as a picture that looks the same without the page. */
export function savedSvg(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const copies = [...copy.querySelectorAll('*')];
  for (const [i, element] of [...chart.querySelectorAll('*')].entries()) {
    const style = getComputedStyle(element);
    for (const name of properties) {
      const value = style.getPropertyValue(name);
      // A reference to a pattern is written with the page's address before it.
      if (value !== '' && !value.includes('url(')) copies[i]?.setAttribute(name, value);
    }
    for (const name of ['tabindex', 'role', 'aria-pressed']) copies[i]?.removeAttribute(name);
  }
  // The template's own marks.
  const comments = document.createNodeIterator(copy, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  for (let node = comments.nextNode(); node; node = comments.nextNode()) found.push(node);
  for (const node of found) node.parentNode?.removeChild(node);
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  background.setAttribute('width', '100%');
  background.setAttribute('height', '100%');
  background.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(background);
  copy.removeAttribute('class');
  return new XMLSerializer().serializeToString(copy);
}
