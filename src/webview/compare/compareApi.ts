import type { FromCompare, KeptSides } from '../../core/views/compare/protocol';
import { connectPage } from '../vscodeApi';

/** Kept by VS Code across hiding and reloading: it brings the page back. */
export interface CompareState extends KeptSides {
  readonly text: string;
  readonly scroll: number;
}

const sides = JSON.parse(document.body.dataset['sides'] ?? '{}') as KeptSides;

/** A comparison's connection to the extension. */
export const compareApi = connectPage<CompareState, FromCompare>({ ...sides, text: '', scroll: 0 });
