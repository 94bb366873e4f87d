import * as z from 'zod/mini';
import { isSegment } from './lenient';

/** An effect's or a run's id in what a page or another extension sends: one plain path segment. */
export const segment = z
  .string('it must be text')
  .check(z.refine(isSegment, 'it is not a plain name (it could lead out of the run folder)'));
