import type { NamedIteration } from '../../run/iterations';
import type { ReportMetric } from './report';

/** A text of a table or list; `link` is the path, relative to the project, of a file it leads to. */
export type Cell = string | { readonly text: string; readonly link: string };

/** What a report says, before it is Markdown or HTML. All texts are run text or made of it, and are no markup. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Cell[] }
  /** What is said under a name, each entry in Markdown of unknown origin. */
  | { readonly kind: 'entries'; readonly name: string; readonly entries: readonly string[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | {
      readonly kind: 'chart';
      readonly metrics: readonly ReportMetric[];
      readonly iteration: number | undefined;
      readonly named: readonly NamedIteration[];
    };
