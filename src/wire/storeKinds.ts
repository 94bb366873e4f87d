import type { StoreKind } from '../node/stores';

export const perstackId = 'perstack';
export const themisId = 'themis';
export const daystromId = 'daystrom';

/** Every engine whose runs are read from its own stores; where they are looked for stands in `storeSettings.ts`. */
export const storeKinds: readonly StoreKind[] = [];
