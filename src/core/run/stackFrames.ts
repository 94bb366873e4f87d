/** A place in a source file. */
export interface SourcePlace {
  /** Absolute. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** One line of an error's stack. */
export interface StackFrame {
  /** As it was recorded, without blanks around it. */
  readonly text: string;
  /** The file that it names, absolute; `undefined`: it names none. */
  readonly path: string | undefined;
  /** From 1; 0 without a path. */
  readonly line: number;
  readonly column: number;
  /** It lies in an installed package or in Node itself, and not in what the person wrote. */
  readonly foreign: boolean;
}

/** So much of a stack is read. */
const most = { characters: 100_000, frames: 200 };

const place = /(?:^|[\s(])(file:\/\/)?((?:[A-Za-z]:)?[/\\][^()<>"']{0,1000}?):(\d{1,7})(?::(\d{1,7}))?\)?$/;

/** The frames of a stack as Node prints it, the innermost first; the message before them is left out. */
export function stackFrames(stack: string): readonly StackFrame[] {
  return stack
    .slice(0, most.characters)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at\s/.test(line))
    .slice(0, most.frames)
    .map(toFrame);
}

function toFrame(text: string): StackFrame {
  const [, url, raw, line = '0', column = '1'] = place.exec(text.slice(0, 1500)) ?? [];
  const path = raw === undefined ? undefined : url === undefined ? raw : decoded(raw);
  return {
    text,
    path: path?.replace(/^\/(?=[A-Za-z]:\/)/, ''),
    line: path === undefined ? 0 : Number(line),
    column: path === undefined ? 0 : Number(column),
    foreign: path === undefined || /[/\\]node_modules[/\\]/.test(path),
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
