// Writes the list prices of models, as the pinned package tells them: `npm run prices`. The build does it, too.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { root, runMain } from './lib/run.mjs';

/** The release whose prices are taken, and the month of it, which stands beside every estimate. */
const release = { version: '0.1.8', month: '2026-09' };

const file = 'src/core/sessions/prices.json';

/** Models that agents work with: no older ones, and none that only make pictures, sounds or numbers. */
const wanted =
  /^(?:claude-(?!2|3-(?:opus|sonnet|haiku))|gpt-(?:4\.1|[5-9])|o[34]|codex-|gemini-(?:2\.5|[3-9]))/;
const unwanted = /audio|realtime|image|tts|transcribe|embedding|search|live|computer/;

/** @type {import('./prices.d.mts').pricesText} */
export function pricesText() {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/@pydantic/genai-prices/package.json'), 'utf8'),
  );
  if (version !== release.version)
    throw new Error(`Of which month are the prices of ${version}? Say so here.`);
  const models = ['anthropic', 'openai', 'google'].flatMap((providerId) => {
    const provider = findProvider({ providerId });
    return (provider?.models ?? []).flatMap(({ id, match }) => {
      const found = calcPrice({ input_tokens: 1 }, id, {
        provider,
        timestamp: new Date(`${release.month}-28T12:00:00Z`),
      });
      if (!found || !wanted.test(id) || unwanted.test(id)) return [];
      if (providerId === 'google' && !id.startsWith('gemini-')) return [];
      const price = (/** @type {string} */ name) => toPrice(found.model_price[`${name}_mtok`]);
      const prices = ['input', 'output', 'cache_write', 'cache_read', 'cache_write_1h'].map(price);
      while (prices.at(-1) === 0) prices.pop();
      return prices.length === 0 ? [] : [[match, ...prices]];
    });
  });
  const lines = models.map((model) => JSON.stringify(model)).join(',\n');
  return `{"month":"${release.month}","models":[\n${lines}\n]}\n`;
}

/**
 * A price in dollars for a million tokens; above some input of one request another one: [price, input, price, …].
 * @param {unknown} price
 */
function toPrice(price) {
  if (typeof price !== 'object' || price === null) return Number(price ?? 0);
  const { base, tiers } = /** @type {import('@pydantic/genai-prices').TieredPrices} */ (price);
  return [base, ...tiers.flatMap((tier) => [tier.start, tier.price])];
}

/** Writes the file where it is not as it should be. */
export function writePrices() {
  const path = join(root, file);
  const text = pricesText();
  if (readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

if (process.argv[1] === import.meta.filename) await runMain(async () => writePrices());
