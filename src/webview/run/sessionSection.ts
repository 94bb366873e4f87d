import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { count } from '../../core/format';
import { commands } from '../../core/commands';
import { sessionButtons } from '../../core/views/page/sessionButtons';
import type { ToSessions } from '../../core/views/page/sessionProtocol';
import type { PartView, SessionView } from '../../core/views/page/sessionsView';
import { askSessions } from './askSessions';
import { showTask } from './taskList';
import type { TranscriptList } from './transcriptList';
import './transcriptList';

/** What the agents of the run do and did: one line, numbers by task, and the transcript. */
export class SessionSection extends LitElement {
  static override properties = {
    sessions: { attribute: false },
    open: { state: true },
    unfolded: { state: true },
  };

  declare sessions: readonly SessionView[];
  /** The session whose transcript is shown, by its id. */
  declare open: string | undefined;
  /** The parts whose files are shown. */
  declare unfolded: ReadonlySet<string>;

  constructor() {
    super();
    this.sessions = [];
    this.open = undefined;
    this.unfolded = new Set();
  }

  /** In the page's own tree, so that its style sheets apply; the policy allows no inline ones. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  receive(tell: Exclude<ToSessions, { type: 'sessions' }>): void {
    switch (tell.type) {
      case 'rows':
        this.#list?.receiveRows(tell.rows);
        return;
      case 'row':
        this.#list?.receiveDetail(tell.detail);
        return;
      case 'showRow':
        void this.#showRow(tell.session, tell.index);
        return;
      case 'showEvent':
        this.dispatchEvent(new CustomEvent('show-event', { detail: tell.event, bubbles: true }));
        return;
      default:
        tell satisfies never;
    }
  }

  get #list(): TranscriptList | null {
    return this.querySelector<TranscriptList>('transcript-list');
  }

  async #showRow(session: number, index: number): Promise<void> {
    this.open = this.sessions[session]?.id;
    await this.updateComplete;
    this.#list?.show(index);
    this.#list?.scrollIntoView({ block: 'nearest' });
  }

  async #showEdits(id: string, path: string): Promise<void> {
    this.open = id;
    await this.updateComplete;
    this.#list?.find(path);
    this.#list?.scrollIntoView({ block: 'nearest' });
  }

  #toggleFiles(key: string): void {
    const unfolded = new Set(this.unfolded);
    if (!unfolded.delete(key)) unfolded.add(key);
    this.unfolded = unfolded;
  }

  protected override render(): TemplateResult {
    return html`${repeat(
      this.sessions,
      ({ id }) => id,
      (session, i) => this.#session(session, i),
    )}`;
  }

  #session(session: SessionView, place: number): TemplateResult {
    const { id, title, line, icon, living, kept, unread, facts, files } = session;
    const isOpen = this.open === id;
    // What lives is shown rather than resumed: two would write one file.
    const buttons = sessionButtons.filter((button) => !(living && button === 'session.resume'));
    return html`<div class="session" role="group" aria-label=${title}>
      <h3>${title}</h3>
      <p class="now">
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> <strong>${line}</strong>
      </p>
      ${facts.length === 0 ? nothing : html`<p class="quiet">${facts.join(' · ')}</p>`}
      ${
        kept
          ? nothing
          : html`<div class="buttons">
              ${
                unread
                  ? nothing
                  : html`<button
                      class="secondary"
                      aria-expanded=${String(isOpen)}
                      @click=${() => (this.open = isOpen ? undefined : id)}
                    >
                      ${isOpen ? 'Hide Transcript' : 'Read Transcript'}
                    </button>`
              }
              ${buttons.map(
                (button) =>
                  html`<button
                    class="secondary"
                    @click=${() => askSessions({ type: 'button', session: place, button })}
                  >
                    ${commands[button].title}
                  </button>`,
              )}
            </div>`
      }
      ${unread ? nothing : this.#parts(session, place)}
      ${
        isOpen && !kept
          ? html`<transcript-list .session=${place} .files=${files}></transcript-list>`
          : nothing
      }
    </div>`;
  }

  #parts({ id, head, parts, leftParts }: SessionView, place: number): TemplateResult {
    return html`<div class="wide">
      <table class="numbers">
        <caption class="hidden">
          What it did, by task
        </caption>
        <thead>
          <tr>
            <td></td>
            ${head.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${parts.map((part, i) => this.#part(part, { id, place, part: i, columns: head.length }))}
        </tbody>
      </table>
      ${leftParts === 0 ? nothing : html`<p class="quiet">${count(leftParts, 'more task')} left out.</p>`}
    </div>`;
  }

  #part(
    { name, effectId, cells, how, more, files, leftFiles }: PartView,
    at: { readonly id: string; readonly place: number; readonly part: number; readonly columns: number },
  ): TemplateResult {
    const key = `${at.id} ${at.part}`;
    const unfolded = files.length > 0 && this.unfolded.has(key);
    return html`<tr title=${how}>
        <th scope="row">
          ${
            effectId === ''
              ? name
              : html`<button
                  class="link"
                  data-task=${effectId}
                  @click=${(event: Event) => showTask(event, effectId)}
                >
                  ${name}
                </button>`
          }
          ${
            files.length === 0
              ? nothing
              : html`<button
                  class="link"
                  aria-expanded=${String(unfolded)}
                  @click=${() => this.#toggleFiles(key)}
                >
                  ${unfolded ? 'Hide files' : 'Files'}
                </button>`
          }
          <small>${more}</small><span class="hidden">${how}</span>
        </th>
        ${cells.map((cell) => html`<td>${cell}</td>`)}
      </tr>
      ${
        unfolded
          ? html`<tr>
              <td class="changed" colspan=${at.columns + 1}>
                <ul>
                  ${files.map(
                    ({ path, change }, file) =>
                      html`<li>
                        <button
                          class="link"
                          title="Open the file"
                          @click=${() =>
                            askSessions({ type: 'openFile', session: at.place, part: at.part, file })}
                        >
                          ${path}
                        </button>
                        <button
                          class="link"
                          title="Show the edits in the transcript"
                          @click=${() => void this.#showEdits(at.id, path)}
                        >
                          ${change}
                        </button>
                      </li>`,
                  )}
                </ul>
                ${leftFiles === 0 ? nothing : html`<p class="quiet">and ${leftFiles} more</p>`}
              </td>
            </tr>`
          : nothing
      }`;
  }
}

customElements.define('session-section', SessionSection);
