import { exportedFunctions, type ExportedFunction } from './hostileCalls';

// Whether functions take time in proportion to the text that they get, tried with long runs of each kind of character.

const characters = [
  ...' \t\n\r\\/"\'`.,:;!?=+-*_#@$%&|~^<>()[]{}0aZé',
  ...[
    '\u0000',
    '\u00a0',
    '\u200d',
    '\u202e',
    '\u2028',
    '\ufeff',
    '\ud800',
    '👩‍',
    '\u0301',
    '\r\n',
    '${',
    '/*',
    '"\\',
  ],
];
const paired = [...' \n\\/"`.*_<([{0a='];
/** In characters. */
const sizes = { small: 4000, large: 16_000, largest: 64_000 };

/** A text of a length. */
export type Text = (length: number) => string;

/** The text of a length that is one part again and again. */
export const runOf =
  (part: string): Text =>
  (length) =>
    part.repeat(Math.ceil(length / part.length));

/** Long runs of each character and of pairs, alone and before something that ends them otherwise. */
function textsFor(words: readonly string[]): readonly Text[] {
  const runs = [...characters, ...words].map(runOf);
  const ended = runs.map(
    (run): Text =>
      (length) =>
        `x${run(length)}\u0001`,
  );
  const pairs = paired.flatMap((one, i) =>
    paired
      .slice(i + 1)
      .flatMap((other): Text[] => [
        runOf(one + other),
        (length) => runOf(one)(length / 2) + runOf(other)(length / 2),
      ]),
  );
  const brackets = ['()', '[]', '{}', '<>'].flatMap(([open = '', close = '']): Text[] => [
    (length) => open.repeat(length) + close,
    (length) => open.repeat(length / 2) + close.repeat(length / 2),
  ]);
  return [...runs, ...ended, ...pairs, ...brackets];
}

/** Texts for what is made of many texts, each of which a function with one text has been tried with. */
export const few: readonly Text[] = [...' \n\\"/(*`#0a\u0000'].map(runOf);

type Callable = (...args: readonly unknown[]) => unknown;

interface Way {
  readonly argumentsOf: (text: string) => readonly unknown[];
  readonly texts: readonly Text[];
}

/** Once with the text everywhere, and once with it in each parameter alone. */
function waysOf({ parameters, words }: ExportedFunction): readonly Way[] {
  const holding = parameters.flatMap(({ holds }, i) => (holds === 'none' ? [] : [i]));
  const alone = holding.map((place) => ({
    argumentsOf: (text: string) => parameters.map(({ make }, i) => make(i === place ? text : 'a')),
    texts: parameters[place]?.holds === 'text' ? textsFor(words) : few,
  }));
  if (holding.length < 2) return alone;
  return [{ argumentsOf: (text) => parameters.map(({ make }) => make(text)), texts: few }, ...alone];
}

/** Calls a function and goes through what it gives. */
function call(callable: Callable, args: readonly unknown[]): void {
  try {
    const result = callable(...args);
    if (result instanceof Promise) result.catch(() => {});
    else if (typeof result === 'object' && result !== null && 'next' in result) {
      const generator = result as Generator;
      for (let i = 0; i < 10_000 && !generator.next().done; i += 1);
    }
  } catch {
    // Refusing is fine.
  }
}

/** How long a call takes, in milliseconds of the processor. */
export function timeOf(callable: Callable, args: readonly unknown[]): number {
  const before = process.cpuUsage();
  call(callable, args);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Shorter times are noise, in milliseconds; one that grows as the text squared is longer at the small size. */
const noticeable = 4;
/** From size to size it is 4, and its square 16. */
const factor = 9;

/** The text with which a function is slower than the text is long; `undefined`: none is found. */
function slowWith(callable: Callable, { argumentsOf, texts }: Way): string | undefined {
  return texts.find((text) => {
    const small = argumentsOf(text(sizes.small));
    const first = timeOf(callable, small);
    if (first < noticeable) return false;
    const large = argumentsOf(text(sizes.large));
    // Whatever else the machine does makes it slower, never faster.
    const times = (args: readonly unknown[]): number =>
      Math.min(timeOf(callable, args), timeOf(callable, args));
    if (timeOf(callable, large) <= factor * first || times(large) <= factor * times(small)) return false;
    // Collecting garbage may begin at one size; what grows as the text squared does so at the next one, too.
    return times(argumentsOf(text(sizes.largest))) > factor * times(large);
  })?.(12);
}

const takesNoText = ({ parameters }: ExportedFunction): boolean =>
  parameters.every(({ holds }) => holds === 'none');

/** What was found of the functions that the modules of some folders export. */
export interface Tried {
  /** File, name and text of each that takes longer than the text is long. */
  readonly slow: readonly string[];
  /** Those that nothing was tried with although their types name a text: "file name takes (types)". */
  readonly left: readonly string[];
  /** How many were tried. */
  readonly count: number;
}

/**
 * Tries every exported function that takes text, wherever in its arguments.
 * @param root absolute, without a slash at its end
 * @param folders relative to it, with `*` for any folder
 * @param load imports a module by its path
 */
export async function tryFunctions(
  root: string,
  folders: readonly string[],
  load: (path: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<Tried> {
  const functions = exportedFunctions(root, folders);
  const [taking, left] = [functions.filter((one) => !takesNoText(one)), functions.filter(takesNoText)];
  const slow: string[] = [];
  for (const found of taking) {
    const { file, name } = found;
    const module = await load(`${root}/${file}`);
    for (const way of waysOf(found)) {
      const text = slowWith(module[name] as Callable, way);
      if (text !== undefined) slow.push(`${file} ${name}: ${JSON.stringify(text)}`);
    }
  }
  const told = left.map(
    ({ file, name, parameters }) =>
      `${file} ${name} takes (${parameters.map(({ type }) => type).join(', ')})`,
  );
  return {
    slow,
    left: told.filter((said) => /\b(?:string|unknown|any|Record)\b/.test(said.split(' takes ')[1] ?? '')),
    count: taking.length,
  };
}
