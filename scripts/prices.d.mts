/** What is written: the prices of the pinned package, as few as are used. */
export function pricesText(): string;
/** Writes the file where it is not as it should be. */
export function writePrices(): void;
