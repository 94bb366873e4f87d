import { runDeleted } from '../../core/errors';
import { commandTitle } from '../../core/commands';
import { count, thousands } from '../../core/format';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ArtefactVersions, ToReportPage } from '../../core/views/page/reportProtocol';
import type { ReportExtent, ReportView } from '../../core/views/page/reportView';
import { iterationName } from '../../core/views/report/iterationColumns';
import type { SectionId } from '../../core/views/report/sections';
import { helpDialog, helpLink } from '../help';
import { longList } from '../longList';
import { artefactList } from './artefactList';
import { blockOf } from './blockOf';
import './iterationTable';
import './metricCharts';
import { reportApi } from './reportApi';
import './report.css';
import { taskRow } from './taskRow';
import { timeBars } from './timeBars';

const keys = [
  ['j, →', 'next iteration'],
  ['k, ←', 'previous iteration'],
  ['w', 'whole run'],
  ['/', 'find tasks'],
  ['← → ↑ ↓', 'in the chart: between points and metrics'],
  ['Enter', 'in the chart or the table: show the iteration'],
  ['?', 'this help'],
] as const;

class ReportPage extends LitElement {
  static override properties = {
    view: { state: true },
    gone: { state: true },
    extent: { state: true },
    versions: { state: true },
    text: { state: true },
    closed: { state: true },
  };

  declare view: ReportView | undefined;
  declare gone: boolean;
  /** What was asked for; the view follows. */
  declare extent: ReportExtent | undefined;
  declare versions:
    { readonly extent: ReportExtent; readonly files: readonly ArtefactVersions[] } | undefined;
  declare text: string;
  declare closed: readonly string[];

  #scrolled = false;

