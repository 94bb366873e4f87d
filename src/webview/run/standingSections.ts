import { commandTitle } from '../../core/commands';
import { html, nothing, type TemplateResult } from 'lit';
import type { ActionView } from '../../core/views/page/breakpointView';
import type { FromPage } from '../../core/views/page/protocol';
import type { RunView } from '../../core/views/page/runView';
import { runApi } from './runApi';
import { showTask } from './taskList';

/**
 * The three answers, each with the buttons that fit.
 * @param goToQuestion brings a pending breakpoint, named by its effect id, into view
 */
export function standingSections(view: RunView, goToQuestion: (effectId: string) => void): TemplateResult {
  return html`
    <div class="standing">${goOnSection(view)} ${doneSection(view)} ${stopSection(view, goToQuestion)}</div>
  `;
}

function goOnSection(view: RunView): TemplateResult {
  const { standing, breakpoints, iterating, resume, iterate, can } = view;
  return html`<section aria-labelledby="go-on">
    <h2 id="go-on">Can it go on?</h2>
    <p id="why-not">${standing.goOn}</p>
    <div class="buttons">
      ${
        iterating
          ? commandButton('run.stop', commandTitle('run.stop'), 'debug-stop', possible, true)
          : html`
              ${
                can.includes('run.resume')
                  ? commandButton('run.resume', 'Resume…', 'debug-continue', resume, breakpoints.length === 0)
                  : nothing
              }
              ${
                can.includes('run.iterate')
                  ? commandButton('run.iterate', commandTitle('run.iterate'), 'debug-step-over', iterate)
                  : nothing
              }
              ${
                iterate.whyNot === undefined && can.includes('run.continue')
                  ? commandButton('run.continue', commandTitle('run.continue'), 'run-all', iterate)
                  : nothing
              }
            `
      }
    </div>
    ${iterating ? nothing : reasons(view)}
  </section>`;
}

function doneSection({ standing, past }: RunView): TemplateResult {
  return html`<section aria-labelledby="is-done">
    <h2 id="is-done">What is done?</h2>
    <p>${standing.done}</p>
    <div class="buttons">
      ${past ? nothing : commandButton('run.report', commandTitle('run.report'), 'graph')}
      ${commandButton('journal.open', commandTitle('journal.open'), 'list-ordered')}
      ${commandButton('run.reveal', commandTitle('run.reveal'), 'folder-opened')}
    </div>
  </section>`;
}

function stopSection(
  { standing, breakpoints: [question], past, can }: RunView,
  goToQuestion: (effectId: string) => void,
): TemplateResult {
  return html`<section aria-labelledby="stopped">
    <h2 id="stopped">${standing.stopTitle}</h2>
    <p>${standing.stop}</p>
    <div class="buttons">
      ${
        standing.effectId === ''
          ? nothing
          : html`<button
              class="secondary"
              @click=${(event: Event) =>
                question ? goToQuestion(question.effectId) : showTask(event, standing.effectId)}
            >
              ${question ? 'Go to the Question' : 'Look at the Task'}
            </button>`
      }
      ${past || !can.includes('run.diagnose') ? nothing : commandButton('run.diagnose', commandTitle('run.diagnose'), 'question')}
    </div>
  </section>`;
}

const possible: ActionView = { whyNot: undefined };

function commandButton(
  command: Extract<FromPage, { type: 'command' }>['command'],
  label: string,
  icon: string,
  { whyNot }: ActionView = possible,
  primary = false,
): TemplateResult {
  return html`<button
    class=${primary && whyNot === undefined ? 'primary' : 'secondary'}
    ?disabled=${whyNot !== undefined}
    aria-describedby=${whyNot === undefined ? nothing : 'why-not why-disabled'}
    @click=${({ detail }: MouseEvent) => {
      // The second click of a double click may even hit another button, which has moved there meanwhile.
      if (detail < 2) runApi.postMessage({ type: 'command', command });
    }}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${label}
  </button>`;
}

/** Beside disabled buttons stands why, unless the sentence above them says it already. */
function reasons({ resume, iterate, standing, can }: RunView): TemplateResult | typeof nothing {
  const why =
    (can.includes('run.resume') ? resume.whyNot : undefined) ??
    (can.includes('run.iterate') ? iterate.whyNot : undefined);
  return why === undefined || standing.goOn.includes(why)
    ? nothing
    : html`<p class="quiet" id="why-disabled">${why}</p>`;
}
