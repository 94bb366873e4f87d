import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

// No HTML in Markdown, no images (they would load from the network), no links that are made by themselves.
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');

const harmless = /^(?:https?|mailto):/i;
markdown.validateLink = (url) => harmless.test(url);

markdown.core.ruler.push('fit_into_page', ({ tokens }) => {
  for (const token of tokens) {
    // Headings go below those of the page, so that its outline stays whole.
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 2)}`;
    // The page's policy allows no style attributes.
    const align = /^text-align:(\w+)$/.exec(token.attrGet('style') ?? '')?.[1];
    if (align !== undefined) token.attrs = [['align', align]];
  }
});

// What may be wider than the page can be scrolled with the keyboard, too.
const { fence, code_block } = markdown.renderer.rules;
const focusable = (rule: typeof fence): typeof fence =>
  rule && ((...args) => rule(...args).replace('<pre', '<pre tabindex="0"'));
markdown.renderer.rules.fence = focusable(fence);
markdown.renderer.rules.code_block = focusable(code_block);
markdown.renderer.rules['table_open'] = () => '<table tabindex="0">';

/** Run text as safe HTML: what Markdown makes of it, reduced to harmless elements without style, script or image. */
export function safeHtml(text: string): string {
  return DOMPurify.sanitize(markdown.render(text), {
    ALLOWED_TAGS: [
      ...[
        'a',
        'b',
        'blockquote',
        'br',
        'code',
        'del',
        'em',
        'h1',
        'h2',
        'h3',
        'h4',
        'h5',
        'h6',
        'hr',
        'i',
        'li',
      ],
      ...['ol', 'p', 'pre', 's', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
    ],
    ALLOWED_ATTR: ['align', 'href', 'title', 'start', 'tabindex'],
    ALLOWED_URI_REGEXP: harmless,
    // They hold no addresses.
    ADD_URI_SAFE_ATTR: ['align', 'start', 'tabindex'],
  });
}
