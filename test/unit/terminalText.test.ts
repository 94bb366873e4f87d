import MarkdownIt from 'markdown-it';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { withoutLinks } from '../../src/core/format';
import { OutputSample, TerminalText } from '../../src/core/terminalText';

const filter = (text: string): string => new TerminalText().filter(text);

it.each([
  [
    'colours stay',
    '\u001b[1;31mred\u001b[0m\u001b[38:2::1:2:3mx\r\n\ty',
    '\u001b[1;31mred\u001b[0m\u001b[38:2::1:2:3mx\r\n\ty',
  ],
  ["the editor's marks", 'a\u001b]633;E;rm -rf /\u0007b\u001b]633;P;Cwd=/\u001b\\c', 'abc'],
  ['titles and links', '\u001b]0;title\u0007a\u001b]8;;http://x\u0007b\u009d2;t\u009cc', 'abc'],
  ['the clipboard', '\u001b]52;c;aGk=\u0007a\u001bP1$q\u001b\\b', 'ab'],
  ['the cursor and the screen', 'a\u001b[2J\u001b[1;1H\u001b[?1049hb\u009b6nc\u001bc\u001b(0d', 'abcd'],
  ['what pretends to be a colour', 'a\u001b[>4;2mb\u001b[?1mc\u001b[1 md', 'abcd'],
  ['other control characters', 'a\u0000\u0007\u0008\u007f\u0085b', 'ab'],
])('%s', (_, text, kept) => {
  expect(filter(text)).toBe(kept);
});

it('gives the same however the text is cut, and nothing that a terminal obeys', () => {
  const text = fc.array(
    fc.constantFrom('\u001b', '[', ']', '633', ';', 'm', '\u0007', '\\', 'P', '\u009d', '\u009c', 'a', '0'),
  );
  fc.assert(
    fc.property(text, fc.nat(), (parts, at) => {
      const whole = parts.join('');
      const cut = at % (whole.length + 1);
      const filtering = new TerminalText();
      const kept = filtering.filter(whole.slice(0, cut)) + filtering.filter(whole.slice(cut));
      expect(kept).toBe(filter(whole));
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      expect(kept.replace(/\u001b\[[\d;:]*m/g, '')).not.toMatch(/[\u001b\u0007\u0080-\u009f]/);
    }),
  );
});

it('a flood is sampled, and what is left out is counted', () => {
  const sample = new OutputSample();
  let shown = '';
  for (let i = 0; i < 1000; i += 1) shown += sample.take('y\n'.repeat(32_000), i);
  shown += sample.end();
  expect(shown.length).toBeLessThan(300_000);
  expect(shown).toMatch(/characters left out/);
  expect(new OutputSample().take('a', 0) + sample.take('b', 5000)).toBe('ab');
});

it('addresses in a tooltip are text', () => {
  const text = 'see https://example.com/a_b, www.example.com or a@example.com: "x"';
  const html = new MarkdownIt({ linkify: true }).renderInline(withoutLinks(text));
  expect(html).not.toContain('<a');
  expect(html.replaceAll('&quot;', '"')).toBe(text);
});
