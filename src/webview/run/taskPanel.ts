import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { commandTitle } from '../../core/commands';
import type { TaskDetail } from '../../core/views/page/taskDetail';
import type { ValueRow } from '../../core/views/page/valueRows';
import { facts } from './facts';
import { runApi } from './runApi';
import { copyButton, wordsToCopy } from '../copyButton';
import { dataView, longText } from '../dataView';

const tabs = {
  asked: 'Asked',
  result: 'Result',
  output: 'Output',
  files: 'Files',
  timing: 'Timing',
  raw: 'Raw',
} as const;
type Tab = keyof typeof tabs;
const tabNames = Object.keys(tabs) as readonly Tab[];

/** One task, below the page: what was asked, what came of it, and the files. */
class TaskPanel extends LitElement {
  static override properties = {
    detail: { attribute: false },
    fork: { attribute: false },
    tab: { state: true },
  };

  declare detail: TaskDetail;
  declare fork: string;
  declare tab: Tab;

  constructor() {
    super();
    const kept = runApi.state().taskTab;
    this.tab = tabNames.find((name) => name === kept) ?? 'asked';
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The tab that is shown takes the focus. */
  focusTab(): void {
    this.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus({ preventScroll: true });
  }

  #choose(tab: Tab): void {
    this.tab = tab;
    runApi.keep({ taskTab: tab });
  }

  async #press(event: KeyboardEvent): Promise<void> {
    const at = tabNames.indexOf(this.tab);
    const next = {
      ArrowRight: (at + 1) % tabNames.length,
      ArrowLeft: (at + tabNames.length - 1) % tabNames.length,
      Home: 0,
      End: tabNames.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#choose(tabNames[next] ?? 'asked');
    await this.updateComplete;
    this.focusTab();
  }

  #close(event: Event): void {
    event.currentTarget?.dispatchEvent(new CustomEvent('hide-task', { bubbles: true }));
  }

  protected override render(): TemplateResult {
    const { title, description, icon, effectId } = this.detail;
    return html`<aside class="panel" aria-label="Task ${title}">
      <div class="panel-head">
        <h2 title=${title}>
          <span class="codicon codicon-${icon} state-${icon}" aria-hidden="true"></span> <bdi>${title}</bdi>
          <small>${description}</small>
        </h2>
        ${
          this.detail.past
            ? html`<small>as it was then</small>`
            : html`<button class="small" @click=${() => runApi.postMessage({ type: 'openTask', effectId })}>
                Open as Document
              </button>`
        }
        ${
          this.fork
            ? html`<button class="small" @click=${() => runApi.postMessage({ type: 'fork', effectId })}>
                ${this.fork}
              </button>`
            : nothing
        }
        <button class="small" @click=${() => runApi.postMessage({ type: 'copyLink', effectId })}>
          <span class="codicon codicon-link" aria-hidden="true"></span> ${commandTitle('run.copyLink')}
        </button>
        <button
          class="small"
          aria-label="Close the task"
          title="Close (Escape)"
          @click=${(event: Event) => this.#close(event)}
        >
          <span class="codicon codicon-close" aria-hidden="true"></span>
        </button>
      </div>
      <div
        class="tabs"
        role="tablist"
        aria-label="Task"
        @keydown=${(event: KeyboardEvent) => void this.#press(event)}
      >
        ${tabNames.map(
          (name) =>
            html`<button
              role="tab"
              id="tab-${name}"
              aria-selected=${name === this.tab}
              aria-controls="task-content"
              tabindex=${name === this.tab ? 0 : -1}
              @click=${() => this.#choose(name)}
            >
              ${tabs[name]}${this.#count(name)}
            </button>`,
        )}
      </div>
      <div
        class="panel-body"
        id="task-content"
        role="tabpanel"
        aria-labelledby="tab-${this.tab}"
        tabindex="0"
      >
        ${this.#body()}
      </div>
    </aside>`;
  }

  #count(tab: Tab): string {
    return tab === 'files' && this.detail.files.length > 0 ? ` (${this.detail.files.length})` : '';
  }

  #body(): TemplateResult {
    const { asked, result, output, files, timing, raw, effectId } = this.detail;
    switch (this.tab) {
      case 'asked':
        return html`
          ${asked.description === '' ? nothing : wordsToCopy(asked.description, 'what was asked')}
          ${
            asked.command === ''
              ? nothing
              : html`<h3 class="text-head">Command ${copyButton(asked.command, 'the command')}</h3>
                  <pre tabindex="0"><code>${asked.command}</code></pre>`
          }
          ${tree('Prompt', asked.prompt)} ${tree('Inputs', asked.inputs)}
          ${
            asked.command === '' && asked.prompt.length + asked.inputs.length === 0
              ? html`<p class="quiet">Nothing else was recorded about this request. See Raw.</p>`
              : nothing
          }
        `;
      case 'result':
        return html`
          ${result.note === '' ? nothing : wordsToCopy(result.note, 'what came of it')}
          ${result.value.length === 0 ? nothing : dataView(result.value, 'the result')}
          ${tree('Posted with', result.metadata)}
          ${result.note === '' && result.value.length === 0 ? html`<p class="quiet">The result is empty.</p>` : nothing}
        `;
      case 'output':
        return output.length === 0
          ? html`<p class="quiet">
              ${this.detail.past ? 'What it had written by then is not recorded.' : 'No output is recorded.'}
            </p>`
          : html`${output.map(
              ({ name, text, cut }) =>
                html`<h3 class="text-head">
                    ${name}${cut ? html` <small>the beginning is left out</small>` : nothing}
                    ${copyButton(text, name)}
                  </h3>
                  ${longText(text)}`,
            )}`;
      case 'files':
        return files.length === 0
          ? html`<p class="quiet">No files.</p>`
          : html`<ul>
              ${files.map(
                ({ path, what }, file) =>
                  html`<li>
                    <button
                      class="link"
                      role="link"
                      @click=${() => runApi.postMessage({ type: 'openTaskFile', effectId, file })}
                    >
                      ${path}
                    </button>
                    <small>${what}</small>
                  </li>`,
              )}
            </ul>`;
      case 'timing':
        return facts(timing);
      case 'raw':
        return html`<p class="text-head quiet">
            task.json and result.json ${copyButton(raw, 'the raw JSON')}
          </p>
          ${longText(raw)}`;
      default:
        return this.tab satisfies never;
    }
  }
}

function tree(title: string, rows: readonly ValueRow[]): TemplateResult | typeof nothing {
  return rows.length === 0
    ? nothing
    : html`<h3>${title}</h3>
        ${dataView(rows, title.toLowerCase())}`;
}

customElements.define('task-panel', TaskPanel);
export type { TaskPanel };
