import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Comparison, Counts, TaskPair, ValueComparison } from '../../core/views/compare/comparison';
import type { ToCompare } from '../../core/views/compare/protocol';
import { count, thousands } from '../../core/format';
import { answerPair } from './answerPair';
import { compareApi } from './compareApi';
import { diffButton } from './compareButtons';
import { countsText, placeCounts, sumOf } from './counts';
import './compare.css';
import { helpDialog, type Keys } from '../help';
import { pairList } from './pairList';
import { sideHead } from './sideHead';
import { factTable, figureTable } from './sideTables';
import { taskPair } from './taskPair';
import { valueChanges } from './valueChanges';

const keys: Keys = [
  ['j, k', 'next or previous difference'],
  ['Enter', 'compare it in the editor’s diff, or open the task'],
  ['s', 'swap the sides'],
  ['/', 'find tasks; Enter goes to the first one'],
  ['?', 'this help'],
];

/** A part of the page; those without differences stand at the end. */
interface Part {
  readonly title: string;
  readonly counts: Counts;
  /** What the heading says; left out: the counts. */
  readonly said?: string;
  /** How much of it there is. */
  readonly all: number;
  readonly content: TemplateResult;
  /** Somebody looks for something in it. */
  readonly unfolded?: boolean;
}

/** Two runs or iterations side by side. */
class ComparePage extends LitElement {
  static override properties = { view: { state: true }, gone: { state: true }, text: { state: true } };

  declare view: Comparison | undefined;
  /** Why there is nothing to compare any more; empty: there is. */
  declare gone: string;
  declare text: string;

  #scrolled = false;

  constructor() {
    super();
    this.view = undefined;
    this.gone = '';
    this.text = compareApi.state().text;
    // So that the page comes back, whatever is done with it.
    compareApi.keep({});
    window.addEventListener('scroll', () => compareApi.keep({ scroll: window.scrollY }), { passive: true });
    window.addEventListener('message', (event: MessageEvent<ToCompare>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    compareApi.postMessage({ type: 'ready' });
  }

  protected override updated(): void {
    if (this.#scrolled || !this.view) return;
    this.#scrolled = true;
    const { scroll } = compareApi.state();
    if (scroll > 0) requestAnimationFrame(() => window.scrollTo(0, scroll));
  }

  #receive(message: ToCompare): void {
    if (message.type === 'gone') {
      this.gone = message.sentence;
      return;
    }
    this.gone = '';
    this.view = message.view;
    const [left, right] = message.view.sides.map(({ key, n }) => ({
      dir: key,
      ...(n === undefined ? {} : { n }),
    }));
    if (left && right) compareApi.keep({ left, right });
  }

  #press(event: KeyboardEvent): void {
    const target = event.target instanceof Element ? event.target : document.body;
    const help = this.querySelector<HTMLDialogElement>('dialog');
    if (event.defaultPrevented || help?.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches('input')) return;
    if (event.key === 'j' || event.key === 'k') this.#move(event.key === 'j' ? 1 : -1);
    else if (event.key === 's') compareApi.postMessage({ type: 'swap' });
    else if (event.key === '/') this.querySelector<HTMLInputElement>('input')?.focus();
    else if (event.key === '?') help?.showModal();
    else if (event.key === 'Enter' && target.matches('.item'))
      (target.querySelector<HTMLElement>('.compare') ?? target.querySelector('button'))?.click();
    else return;
    event.preventDefault();
  }

  /** Between what differs, as far as it is unfolded. */
  #move(steps: number): void {
    const items = [...this.querySelectorAll<HTMLElement>('.item')].filter((item) => item.checkVisibility());
    const at = items.findIndex((item) => item.contains(document.activeElement));
    const next = items[at === -1 ? (steps > 0 ? 0 : items.length - 1) : at + steps];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult {
    if (this.gone !== '') return html`<p class="gone">${this.gone}</p>`;
    const { view } = this;
    if (!view) return html`<p class="gone" role="status">Reading the runs…</p>`;
    const foundTasks = this.#find(view);
    const parts = this.#parts(view, foundTasks);
    const differing = parts.filter(({ counts }) => sumOf(counts) > 0);
    const equal = parts.filter(({ counts }) => sumOf(counts) === 0);
    const isWhole = isWholeRuns(view);
    return html`
      <header>
        <h1>${isWhole ? 'Compare runs' : 'Compare iterations'}</h1>
        ${view.warning === '' ? nothing : notice(view.warning, 'warning')}
        ${view.notes.map((note) => notice(note, 'repo-forked'))}
      </header>
      <div class="sides columns">
        <button class="small swap" @click=${() => compareApi.postMessage({ type: 'swap' })}>
          <span class="codicon codicon-arrow-swap" aria-hidden="true"></span> Swap
        </button>
        ${sideHead(view.sides[0], 'left')} ${sideHead(view.sides[1], 'right')}
      </div>
      <main>
        ${this.#overview(differing, isWhole, this.#foundText(foundTasks, view))}
        ${differing.map((part) => section(part))}
        ${
          view.times.length === 0
            ? nothing
            : html`<section aria-labelledby="times">
                <h2 id="times">Times</h2>
                ${figureTable('Time', view.times, view.sides)}
              </section>`
        }
        ${
          view.work.length === 0
            ? nothing
            : html`<section aria-labelledby="work">
                <h2 id="work">Agent work</h2>
                ${figureTable('Number', view.work, view.sides)}
              </section>`
        }
        ${
          equal.length === 0
            ? nothing
            : html`<section aria-labelledby="unchanged">
                <h2 id="unchanged">Unchanged</h2>
                ${equal.map(
                  ({ title, all, content, unfolded = false }) =>
                    html`<details class="folded" ?open=${unfolded}>
                      <summary>${title} <small>${thousands(all)}</small></summary>
                      ${content}
                    </details>`,
                )}
              </section>`
        }
      </main>
      ${helpDialog(keys)}
    `;
  }

  /** How much differs, and where; the parts are links. */
  #overview(differing: readonly Part[], isWhole: boolean, found: string): TemplateResult {
    const total = differing.reduce((sum, { counts }) => sum + sumOf(counts), 0);
    return html`
      <p class="total" role="status">${total === 0 ? 'No differences' : count(total, 'difference')}</p>
      <nav class="jumps" aria-label="Differences">
        ${differing.map(
          ({ title, counts }) =>
            html`<a href="#${idOf(title)}"
              ><span>${title}</span><span class="tag">${thousands(sumOf(counts))}</span></a
            >`,
        )}
      </nav>
      <div class="filters">
        <label>
          <span class="hidden">Find tasks</span>
          <input
            type="search"
            placeholder="Find tasks by title (/)"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value;
              compareApi.keep({ text: this.text });
            }}
            @keydown=${({ key }: KeyboardEvent) => key === 'Enter' && this.#goToTask()}
          />
        </label>
        <span class="quiet" role="status">${found}</span>
        <button class="small" @click=${() => compareApi.postMessage({ type: 'diff', what: 'story' })}>
          <span class="codicon codicon-diff" aria-hidden="true"></span>
          ${storyLabel(isWhole)}
        </button>
        <button class="small" @click=${() => this.querySelector<HTMLDialogElement>('dialog')?.showModal()}>
          <span class="codicon codicon-keyboard" aria-hidden="true"></span> Keyboard Shortcuts
        </button>
      </div>
    `;
  }

