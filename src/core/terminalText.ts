import { thousands } from './format';
const [bell, cancel, substitute, escape, del] = [0x07, 0x18, 0x1a, 0x1b, 0x7f];
const stringTerminator = 0x9c;
/** What begins a text for the terminal itself (OSC, DCS, SOS, PM, APC), after an escape and as one character. */
const [stringStarts, stringCodes] = [']PX^_', '\u009d\u0090\u0098\u009e\u009f'];
const csiCode = '\u009b';
/** A colour has a few numbers. */
const longestColour = 40;

type State = 'text' | 'escape' | 'sequence' | 'string';

/**
 * What a program prints, for a terminal of ours: text, line ends, tabs and colours. Left out is whatever else a terminal
 * would obey: titles, links, the clipboard, the editor's own marks of commands and folders, moving the cursor.
 */
export class TerminalText {
  #state: State = 'text';
  #sequence = '';

  /** @param text as it comes: a sequence may begin in one piece and end in another */
  filter(text: string): string {
    let kept = '';
    for (const char of text) kept += this.#take(char);
    return kept;
  }

  #take(char: string): string {
    const code = char.charCodeAt(0);
    if (code === escape) return this.#turn('escape');
    switch (this.#state) {
      case 'text':
        return this.#takeText(char, code);
      case 'escape':
        if (stringStarts.includes(char)) return this.#turn('string');
        if (char === '[') return this.#turn('sequence');
        // Marks before the last character of a short sequence.
        return code >= 0x20 && code <= 0x2f ? '' : this.#turn('text');
      case 'sequence':
        return this.#takeSequence(char, code);
      case 'string':
        return [bell, cancel, substitute, stringTerminator].includes(code) ? this.#turn('text') : '';
      default:
        return this.#state satisfies never;
    }
  }

  #takeText(char: string, code: number): string {
    if (char === csiCode) return this.#turn('sequence');
    if (stringCodes.includes(char)) return this.#turn('string');
    const isControl = code < 0x20 ? !'\t\n\r'.includes(char) : code >= del && code <= 0x9f;
    return isControl ? '' : char;
  }

  #takeSequence(char: string, code: number): string {
    if (code < 0x20 || code > 0x7e) return this.#turn('text');
    if (code < 0x40) {
      if (this.#sequence.length <= longestColour) this.#sequence += char;
      return '';
    }
    const colour = this.#sequence;
    this.#turn('text');
    return char === 'm' && colour.length <= longestColour && /^[\d;:]*$/.test(colour)
      ? `\u001b[${colour}m`
      : '';
  }

  #turn(state: State): '' {
    this.#state = state;
    this.#sequence = '';
    return '';
  }
}

/** So many characters are shown in so many milliseconds: more nobody reads, and a terminal is busy with it for long. */
const [mostShown, period] = [100_000, 500];

/** Lets through what a person can follow, and says how much was left out. */
export class OutputSample {
  #since = Number.NEGATIVE_INFINITY;
  #shown = 0;
  #left = 0;

  /** @param now in milliseconds */
  take(text: string, now: number): string {
    let note = '';
    if (now - this.#since >= period) {
      note = this.end();
      [this.#since, this.#shown] = [now, 0];
    }
    const kept = text.slice(0, mostShown - this.#shown);
    this.#shown += kept.length;
    this.#left += text.length - kept.length;
    return note + kept;
  }

  /** What is to be said of what was left out; empty: nothing was. */
  end(): string {
    const left = this.#left;
    this.#left = 0;
    return left === 0 ? '' : `\n… ${thousands(left)} characters left out …\n`;
  }
}