  readonly #show = (extent: ReportExtent): void => {
    if (extent === this.extent) return;
    this.extent = extent;
    reportApi.keep({ extent });
    reportApi.ask({ type: 'show', extent });
  };

  constructor() {
    super();
    const { extent, text, closed } = reportApi.state();
    this.view = undefined;
    this.gone = false;
    this.extent = extent;
    this.versions = undefined;
    this.text = text;
    this.closed = closed;
    reportApi.keep({});
    window.addEventListener('scroll', () => reportApi.keep({ scroll: window.scrollY }), { passive: true });
    window.addEventListener('message', (event: MessageEvent<ToReportPage>) => this.#receive(event.data));
    window.addEventListener('keydown', (event) => this.#press(event));
    this.addEventListener('click', (event) => this.#followLink(event));
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { extent } = this;
    reportApi.postMessage({ type: 'ready', ...(extent === undefined ? {} : { extent }) });
  }

  protected override updated(): void {
    if (this.#scrolled || !this.view) return;
    this.#scrolled = true;
    // What is moved to must not lie below the bar that stays in view.
    const bar = this.querySelector<HTMLElement>('.bar');
    const clear = new ResizeObserver(() => {
      document.documentElement.style.scrollPaddingTop = `${(bar?.offsetHeight ?? 0) + 8}px`;
    });
    if (bar) clear.observe(bar);
    const { scroll } = reportApi.state();
    if (scroll > 0) requestAnimationFrame(() => window.scrollTo(0, scroll));
  }

  #receive(message: ToReportPage): void {
    switch (message.type) {
      case 'view':
        this.view = message.view;
        this.gone = false;
        // Something else was asked for meanwhile.
        if (reportApi.isOutdated('show', message)) return;
        this.extent = message.view.extent;
        reportApi.keep({ extent: this.extent });
        return;
      case 'gone':
        this.gone = true;
        return;
      case 'versions':
        this.versions = message;
        return;
      default:
        message satisfies never;
    }
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const help = this.querySelector<HTMLDialogElement>('dialog');
    if (help?.open || target.matches('textarea, input, select')) return;
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowLeft':
        // These scroll what is wider than the page.
        if (target.closest('.wide, .iterations, pre, table')) return;
        this.#move(event.key === 'ArrowRight' ? 1 : -1);
        break;
      case 'j':
        this.#move(1);
        break;
      case 'k':
        this.#move(-1);
        break;
      case 'w':
        this.#show('run');
        break;
      case '/':
        this.#open('tasks');
        void this.updateComplete.then(() => this.querySelector<HTMLElement>('input[type=search]')?.focus());
        break;
      case '?':
        help?.showModal();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** A neighbour of what is shown. From the whole run, the way leads to the first or the last iteration. */
  #neighbour(by: 1 | -1): number | undefined {
    const list = this.view?.iterations ?? [];
    if (this.extent === 'run' || this.extent === undefined) return list.at(by === 1 ? 0 : -1)?.n;
    const place = list.findIndex(({ n }) => n === this.extent) + by;
    return place < 0 ? undefined : list[place]?.n;
  }

  #move(by: 1 | -1): void {
    const next = this.#neighbour(by);
    if (next !== undefined) this.#show(next);
  }

  /** A relative link in a text of the run: the extension looks where it leads. */
  #followLink(event: Event): void {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-path]') : null;
    const path = link?.dataset['path'];
    if (path === undefined) return;
    event.preventDefault();
    reportApi.postMessage({ type: 'openLink', path: path.slice(0, 1000) });
  }

  #open(id: string): void {
    this.closed = this.closed.filter((other) => other !== id);
    reportApi.keep({ closed: this.closed });
  }

  #toggled(id: string, event: Event): void {
    const { open } = event.currentTarget as HTMLDetailsElement;
    if (open === !this.closed.includes(id)) return;
    this.closed = open ? this.closed.filter((other) => other !== id) : [...this.closed, id];
    reportApi.keep({ closed: this.closed });
  }

  protected override render(): TemplateResult {
    if (this.gone) return html`<p class="gone">${runDeleted}</p>`;
    const { view } = this;
    if (!view) return html`<p class="gone" role="status">Reading the run…</p>`;
    return html`
      <header>
        <h1 dir="auto">${view.title}</h1>
        <p class="facts" dir="auto">
          <span class="codicon codicon-${view.icon} state-${view.icon}" aria-hidden="true"></span>
          ${view.state} · <code>${view.runId}</code>
        </p>
      </header>
      ${this.#bar(view)} ${this.#contents(view)}
      <main>
        ${view.groups.map(
          ({ title, sections }, i) =>
            html`<section class="group" aria-labelledby="group-${i}">
              <h2 id="group-${i}">${title}</h2>
              ${sections.map((id) => this.#section(id, view))}
            </section>`,
        )}
        ${helpLink(this)}
      </main>
      ${helpDialog(keys)}
    `;
  }

  /** What is shown, and the way to the others. */
  #bar(view: ReportView): TemplateResult {
    const move = (by: 1 | -1, label: string, icon: string): TemplateResult => {
      const next = this.#neighbour(by);
      return html`<button
        class="secondary icon-button"
        title=${label}
        aria-label=${label}
        ?disabled=${next === undefined}
        @click=${() => this.#move(by)}
      >
        <span class="codicon codicon-${icon}" aria-hidden="true"></span>
      </button>`;
    };
    const command = (id: 'run.open' | 'run.export', label: string, icon: string): TemplateResult =>
      html`<button class="secondary" @click=${() => reportApi.postMessage({ type: 'command', command: id })}>
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${label}
      </button>`;
    const main = view.metrics[0]?.key;
    return html`<nav class="bar" aria-label="Iterations">
      <div class="bar-move">
        ${move(-1, 'Previous iteration', 'chevron-left')}
        <select
          aria-label="What the report shows"
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.#show(value === 'run' ? 'run' : Number(value));
          }}
        >
          <option value="run" ?selected=${this.extent === 'run'} .selected=${this.extent === 'run'}>
            Whole run
          </option>
          ${repeat(
            view.iterations,
            ({ n }) => n,
            (iteration) =>
              html`<option value=${iteration.n} .selected=${this.extent === iteration.n}>
                ${iterationName(iteration, main)}
              </option>`,
          )}
        </select>
        ${move(1, 'Next iteration', 'chevron-right')}
      </div>
      <p class="heading" role="status">${view.heading}</p>
      <div class="bar-more">
        ${command('run.open', commandTitle('run.open'), 'open-preview')}
        ${command('run.export', commandTitle('run.export'), 'export')}
      </div>
    </nav>`;
  }

  /** Links to the sections; what is folded is unfolded. */
  #contents(view: ReportView): TemplateResult {
    return html`<nav class="contents" aria-label="Contents">
      ${view.groups.map(
        ({ title, sections }) =>
          html`<p>
            <span class="quiet">${title}</span>
            ${sections.flatMap((id) => {
              const name = this.#titleOf(id, view);
              return name === undefined
                ? []
                : html`<a href="#${id}" @click=${() => this.#open(id)}>${name}</a> `;
            })}
          </p>`,
      )}
    </nav>`;
  }

  /** `undefined`: there is nothing to be said in this section. */
  #titleOf(id: SectionId, view: ReportView): string | undefined {
    if (id === 'iterations') return view.iterations.length < 2 ? undefined : 'Iterations';
    if (id === 'tasks') return view.tasks.length === 0 ? undefined : 'Tasks';
    if (id === 'artefacts') return view.artefacts.length === 0 ? undefined : 'Artefacts';
    return view.sections.find((known) => known.id === id)?.title;
  }

  #section(id: SectionId, view: ReportView): TemplateResult | typeof nothing {
    const title = this.#titleOf(id, view);
    if (title === undefined) return nothing;
    return html`<details
      class="part"
      id=${id}
      ?open=${!this.closed.includes(id)}
      @toggle=${(event: Event) => this.#toggled(id, event)}
    >
      <summary><h3>${title}</h3></summary>
      ${this.#content(id, view)}
    </details>`;
  }

  #content(id: SectionId, view: ReportView): unknown {
    if (id === 'iterations') return this.#iterations(view);
    if (id === 'tasks') return this.#tasks(view);
    if (id === 'artefacts') {
      const known = this.versions?.extent === view.extent ? this.versions.files : [];
      return artefactList(view.artefacts, known);
    }
    const section = view.sections.find((one) => one.id === id);
    return [
      section?.blocks.map((block) => blockOf(block, section)),
      id === 'metrics'
        ? html`<metric-charts
            .metrics=${view.metrics}
            .numbers=${view.numbers}
            .current=${view.focus}
            .named=${view.iterations}
            .onShow=${this.#show}
          ></metric-charts>`
        : nothing,
      id === 'time' ? timeBars(view.time) : nothing,
    ];
  }

  #iterations(view: ReportView): unknown {
    return [
      html`<iteration-table
        .iterations=${view.iterations}
        .metrics=${view.metrics}
        .current=${view.focus}
        .onShow=${this.#show}
      ></iteration-table>`,
      view.leftIterations === 0
        ? nothing
        : html`<p class="quiet">
            ${count(view.leftIterations, 'older iteration')} left out. The exported report has them all.
          </p>`,
    ];
  }

  #tasks(view: ReportView): TemplateResult {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = view.tasks.filter(({ title, kind, outcome, why }) => {
      const said = `${title} ${kind} ${outcome} ${why}`.toLowerCase();
      return words.every((word) => said.includes(word));
    });
    return html`
      <div class="filters">
        <label>
          <span class="hidden">Find tasks</span>
          <input
            type="search"
            placeholder="Find tasks by title (/)"
            .value=${this.text}
            @input=${(event: Event) => {
              this.text = (event.target as HTMLInputElement).value;
              reportApi.keep({ text: this.text });
            }}
          />
        </label>
        <span class="quiet" role="status">
          ${words.length === 0 ? view.taskCounts : `${thousands(found.length)} of ${count(view.tasks.length, 'task')}`}
        </span>
      </div>
      ${longList(found, taskRow, 32)}
      ${
        view.leftTasks === 0
          ? nothing
          : html`<p class="quiet">${count(view.leftTasks, 'further task')} left out.</p>`
      }
    `;
  }
}

customElements.define('report-page', ReportPage);
