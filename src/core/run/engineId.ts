/** Which kind of engine a run belongs to: `babysitter`, `perstack`, `themis`, `daystrom`. */
export type EngineId = string;
