/** One measured figure and what it may be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the floor took in the same unit. */
  readonly floor?: number;
  /** The median of value to floor, pair by pair. */
  readonly ratio?: number;
  /** The most that the ratio may be where there is one, else the value. */
  readonly budget: number;
  readonly holds: boolean;
}

export function figure(
  name: string,
  value: number,
  unit: string,
  budget: number,
  compared: { readonly floor: number; readonly ratio: number } | undefined = undefined,
): Figure {
  const rounded = (number: number): number => Number(number.toPrecision(3));
  const shown = rounded(value);
  const floor = compared && rounded(compared.floor);
  const ratio = compared && rounded(compared.ratio);
  return {
    name,
    value: shown,
    unit,
    ...(floor === undefined ? {} : { floor }),
    ...(ratio === undefined ? {} : { ratio }),
    budget,
    // What is shown is what is judged: 20.04 reads as 20 and would hold and not hold at once.
    holds: (ratio ?? shown) <= budget,
  };
}

/** Prints a Markdown table, which the terminal shows well enough. */
export function printTable(figures: readonly Figure[]): void {
  const rows = figures.map(({ name, value, unit, floor, ratio, budget, holds }) => [
    name,
    `${value} ${unit}`,
    floor === undefined ? '' : `${floor} ${unit}`,
    ratio === undefined ? '' : String(ratio),
    ratio === undefined ? `≤ ${budget} ${unit}` : `≤ ${budget} × floor`,
    holds ? 'yes' : 'NO',
  ]);
  const table = [['measured', 'value', 'floor', 'ratio', 'budget', 'holds'], ...rows];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  console.log(lines.join('\n'));
}
