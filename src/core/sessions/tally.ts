import type { Pricer } from './prices';
import { noTokens, type FileChange, type Tokens, type Work } from './work';

/** What an agent did, in numbers. Subagents are in them. */
export interface Totals {
  readonly answers: number;
  readonly calls: number;
  readonly tokens: Tokens;
  /** The output tokens are at least so many: some answers do not say how many they took in the end. */
  readonly atLeast: boolean;
  /** Calls that failed; what a person refused or interrupted is none. */
  readonly errors: number;
  /** Files changed by tools, by path; what commands changed is not told. */
  readonly files: ReadonlyMap<string, FileChange>;
  /** How many files of the run itself were changed, below `.a5c`. */
  readonly ownFiles: number;
  readonly models: readonly string[];
  readonly subagents: number;
  /** From the first to the last sign of it, in milliseconds, without waiting for a person's answer. */
  readonly time: number;
  /** For how long it waited for a person's answers, in milliseconds; waiting for leave is not told. */
  readonly waited: number;
  /** What it would cost at list prices; left out: nobody wants to know. */
  readonly cost?: Cost;
}

/** An estimate, at list prices. */
export interface Cost {
  /** "2026-09": of when the prices are. */
  readonly month: string;
  /** US dollars for the models that have a price. */
  readonly usd: number;
  readonly priced: readonly string[];
  /** Models without a price; what took tokens without naming one is "unknown". */
  readonly unpriced: readonly string[];
}

/** Adds up pieces of work. */
export class Tally {
  #answers = 0;
  #calls = 0;
  #tokens = noTokens;
  #atLeast = false;
  #errors = 0;
  #waited = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  readonly #files = new Map<string, FileChange>();
  readonly #own = new Set<string>();
  readonly #models = new Set<string>();
  readonly #priced = new Set<string>();
  readonly #unpriced = new Set<string>();
  #usd = 0;
  subagents = 0;

  /** @param pricer left out: costs are not estimated */
  constructor(private readonly pricer?: Pricer) {}

  add(work: Work): void {
    this.#answers += work.answers;
    this.#tokens = plus(this.#tokens, work.tokens);
    this.#atLeast ||= work.atLeast;
    if (work.model !== undefined) this.#models.add(work.model);
    this.#price(work);
    this.#first = Math.min(this.#first, work.at);
    this.#last = Math.max(this.#last, work.at);
    for (const call of work.calls) {
      this.#calls += 1;
      if (call.outcome === 'error') this.#errors += 1;
      if (call.endedAt !== undefined) {
        this.#last = Math.max(this.#last, call.endedAt);
        if (call.asks) this.#waited += Math.max(0, call.endedAt - call.at);
      }
      for (const file of call.files) this.#change(file);
    }
  }

  /** Answer by answer, as a large request may cost more. */
  #price(work: Work): void {
    const { in: input, out, cacheWrite, cacheRead } = work.tokens;
    if (!this.pricer || input + out + cacheWrite + cacheRead === 0) return;
    const price = this.pricer.price(work);
    (price === undefined ? this.#unpriced : this.#priced).add(work.model ?? 'unknown');
    this.#usd += price ?? 0;
  }

  #change(file: FileChange): void {
    if (/(?:^|[/\\])\.a5c[/\\]/.test(file.path)) {
      this.#own.add(file.path);
      return;
    }
    const before = this.#files.get(file.path);
    this.#files.set(file.path, {
      path: file.path,
      created: before?.created ?? file.created,
      added: file.added + (before?.added ?? 0),
      removed: file.removed + (before?.removed ?? 0),
    });
  }

  get totals(): Totals {
    return {
      answers: this.#answers,
      calls: this.#calls,
      tokens: this.#tokens,
      atLeast: this.#atLeast,
      errors: this.#errors,
      files: this.#files,
      ownFiles: this.#own.size,
      models: [...this.#models],
      subagents: this.subagents,
      time: Math.max(0, this.#last - this.#first - this.#waited) || 0,
      waited: this.#waited,
      ...(this.pricer && {
        cost: {
          ...{ month: this.pricer.month, usd: this.#usd },
          ...{ priced: [...this.#priced], unpriced: [...this.#unpriced] },
        },
      }),
    };
  }
}

export function plus(a: Tokens, b: Tokens): Tokens {
  return {
    in: a.in + b.in,
    out: a.out + b.out,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheRead: a.cacheRead + b.cacheRead,
  };
}
