import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type {
  AnswerPair,
  AnswerSide,
  Change,
  Comparison,
  Fact,
  Figure,
  SideView,
  TaskPair,
  TaskView,
  ValueComparison,
} from '../../core/compare/compareRuns';
import type { ToCompare } from '../../core/compare/protocol';
import { compareApi } from './compareApi';
import './compare.css';
import { helpDialog, type Keys } from '../help';

const keys: Keys = [
  ['j, k', 'next or previous difference'],
  ['Enter', 'compare it in the editor’s diff, or open the task'],
  ['s', 'swap the sides'],
  ['/', 'find tasks'],
  ['?', 'this help'],
];

type SideName = 'left' | 'right';

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
    const [left, right] = message.view.sides.map(({ dir, n }) => ({
      dir,
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
                : `${count(total, 'difference')}: ${differing.map(({ title, differences }) => `${number(differences)} in ${title.toLowerCase()}`).join(', ')}.`
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
        : [{ title: 'Answers by people', differences: differences.answers, content: answers(view.answers) }]),
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
    const [differing, equal] = [found.filter(differs), found.filter((pair) => !differs(pair))];
    return html`
      ${words.length > 0 && found.length === 0 ? html`<p class="quiet">No task has these words.</p>` : nothing}
      ${
        differing.length === 0
          ? nothing
          : html`<ul class="pairs">
              ${differing.map(taskPair)}
            </ul>`
      }
      ${
        equal.length === 0
          ? nothing
          : html`<details class="equal">
              <summary>${count(equal.length, 'equal task')}</summary>
              <ul class="pairs">
                ${equal.map(taskPair)}
              </ul>
            </details>`
      }
      ${view.left === 0 ? nothing : html`<p class="quiet">${number(view.left)} more tasks are left out.</p>`}
    `;
  }
}

function differs({ left, right, differs: what }: TaskPair | AnswerPair): boolean {
  return left === undefined || right === undefined || what.length > 0;
}

function sideHead(side: SideView, name: SideName): TemplateResult {
  const { title, n, shortId, runId, state, icon, reason, created } = side;
  return html`<section class="side" aria-label=${name === 'left' ? 'Left side' : 'Right side'}>
    <h2>
      <button
        class="link"
        role="link"
        title=${`Open the run ${runId}`}
        @click=${() => compareApi.postMessage({ type: 'openRun', side: name })}
      >
        ${title}
      </button>
      ${n === undefined ? nothing : html`<span class="tag">iteration ${n}</span>`}
    </h2>
    <p title=${reason}>
      <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span>
      <strong>${state}</strong>
      <small>· <code>${shortId}</code> · ${moment(created)}</small>
    </p>
  </section>`;
}

