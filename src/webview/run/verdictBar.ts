import { html, nothing, type TemplateResult } from 'lit';
import { commandTitle } from '../../core/commands';
import type { PageCommand } from '../../core/views/page/pageCommands';
import type { RunView } from '../../core/views/page/runView';
import type { NextView } from '../../core/views/page/verdict';
import { runApi } from './runApi';

/**
 * Where the run stands, in one line that stays in view, with the one thing to do about it.
 * @param goToQuestion brings a pending breakpoint, named by its effect id, into view
 */
export function verdictBar({ verdict }: RunView, goToQuestion: (effectId: string) => void): TemplateResult {
  const { state, icon, tone, sentence, next } = verdict;
  return html`<div class="verdict">
    <p role="status">
      <strong class="badge tone-${tone}">
        <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${state}
      </strong>
      <span class="sentence" dir="auto" title=${sentence}>${sentence}</span>
    </p>
    ${next ? nextButton(next, goToQuestion) : nothing}
  </div>`;
}

function nextButton(
  { does, label, icon, effectId }: NextView,
  goToQuestion: (effectId: string) => void,
): TemplateResult {
  return actionButton(label, icon, { primary: true }, () => {
    if (does === 'question') goToQuestion(effectId);
    else if (does === 'fork') runApi.postMessage({ type: 'fork', effectId });
    else runApi.postMessage({ type: 'command', command: does });
  });
}

/** What else can be done with the run, each button with the reason where it cannot be done now. */
export function runActions({
  verdict,
  can,
  titles,
  resume,
  iterate,
  past,
  iterating,
  predecessor,
  ended,
  final,
}: RunView): TemplateResult {
  const command = (
    id: PageCommand,
    icon: string,
    label = commandTitle(id),
    action: Look = {},
  ): TemplateResult | typeof nothing =>
    verdict.next?.does === id
      ? nothing
      : actionButton(label, icon, action, () => runApi.postMessage({ type: 'command', command: id }));
  // What can never be done again has no button, and needs no reason.
  const goesOn = !iterating && !final;
  const [resumes, iterates] = [goesOn && can.includes('run.resume'), goesOn && can.includes('run.iterate')];
  const why = (resumes ? resume.whyNot : undefined) ?? (iterates ? iterate.whyNot : undefined);
  return html`
    ${verdict.hint === '' ? nothing : html`<p class="hint-line">${verdict.hint}</p>`}
    <div class="buttons">
      ${resumes ? command('run.resume', 'debug-continue', titles.resume, resume) : nothing}
      ${iterates ? command('run.iterate', 'debug-step-over', commandTitle('run.iterate'), iterate) : nothing}
      ${iterates && iterate.whyNot === undefined && can.includes('run.continue') ? command('run.continue', 'run-all') : nothing}
      ${past ? nothing : command('run.report', 'graph')}
      ${past || !ended || !can.includes('run.startAgain') ? nothing : command('run.startAgain', 'debug-restart')}
      ${
        past || predecessor === ''
          ? nothing
          : actionButton('Compare With Predecessor', 'git-compare', { title: predecessor }, () =>
              runApi.postMessage({ type: 'comparePredecessor' }),
            )
      }
      ${past || final || !can.includes('run.diagnose') ? nothing : command('run.diagnose', 'question')}
      ${command('journal.open', 'list-ordered', undefined, brief)}
      ${command('run.reveal', 'folder-opened', undefined, brief)}
      ${actionButton(commandTitle('run.copyLink'), 'link', brief, () => runApi.postMessage({ type: 'copyLink' }))}
    </div>
    ${
      why === undefined || why === verdict.hint || verdict.sentence.includes(why)
        ? nothing
        : html`<p class="quiet" id="why-disabled">${why}</p>`
    }
  `;
}

interface Look {
  readonly primary?: boolean;
  readonly title?: string;
  /** Where there is little room, its picture is enough. */
  readonly brief?: boolean;
  readonly whyNot?: string | undefined;
}

const brief: Look = { brief: true };

/** A button with an icon. The second click of a double click may even hit another button, which has moved there meanwhile. */
export function actionButton(
  label: string,
  icon: string,
  { primary = false, title, brief = false, whyNot }: Look,
  action: () => void,
): TemplateResult {
  return html`<button
    class="${primary ? 'primary' : 'secondary'} ${brief ? 'brief' : ''}"
    title=${title ?? (brief ? label : nothing)}
    ?disabled=${whyNot !== undefined}
    aria-describedby=${whyNot === undefined ? nothing : 'why-disabled'}
    @click=${({ detail }: MouseEvent) => detail < 2 && action()}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span> <span class="label">${label}</span>
  </button>`;
}
