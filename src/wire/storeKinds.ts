import { join } from 'node:path';
import { daystromStores } from '../engines/daystrom/node/daystromStores';
import { perstackStores } from '../engines/perstack/node/perstackStores';
import { ReaderThread } from '../engines/themis/node/readerThread';
import { themisStores } from '../engines/themis/node/themisStores';
import type { StoreKind } from '../node/stores';

export { daystrom as daystromId } from '../engines/daystrom/core/daystromRun';
export { perstack as perstackId } from '../engines/perstack/core/perstackRun';
export { themis as themisId } from '../engines/themis/core/themisRun';

/** Every engine whose runs are read from its own stores; where they are looked for stands in `storeSettings.ts`. */
export const storeKinds: readonly StoreKind[] = [
  perstackStores,
  themisStores(new ReaderThread(join(__dirname, 'themisReader.js'))),
  daystromStores,
];