  /** In the order in which a person reads them. */
  #parts(view: Comparison, foundTasks: readonly TaskPair[]): readonly Part[] {
    const { counts, inputs, result, facts, metrics, sides } = view;
    const values = (
      title: string,
      value: ValueComparison | undefined,
      what: 'inputs' | 'output',
    ): readonly Part[] => {
      if (value === undefined || value.has === 'none') return [];
      const button = diffButton(`Compare ${title}`, { type: 'diff', what });
      const found = what === 'inputs' ? counts.inputs : counts.result;
      const said = countsText(placeCounts(value, found));
      return [{ title, counts: found, said, all: 1, content: valueChanges(value, button) }];
    };
    const parts: readonly Part[] = [
      {
        ...{ title: 'Metrics', counts: counts.metrics, all: metrics.length },
        content: figureTable('Metric', metrics, sides),
      },
      ...values('Inputs', inputs, 'inputs'),
      ...values('Result', result, 'output'),
      {
        ...{ title: 'Tasks', counts: counts.tasks, all: view.tasks.length },
        ...{ content: this.#tasks(view, foundTasks), unfolded: this.#words.length > 0 },
      },
      {
        ...{ title: 'Answers', counts: counts.answers, all: view.answers.length },
        content: pairList(view.answers, answerPair, false),
      },
      {
        ...{ title: 'Other facts', counts: counts.facts, all: facts.length },
        content: factTable(facts, sides),
      },
    ];
    return parts.filter(({ all }) => all > 0);
  }

  /** What is looked for in the tasks. */
  get #words(): readonly string[] {
    return this.text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  /** The tasks that are looked for. */
  #find({ tasks }: Comparison): readonly TaskPair[] {
    const words = this.#words;
    const fits = ({ left, right }: TaskPair): boolean => {
      const text = [left?.title, left?.kind, right?.title, right?.kind].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return tasks.filter(fits);
  }

  /** Beside the search, as the tasks may be far below; empty: nothing is looked for. */
  #foundText(found: readonly TaskPair[], { tasks }: Comparison): string {
    if (this.#words.length === 0) return '';
    return `${thousands(found.length)} of ${count(tasks.length, 'task')}`;
  }

  /** From the search to the first task that was found. */
  #goToTask(): void {
    const first = this.querySelector<HTMLElement>('.pairs .item');
    first?.focus();
    first?.scrollIntoView({ block: 'nearest' });
  }

  #tasks(view: Comparison, found: readonly TaskPair[]): TemplateResult {
    const isSearch = this.#words.length > 0;
    return html`
      ${isSearch && found.length === 0 ? html`<p class="quiet">No task matches.</p>` : nothing}
      <div class="pairs">${pairList(found, taskPair, isSearch)}</div>
      ${
        view.left === 0
          ? nothing
          : html`<p class="notice">
              ${thousands(view.tasks.length)} of ${count(view.tasks.length + view.left, 'task')} are listed,
              those that differ first. ${storyLabel(isWholeRuns(view))} shows all.
            </p>`
      }
    `;
  }
}

function isWholeRuns({ sides }: Comparison): boolean {
  return sides.every(({ n }) => n === undefined);
}

/** The name of the button that compares all of both sides as text. */
function storyLabel(isWhole: boolean): string {
  return isWhole ? 'Whole Runs as Text' : 'Iterations as Text';
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}

function section({ title, counts, said = countsText(counts), content }: Part): TemplateResult {
  const id = idOf(title);
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${title} <small>${said}</small></h2>
    ${content}
  </section>`;
}

function notice(text: string, icon: string): TemplateResult {
  return html`<p class="notice ${icon}" dir="auto">
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${text}
  </p>`;
}

customElements.define('compare-page', ComparePage);
