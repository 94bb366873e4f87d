import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerProgress } from '../../core/views/page/protocol';
import type { RunView } from '../../core/views/page/runView';

/**
 * How far the answers given on this page have come. Always there, so that screen readers tell each change.
 * @param progress by effect id
 */
export function answerStatus(
  { answered, iterating }: RunView,
  progress: Readonly<Record<string, AnswerProgress>>,
): TemplateResult {
  const recording = Object.values(progress).some(({ step }) => step === 'recording');
  const given = answered.filter(({ effectId }) => progress[effectId]?.step === 'recorded');
  const waiting = given.some(({ applied }) => !applied);
  const sentence = recording
    ? 'Recording your answer…'
    : waiting && iterating
      ? 'Your answer is saved and is being applied.'
      : waiting
        ? 'Your answer is saved. Continue the run to apply it.'
        : given.length > 0
          ? 'Your answer is applied: the run has gone on.'
          : '';
  const icon = recording || (waiting && iterating) ? 'sync' : 'pass';
  return html`<div role="status" aria-live="polite">
    ${
      sentence === ''
        ? nothing
        : html`<p class="notice">
            <span class="codicon codicon-${icon}" aria-hidden="true"></span> ${sentence}
          </p>`
    }
  </div>`;
}

/** Where an answer stands, beside its buttons; the page's live region tells it to screen readers. */
export function progressLine(progress: AnswerProgress | undefined): TemplateResult | typeof nothing {
  switch (progress?.step) {
    case undefined:
      return nothing;
    case 'recording':
      return html`<p class="notice">Recording your answer…</p>`;
    case 'recorded':
      return html`<p class="notice">Saved, not yet applied.</p>`;
    case 'refused':
      return html`<p class="refused" role="alert">
        <span class="codicon codicon-error" aria-hidden="true"></span> ${progress.sentence} Your text is still
        here.
      </p>`;
    default:
      return progress satisfies never;
  }
}
