import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type {
  Comparison,
  Figure,
  SideView,
  TaskPair,
  ValueComparison,
} from '../../core/views/compare/comparison';
import type { ToCompare } from '../../core/views/compare/protocol';
import { thousands } from '../../core/format';
import { answerPair } from './answerPair';
import { valueChanges } from './changeList';
import { compareApi } from './compareApi';
import { diffButton } from './compareButtons';
import { counted } from './counted';
import './compare.css';
import { helpDialog, type Keys } from '../help';
import { pairList } from './pairList';
import { sideHead } from './sideHead';
import { factTable, figureTable } from './sideTables';
import { taskPair } from './taskPair';

const keys: Keys = [
  ['j, k', 'next or previous difference'],
  ['Enter', 'compare it in the editor’s diff, or open the task'],
  ['s', 'swap the sides'],
  ['/', 'find tasks'],
  ['?', 'this help'],
];

/** A part of the page; those without differences stand at the end. */
interface Part {
  readonly title: string;
  readonly differences: number;
  readonly content: TemplateResult;
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
      target.querySelector<HTMLElement>('button')?.click();
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
    const parts = this.#parts(view);
    const differing = parts.filter(({ differences }) => differences > 0);
    const equal = parts.filter(({ differences }) => differences === 0);
    const total = differing.reduce((sum, { differences }) => sum + differences, 0);
    return html`
      <header>
        <h1>
          ${view.sides[0].n === undefined && view.sides[1].n === undefined ? 'Compare runs' : 'Compare iterations'}
        </h1>
        <div class="sides">
          ${sideHead(view.sides[0], 'left')}
          <button class="small swap" @click=${() => compareApi.postMessage({ type: 'swap' })}>
            <span class="codicon codicon-arrow-swap" aria-hidden="true"></span> Swap
          </button>
          ${sideHead(view.sides[1], 'right')}
        </div>
        ${view.notes.map(
          (note) =>
            html`<p class="notice">
              <span class="codicon codicon-repo-forked" aria-hidden="true"></span> ${note}
            </p>`,
        )}
        <div class="filters">
          <p class="total" role="status">
            ${
              total === 0
                ? 'No differences.'
                : `${counted(total, 'difference')}: ${differing.map(({ title, differences }) => `${thousands(differences)} in ${title.toLowerCase()}`).join(', ')}.`
            }
          </p>
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
            />
          </label>
          <button class="small" @click=${() => compareApi.postMessage({ type: 'diff', what: 'story' })}>
            <span class="codicon codicon-diff" aria-hidden="true"></span>
            ${view.sides.some(({ n }) => n !== undefined) ? 'Iterations as text' : 'Whole runs as text'}
          </button>
          <button class="small" @click=${() => this.querySelector<HTMLDialogElement>('dialog')?.showModal()}>
            <span class="codicon codicon-keyboard" aria-hidden="true"></span> Keyboard shortcuts
          </button>
        </div>
      </header>
      <main>
        ${differing.map((part) => section(part))} ${figures('Times', view.times, view.sides)}
        ${
          equal.length === 0
            ? nothing
            : html`<section aria-labelledby="equal">
                <h2 id="equal">Equal</h2>
                ${equal.map(
                  ({ title, content }) =>
                    html`<details class="equal">
                      <summary>${title}</summary>
                      ${content}
                    </details>`,
                )}
              </section>`
        }
      </main>
      ${helpDialog(keys)}
    `;
  }

  /** In the order in which a person reads them. */
  #parts(view: Comparison): readonly Part[] {
    const { differences, inputs, result, facts, metrics, sides } = view;
    const values = (
      title: string,
      value: ValueComparison | undefined,
      what: 'inputs' | 'output',
    ): readonly Part[] =>
      value === undefined || value.has === 'none'
        ? []
        : [
            {
              title,
              differences: what === 'inputs' ? differences.inputs : differences.result,
              content: valueChanges(value, html`${diffButton(`Compare ${title}`, { type: 'diff', what })}`),
            },
          ];
    return [
      ...(metrics.length === 0
        ? []
        : [{ title: 'Metrics', differences: differences.metrics, content: figureTable(metrics, sides) }]),
      ...values('Inputs', inputs, 'inputs'),
      ...values('Result', result, 'output'),
      ...(view.tasks.length === 0
        ? []
        : [{ title: 'Tasks', differences: differences.tasks, content: this.#tasks(view) }]),
      ...(view.answers.length === 0
        ? []
        : [
            {
              title: 'Answers by people',
              differences: differences.answers,
              content: pairList(view.answers, 'equal answer', answerPair),
            },
          ]),
      ...(facts.length === 0
        ? []
        : [{ title: 'Other facts', differences: differences.facts, content: factTable(facts, sides) }]),
    ];
  }

  #tasks(view: Comparison): TemplateResult {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ left, right }: TaskPair): boolean => {
      const text = [left?.title, left?.kind, right?.title, right?.kind].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const found = view.tasks.filter(fits);
    return html`
      ${words.length > 0 && found.length === 0 ? html`<p class="quiet">No task has these words.</p>` : nothing}
      ${pairList(found, 'equal task', taskPair)}
      ${view.left === 0 ? nothing : html`<p class="quiet">${thousands(view.left)} more tasks are left out.</p>`}
    `;
  }
}

function section({ title, differences, content }: Part): TemplateResult {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${title} <small>${counted(differences, 'difference')}</small></h2>
    ${content}
  </section>`;
}

function figures(title: string, all: readonly Figure[], sides: readonly SideView[]): TemplateResult {
  return html`<section aria-labelledby="times">
    <h2 id="times">${title}</h2>
    ${figureTable(all, sides)}
  </section>`;
}

customElements.define('compare-page', ComparePage);
