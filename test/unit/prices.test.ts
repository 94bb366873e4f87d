import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { pricesText } from '../../scripts/prices.mjs';
import { loadPrices } from '../../src/core/sessions/prices';
import { Tally } from '../../src/core/sessions/tally';
import { costBasis, costText, sumParts, toPartNumbers } from '../../src/core/sessions/sessionNumbers';
import type { Tokens, Work } from '../../src/core/sessions/work';

const pricer = await loadPrices();
const none: Tokens = { in: 0, out: 0, cacheWrite: 0, cacheRead: 0 };
const work = (model: string | undefined, tokens: Partial<Tokens>, answers = 1): Work => ({
  ...{ at: 0, answers, atLeast: false, model, calls: [] },
  tokens: { ...none, ...tokens },
});

describe('list prices', () => {
  it('are those of the pinned package', () => {
    const file = fileURLToPath(new URL('../../src/core/sessions/prices.json', import.meta.url));
    expect(readFileSync(file, 'utf8')).toBe(pricesText());
  });

  it('make the same of an answer as the package does, whatever the model, its size and its caches', () => {
    const models = [
      ...['claude-opus-4-8', 'claude-opus-4-6', 'claude-sonnet-4-5-20250929', 'claude-haiku-4-5'],
      ...['claude-3-5-sonnet-20241022', 'gpt-5.3-codex', 'gpt-5.1-codex-mini', 'o4-mini'],
      ...['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-3-pro-preview'],
    ];
    const amount = fc.nat(300_000);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.tuple(amount, amount, amount, amount),
        fc.nat(100),
        (model, [a, b, c, d], share) => {
          const writes = model.startsWith('claude') ? c : 0;
          const hourly = Math.floor((writes * share) / 100);
          const tokens = { in: a, out: b, cacheWrite: writes, cacheRead: d, cacheWrite1h: hourly };
          const theirs = calcPrice(
            {
              ...{ input_tokens: a + writes + d, output_tokens: b, cache_read_tokens: d },
              ...{ cache_write_tokens: writes, cache_write_1h_tokens: hourly },
            },
            model,
            { timestamp: new Date('2026-09-28T12:00:00Z') },
          );
          expect(pricer.price(work(model, tokens))).toBeCloseTo(theirs?.total_price ?? Number.NaN, 6);
        },
      ),
    );
  });

  it('of a sum are those of small requests, as nothing tells how large each was', () => {
    const tokens = { in: 1_000_000 };
    expect(pricer.price(work('gemini-2.5-pro', tokens))).toBeCloseTo(2.5);
    expect(pricer.price(work('gemini-2.5-pro', tokens, 0))).toBeCloseTo(1.25);
  });

  it('are not known of what nobody lists', () => {
    expect(pricer.price(work('made-up-9', { in: 5 }))).toBeUndefined();
    expect(pricer.price(work(undefined, { in: 5 }))).toBeUndefined();
  });
});

describe('prices of one’s own', () => {
  it('come before those of the list, by name or by how a name begins, and are told of', async () => {
    const own = await loadPrices({
      ...{ 'Made-Up-9': { input: 2, output: 10, cacheRead: 0 }, 'claude-opus-*': { input: 1, output: 1 } },
      ...{ 'made-up-8': { input: -1, output: 1 }, 'made-up-7': 5, 'made-up-6': { input: 1 } },
    });
    const million = { in: 1_000_000, out: 1_000_000, cacheWrite: 1_000_000, cacheRead: 1_000_000 };
    expect(own.price(work('made-up-9', million))).toBeCloseTo(14);
    expect(own.price(work('claude-opus-4-8', million))).toBeCloseTo(4);
    expect(own.price(work('gpt-5.3-codex', million))).toBe(pricer.price(work('gpt-5.3-codex', million)));
    for (const name of ['made-up-8', 'made-up-7', 'made-up-6'])
      expect(own.price(work(name, million))).toBeUndefined();
    expect(own.month).toBe(`${pricer.month} and your own`);
  });

  it('that are none leave the list as it is', async () => {
    for (const none of [undefined, null, 'x', [], { a: 1 }])
      expect((await loadPrices(none)).month).toBe(pricer.month);
  });
});

describe('an estimate', () => {
  const tally = (...all: readonly Work[]) => {
    const adding = new Tally(pricer);
    for (const each of all) adding.add(each);
    return toPartNumbers({ effectIds: [], totals: adding.totals, how: 'time' });
  };

  it('tells of when the prices are, and how many models have one', () => {
    const part = tally(
      work('claude-opus-4-8', { in: 1_000_000 }),
      work('gpt-5.3-codex', { out: 1_000_000 }),
      work('made-up-9', { in: 1_000_000 }),
      work(undefined, { in: 1 }),
      work('never-used', {}),
    );
    expect(costText(part)).toBe('≈ $19.00');
    expect(costBasis(part)).toBe('estimate at list prices of 2026-09, 2 of 4 models priced');
  });

  it('is the sum of the estimates of parts, with every model once', () => {
    const one = tally(work('claude-opus-4-8', { in: 1_000_000 }), work('made-up-9', { in: 5 }));
    const sum = sumParts([one, one, tally(work('claude-opus-4-8', { out: 1_000_000 }))]);
    expect(sum.cost).toEqual({
      month: '2026-09',
      usd: 35,
      priced: ['claude-opus-4-8'],
      unpriced: ['made-up-9'],
    });
  });

  it('is not there unless it is asked for, and no price is told where there is none', () => {
    const plain = new Tally();
    plain.add(work('claude-opus-4-8', { in: 5 }));
    expect(plain.totals).not.toHaveProperty('cost');
    expect(costText(tally(work('made-up-9', { in: 5 })))).toBe('');
  });
});
