import { perstackStores } from '../engines/perstack/node/perstackStores';
import type { StoreKind } from '../node/stores';

export { perstack as perstackId } from '../engines/perstack/core/perstackRun';
export const themisId = 'themis';
export const daystromId = 'daystrom';

/** Every engine whose runs are read from its own stores; where they are looked for stands in `storeSettings.ts`. */
export const storeKinds: readonly StoreKind[] = [perstackStores];
