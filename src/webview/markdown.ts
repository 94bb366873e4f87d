import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';
import { highlight } from './highlight';

// No HTML in Markdown, no images (they would load from the network), no links that are made by themselves.
const markdown = new MarkdownIt({
  html: false,
  linkify: false,
  typographer: false,
  highlight: (code, language) => highlight(code, language) ?? '',
}).disable('image');

const harmless = /^(?:https?|mailto):/i;
/** A file beside the text: no scheme, no host, not from the root, no mere place in this text. */
const relative = /^(?![/\\#?])[^:?]+$/;
markdown.validateLink = (url) => harmless.test(url) || relative.test(url);

/** How deep a heading lies in its text, from 1: with no step left out, as "###" may be all that a text has. */
function depthOf(heading: { readonly tag: string; readonly nesting: number }, above: number[]): number {
  const level = Number(heading.tag.slice(1));
  if (heading.nesting > 0) {
    while ((above.at(-1) ?? 0) >= level) above.pop();
    above.push(level);
  }
  return above.length;
}

markdown.core.ruler.push('fit_into_page', ({ tokens }) => {
  const above: number[] = [];
  for (const [i, token] of tokens.entries()) {
    // Headings go below those of the page, so that its outline stays whole.
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(6, depthOf(token, above) + 2)}`;
    // The page's policy allows no style attributes.
    const align = /^text-align:(\w+)$/.exec(token.attrGet('style') ?? '')?.[1];
    if (align !== undefined) token.attrs = [['align', align]];
    if (token.type !== 'inline') continue;
    const text = token.children?.[0];
    const task = /^\[([ xX])\](?=\s)/.exec(text?.content ?? '');
    if (text?.type === 'text' && task && tokens[i - 2]?.type === 'list_item_open') {
      text.content = `${task[1] === ' ' ? '☐' : '☑'}${text.content.slice(3)}`;
      tokens[i - 2]?.attrSet('class', 'task');
    }
    for (const child of token.children ?? []) {
      const href = child.type === 'link_open' ? (child.attrGet('href') ?? '') : '';
      // Opened by the extension, which looks where it leads.
      if (href !== '' && !harmless.test(href))
        child.attrs = [
          ['href', '#'],
          ['data-path', href],
        ];
    }
  }
});

// What may be wider than the page can be scrolled with the keyboard, too.
const { fence, code_block } = markdown.renderer.rules;
const focusable = (rule: typeof fence): typeof fence =>
  rule && ((...args) => rule(...args).replace('<pre', '<pre tabindex="0"'));
markdown.renderer.rules.fence = focusable(fence);
markdown.renderer.rules.code_block = focusable(code_block);
markdown.renderer.rules['table_open'] = () => '<table tabindex="0">';

DOMPurify.addHook('uponSanitizeAttribute', (_element, attribute) => {
  // Only what our own style sheet gives a meaning.
  if (attribute.attrName === 'class' && !/^(?:task|hljs-[\w-]+(?: \w+_)*)$/.test(attribute.attrValue)) {
    attribute.keepAttr = false;
  }
});

/** Run text as safe HTML: what Markdown makes of it, reduced to harmless elements without style, script or image. */
export function safeHtml(text: string): string {
  const html = isBearable(text) ? markdown.render(text) : undefined;
  if (html !== undefined && html.length <= most.html) return purified(html);
  return purified(`<pre tabindex="0">${markdown.utils.escapeHtml(text)}</pre>`);
}

/** So many marks are looked at, and so much is drawn, in characters; what has more is shown as it is written. */
const most = { marks: 5000, html: 400_000 };

/** Nobody writes so many marks; of brackets that never close each is looked for to the end. */
function isBearable(text: string): boolean {
  let marks = 0;
  for (let i = 0; i < text.length; i += 1) if (markCodes.has(text.charCodeAt(i))) marks += 1;
  return marks <= most.marks;
}

const markCodes = new Set([...'[]()*_`~|<>&!\n\\'].map((mark) => mark.charCodeAt(0)));

/** Code as safe HTML, highlighted where its language is known. */
export function safeCode(code: string, language: string): string {
  return purified(highlight(code, language) ?? markdown.utils.escapeHtml(code));
}

function purified(html: string): string {
  return DOMPurify.sanitize(html, {
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
      ...['ol', 'p', 'pre', 's', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
    ],
    ALLOWED_ATTR: ['align', 'class', 'data-path', 'href', 'title', 'start', 'tabindex'],
    ALLOW_DATA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto):|#$)/i,
    // They hold no addresses, or none that anything but our own script follows.
    ADD_URI_SAFE_ATTR: ['align', 'class', 'data-path', 'start', 'tabindex'],
  });
}
