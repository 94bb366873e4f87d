import { html, type TemplateResult } from 'lit';
import { terminalLook } from '../core/format';

/** How a terminal would show what follows. Backgrounds and concealed text are not followed: they could hide something. */
interface Look {
  readonly colour: string;
  readonly bold: boolean;
  readonly underline: boolean;
}

const plain: Look = { colour: '', bold: false, underline: false };
/** Of the codes 31 to 36 and 91 to 96; black and white would not be seen in every theme. */
const colours = ['', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', ''];

/** A text with its colours of a terminal drawn, line by line. */
export function colouredLines(text: string): readonly (TemplateResult | string)[] {
  let look = plain;
  return text.split('\n').map((line) => {
    const parts = line.split(terminalLook).flatMap((part, i) => {
      if (i % 2 === 1) {
        look = lookAfter(look, part);
        return [];
      }
      return part === '' ? [] : [{ part, look }];
    });
    const [only] = parts;
    return parts.length < 2 && (only?.look ?? plain) === plain
      ? (only?.part ?? '')
      : html`${parts.map(({ part, look: of }) => html`<span class=${classOf(of)}>${part}</span>`)}`;
  });
}

function lookAfter(before: Look, sequence: string): Look {
  let look = before;
  const codes = sequence.slice(2, -1).split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] ?? 0;
    if (code === 0) look = plain;
    else if (code === 1) look = { ...look, bold: true };
    else if (code === 4) look = { ...look, underline: true };
    else if (code === 22) look = { ...look, bold: false };
    else if (code === 24) look = { ...look, underline: false };
    else if (code === 39) look = { ...look, colour: '' };
    // A colour of 256, or of red, green and blue.
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
      look = { ...look, colour: colours[code % 10] ?? '' };
  }
  return look;
}

function classOf({ colour, bold, underline }: Look): string {
  return [colour && `ansi ansi-${colour}`, bold ? 'ansi-bold' : '', underline ? 'ansi-underline' : '']
    .filter(Boolean)
    .join(' ');
}
