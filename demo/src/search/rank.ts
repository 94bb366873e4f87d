export interface Product {
  readonly title: string;
  readonly sold: number;
  readonly updatedAt: number;
}

/** How well a product fits the words searched for: title first, then what sells, then what is fresh. */
export function rank(product: Product, words: readonly string[], now: number): number {
  const title = product.title.toLowerCase();
  const hits = words.filter((word) => title.includes(word)).length / Math.max(words.length, 1);
  const popularity = Math.log10(1 + product.sold) / 6;
  const ageInDays = (now - product.updatedAt) / 86_400_000;
  return 0.6 * hits + 0.3 * popularity + 0.1 * Math.exp(-ageInDays / 30);
}
