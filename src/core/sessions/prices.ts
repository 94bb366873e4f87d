import { isRecord } from '../run/lenient';
import type { Tokens, Work } from './work';

/** Which names of models are meant. */
type Match =
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/** US dollars for a million tokens; above some input of one request another price: [price, input, price, …]. */
type Price = number | readonly number[];

/** List prices of models, as `npm run prices` writes them. */
export interface PriceList {
  /** Of when they are: "2026-09". */
  readonly month: string;
  /** Input, output, cache written, cache read, cache written for an hour; 0 or left out: as input. */
  readonly models: readonly (readonly [Match, ...Price[]])[];
}

/** What work would cost at list prices. */
export interface Pricer {
  /** "2026-09", "2026-09 and your own" */
  readonly month: string;
  /** In US dollars; `undefined`: the list does not have the model. */
  price(work: Pick<Work, 'answers' | 'model' | 'tokens'>): number | undefined;
}

/** @param own prices of the person's own, as the setting has them: by the model's name, for a million tokens */
export async function loadPrices(own: unknown = {}): Promise<Pricer> {
  const { default: list } = await import('./prices.json');
  return makePricer(withOwn(list as unknown as PriceList, own));
}

/** What is no price is left out. */
function withOwn({ month, models }: PriceList, own: unknown): PriceList {
  const mine = Object.entries(isRecord(own) ? own : {}).flatMap(([model, price]): PriceList['models'] => {
    const { input, output, cacheWrite, cacheRead } = isRecord(price) ? price : {};
    if (!isPrice(input) || !isPrice(output)) return [];
    const name = model.toLowerCase();
    const match = name.endsWith('*') ? { starts_with: name.slice(0, -1) } : { equals: name };
    return [[match, input, output, cachePrice(cacheWrite), cachePrice(cacheRead)]];
  });
  return mine.length === 0
    ? { month, models }
    : { month: `${month} and your own`, models: [...mine, ...models] };
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** One that is 0 is not one that is left out. */
function cachePrice(price: unknown): number {
  return isPrice(price) ? Math.max(price, Number.EPSILON) : 0;
}

export function makePricer({ month, models }: PriceList): Pricer {
  const known = new Map<string, readonly Price[] | undefined>();
  const pricesOf = (model: string): readonly Price[] | undefined => {
    const name = model.slice(0, 200).toLowerCase();
    if (!known.has(name)) known.set(name, models.find(([match]) => fits(name, match))?.slice(1) as Price[]);
    return known.get(name);
  };
  return {
    month,
    price({ answers, model, tokens }) {
      const prices = model === undefined ? undefined : pricesOf(model);
      // What is told for several requests together tells nothing of the size of one.
      return prices && priceOf(tokens, prices, answers === 1);
    },
  };
}

function fits(name: string, match: Match): boolean {
  if ('or' in match) return match.or.some((part) => fits(name, part));
  if ('and' in match) return match.and.every((part) => fits(name, part));
  if ('equals' in match) return name === match.equals;
  if ('starts_with' in match) return name.startsWith(match.starts_with);
  if ('ends_with' in match) return name.endsWith(match.ends_with);
  if ('contains' in match) return name.includes(match.contains);
  return new RegExp(match.regex).test(name);
}

function priceOf(tokens: Tokens, prices: readonly Price[], isOneRequest: boolean): number {
  const { out, cacheWrite, cacheRead, cacheWrite1h = 0 } = tokens;
  const input = tokens.in + cacheWrite + cacheRead;
  const [forIn, forOut, forWrite, forRead, forWrite1h] = [0, 1, 2, 3, 4].map((i) =>
    at(prices[i] ?? 0, isOneRequest ? input : 0),
  ) as [number, number, number, number, number];
  const write = forWrite || forIn;
  const sum =
    tokens.in * forIn +
    out * forOut +
    (cacheWrite - cacheWrite1h) * write +
    cacheWrite1h * (forWrite1h || write) +
    cacheRead * (forRead || forIn);
  return sum / 1_000_000;
}

/** The price for a request of so much input. */
function at(price: Price, input: number): number {
  if (typeof price === 'number') return price;
  let [here = 0] = price;
  for (let i = 1; i < price.length; i += 2) if (input > (price[i] ?? 0)) here = price[i + 1] ?? here;
  return here;
}
