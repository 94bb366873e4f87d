import type { Machine } from './browserPlaces.mjs';

/** The absolute paths at which the command of VS Code or of an editor made from it may lie, the most wanted first. */
export function editorPlaces(machine: Machine): readonly string[];
