/**
 * What is killed: recording an approval and a result, the iterate that asks for the next tasks, the iterate that ends the
 * run, all in the engine; and repairing, forking and importing a run, in the product.
 */
export const victims = ['approve', 'post', 'iterate', 'complete', 'repair', 'fork', 'import'] as const;
export type Victim = (typeof victims)[number];

/** What one kill left and how it was mended. */
export interface Fault {
  readonly victim: Victim;
  /** "step 7 of 12", or "after 180 ms". */
  readonly when: string;
  /** What lay around that is no part of a sound run. */
  readonly left: readonly string[];
  /** The remedies that the diagnosis named, in order. */
  readonly remedies: readonly string[];
  /** What went wrong; empty: the run was explained, mended and came to its end with nothing lost or done twice. */
  readonly wrong: readonly string[];
}
