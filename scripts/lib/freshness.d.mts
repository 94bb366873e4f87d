/**
 * Makes a file unless the one at hand was made from the same contents. That is noted below `out/made-from`.
 * `output` and `inputs` (files and folders; those that do not exist are passed over) are relative to `folder`, which is
 * the project's when left out. Rejects when `make` does.
 */
export function ensureMade(
  output: string,
  inputs: readonly string[],
  make: () => Promise<void>,
  folder?: string,
): Promise<void>;
