import { engineActions, type RunEngine } from '../../../core/engine/runEngine';
import { asBabysitter, babysitter } from './babysitterRun';
import { classify } from './judge';

/** Babysitter, for whoever knows engines only by their port. */
export const babysitterEngine: RunEngine = {
  id: babysitter,
  name: 'Babysitter',
  can: new Set(engineActions),
  judge: classify,
  isHeld: (run) => asBabysitter(run).lock?.alive ?? false,
  facts(run) {
    const { metadata } = asBabysitter(run);
    return metadata?.processRevision ? [['Revision', metadata.processRevision]] : [];
  },
};