function section({ title, differences, content }: Part): TemplateResult {
  const id = title.toLowerCase().replaceAll(' ', '-');
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>${title} <small>${count(differences, 'difference')}</small></h2>
    ${content}
  </section>`;
}

/** Facts that both have: those that differ, and the others folded. */
function factTable(facts: readonly Fact[], sides: readonly SideView[]): TemplateResult {
  const [differing, equal] = [facts.filter(({ same }) => !same), facts.filter(({ same }) => same)];
  const table = (some: readonly Fact[]): TemplateResult =>
    html`<table>
      ${tableHead('', sides, false)}
      <tbody>
        ${some.map(
          ({ name, left, right }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${orNothing(left)}</td>
              <td>${orNothing(right)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  return html`
    ${differing.length === 0 ? nothing : table(differing)}
    ${
      equal.length === 0
        ? nothing
        : differing.length === 0
          ? table(equal)
          : html`<details class="equal">
              <summary>${count(equal.length, 'equal value')}</summary>
              ${table(equal)}
            </details>`
    }
  `;
}

function figures(title: string, all: readonly Figure[], sides: readonly SideView[]): TemplateResult {
  return html`<section aria-labelledby="times">
    <h2 id="times">${title}</h2>
    ${figureTable(all, sides)}
  </section>`;
}

function figureTable(all: readonly Figure[], sides: readonly SideView[]): TemplateResult {
  return html`<table class="figures">
    ${tableHead('', sides, true)}
    <tbody>
      ${all.map(
        ({ name, left, right, change, better }) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class=${better === 'left' ? 'better' : ''}>
              ${orNothing(left)} ${betterMark(better === 'left')}
            </td>
            <td class=${better === 'right' ? 'better' : ''}>
              ${orNothing(right)} ${betterMark(better === 'right')}
            </td>
            <td>${change === '' ? html`<span class="quiet">equal</span>` : change}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function betterMark(better: boolean): TemplateResult | typeof nothing {
  return better
    ? html`<span class="codicon codicon-star-full" aria-hidden="true"></span
        ><span class="hidden">better</span>`
    : nothing;
}

function tableHead(name: string, sides: readonly SideView[], change: boolean): TemplateResult {
  const label = (side: SideView | undefined, other: SideView | undefined): string =>
    side === undefined
      ? ''
      : side.n !== undefined && side.dir === other?.dir
        ? `Iteration ${side.n}`
        : [side.title, side.n === undefined ? '' : `iteration ${side.n}`].filter(Boolean).join(', ');
  const [left, right] = sides;
  return html`<thead>
    <tr>
      <td>${name}</td>
      <th scope="col">${label(left, right)}</th>
      <th scope="col">${label(right, left)}</th>
      ${change ? html`<th scope="col">Change</th>` : nothing}
    </tr>
  </thead>`;
}

/** Where two values differ, place by place. */
function valueChanges({ changes, more, has }: ValueComparison, button: TemplateResult): TemplateResult {
  return html`<div class="item values" tabindex="-1" role="group" aria-label="Values that differ">
    ${changes.length === 0 ? html`<p class="quiet">Equal.</p>` : changeList(changes, more, has)}
    <p class="buttons">${button}</p>
  </div>`;
}

function changeList(
  changes: readonly Change[],
  more: number,
  has: ValueComparison['has'] = 'both',
): TemplateResult {
  return html`
    ${has === 'left' || has === 'right' ? html`<p class="quiet">Only the ${has} side has one.</p>` : nothing}
    <ul class="changes">
      ${changes.map(
        ({ path, left, right }) =>
          html`<li>
            <code class="path">${path === '' ? 'value' : path}</code>
            <span class="old">${orNothing(left)}</span>
            <span class="codicon codicon-arrow-small-right" aria-hidden="true"></span>
            <span class="hidden">on the right:</span>
            <span class="new">${orNothing(right)}</span>
          </li>`,
      )}
      ${more === 0 ? nothing : html`<li class="quiet">${number(more)} more</li>`}
    </ul>
  `;
}

function orNothing(text: string): TemplateResult | string {
  return text === '' ? html`<span class="quiet">nothing</span>` : text;
}

function taskPair(pair: TaskPair): TemplateResult {
  const { left, right, differs: what, inputs, result, replayed, iteration } = pair;
  const ids = left && right ? { left: left.effectId, right: right.effectId } : undefined;
  const label = (left ?? right)?.title ?? '';
  return html`<li class="item" tabindex="-1" aria-label=${label}>
    <div class="pair">
      ${taskSide(left, 'left')}
      <div class="between">
        ${iteration === '' ? nothing : html`<span class="tag" title="Iteration">#${iteration}</span>`}
        ${what.map((one) => html`<span class="tag differs">${one}</span>`)}
        ${replayed ? html`<span class="tag" title="The fork took the result over">replayed</span>` : nothing}
        ${left ? nothing : html`<span class="tag differs">only right</span>`}
        ${right ? nothing : html`<span class="tag differs">only left</span>`}
      </div>
      ${taskSide(right, 'right')}
    </div>
    ${
      what.includes('inputs')
        ? html`<p class="what">Inputs</p>
            ${changeList(inputs.changes, inputs.more)}`
        : nothing
    }
    ${
      what.includes('result')
        ? html`<p class="what">Result</p>
            ${changeList(result.changes, result.more)}`
        : nothing
    }
    <p class="buttons">
      ${
        ids && what.includes('result')
          ? diffButton('Compare Results', { type: 'diffTask', what: 'task-result', ...ids }, label)
          : nothing
      }
      ${
        ids && what.includes('inputs')
          ? diffButton('Compare Inputs', { type: 'diffTask', what: 'task-inputs', ...ids }, label)
          : nothing
      }
      ${openTask(left, 'left')} ${openTask(right, 'right')}
    </p>
  </li>`;
}

function taskSide(task: TaskView | undefined, side: SideName): TemplateResult {
  if (!task) return html`<div class="missing quiet">not on the ${side}</div>`;
  const { title, kind, state, icon, time, why } = task;
  return html`<div>
    <p class="task-title">
      <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> ${title}
    </p>
    <p class="quiet">${[kind, state, time].filter(Boolean).join(' · ')}</p>
    ${why === '' ? nothing : html`<p class="why">${why}</p>`}
  </div>`;
}

function answers(all: readonly AnswerPair[]): TemplateResult {
  const [differing, equal] = [all.filter(differs), all.filter((pair) => !differs(pair))];
  return html`
    ${
      differing.length === 0
        ? nothing
        : html`<ul class="pairs">
            ${differing.map(answerPair)}
          </ul>`
    }
    ${
      equal.length === 0
        ? nothing
        : html`<details class="equal">
            <summary>${count(equal.length, 'equal answer')}</summary>
            <ul class="pairs">
              ${equal.map(answerPair)}
            </ul>
          </details>`
    }
  `;
}

function answerPair({ left, right, differs: what }: AnswerPair): TemplateResult {
  const label = (left ?? right)?.title ?? '';
  const ids = left && right ? { left: left.effectId, right: right.effectId } : undefined;
  return html`<li class="item" tabindex="-1" aria-label=${label}>
    <div class="pair">
      ${answerSide(left, 'left')}
      <div class="between">
        ${what.map((one) => html`<span class="tag differs">${one}</span>`)}
        ${left ? nothing : html`<span class="tag differs">only right</span>`}
        ${right ? nothing : html`<span class="tag differs">only left</span>`}
      </div>
      ${answerSide(right, 'right')}
    </div>
    <p class="buttons">
      ${
        ids && left?.answer && right?.answer && what.length > 0
          ? diffButton('Compare Answers', { type: 'diffTask', what: 'task-result', ...ids }, label)
          : nothing
      }
      ${openTask(left, 'left')} ${openTask(right, 'right')}
    </p>
  </li>`;
}

function answerSide(side: AnswerSide | undefined, name: SideName): TemplateResult {
  if (!side) return html`<div class="missing quiet">not asked on the ${name}</div>`;
  const { title, answer } = side;
  return html`<div>
    <p class="task-title">
      <span class="codicon codicon-${answer?.icon ?? 'question'}" aria-hidden="true"></span> ${title}
    </p>
    ${
      answer
        ? html`<p>
              <strong>${answer.verdict}</strong>
              <span class="quiet">
                ${[answer.who === '' ? '' : `by ${answer.who}`, answer.waited].filter(Boolean).join(' · ')}
              </span>
            </p>
            ${answer.words === '' ? nothing : html`<p class="words">${answer.words}</p>`}`
        : html`<p class="quiet">not answered</p>`
    }
  </div>`;
}

function diffButton(
  label: string,
  message: Parameters<typeof compareApi.postMessage>[0],
  what = '',
): TemplateResult {
  return html`<button
    class="small"
    aria-label=${what === '' ? nothing : `${label}: ${what}`}
    @click=${() => compareApi.postMessage(message)}
  >
    <span class="codicon codicon-diff" aria-hidden="true"></span> ${label}
  </button>`;
}

function openTask(task: { readonly effectId: string; readonly title: string } | undefined, side: SideName) {
  if (!task) return nothing;
  const label = side === 'left' ? 'Open Left' : 'Open Right';
  return html`<button
    class="small"
    aria-label=${`${label}: ${task.title}`}
    @click=${() => compareApi.postMessage({ type: 'openTask', side, effectId: task.effectId })}
  >
    ${label}
  </button>`;
}

function number(n: number): string {
  return n.toLocaleString('en-US');
}

function count(n: number, noun: string): string {
  return `${number(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function moment(at: number): string {
  const date = new Date(at);
  return Number.isFinite(date.getTime())
    ? date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short', hour12: false })
    : '';
}

customElements.define('compare-page', ComparePage);
