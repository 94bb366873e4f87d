import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../../core/format';
import type { FailureView, FrameView } from '../../core/views/page/failureView';
import { forkLabel } from '../../core/views/page/pageCommands';
import { copyButton } from '../copyButton';
import { longText as coloured } from '../dataView';
import { longText } from './folds';
import { runApi } from './runApi';
import { showTask } from './taskList';
import { actionButton } from './verdictBar';

/** Why the run failed, and what can be done about it. */
export function failureCard(failure: FailureView, canFork: boolean): TemplateResult {
  const { effectId, isCause, title, name, message, frames, command, stderr, asked } = failure;
  return html`
    ${
      effectId === ''
        ? html`<p class="quiet">The process itself failed, not one of its tasks.</p>`
        : html`<p>
            ${isCause ? 'In the task' : 'The last task that failed is'}
            <button class="link" data-task=${effectId} @click=${(event: Event) => showTask(event, effectId)}>
              <bdi>${title}</bdi>
            </button>
          </p>`
    }
    <pre
      class="message"
      tabindex="0"
      dir="auto"
    ><code>${name === '' || message.startsWith(name) ? '' : `${name}: `}${message}</code></pre>
    ${frames.length === 0 ? nothing : stack(frames)}
    ${
      command === ''
        ? nothing
        : html`<h3 class="text-head">Command ${copyButton(command, 'the command')}</h3>
            <pre tabindex="0"><code>${command}</code></pre>`
    }
    ${
      stderr === ''
        ? nothing
        : html`<h3 class="text-head">End of stderr ${copyButton(stderr, 'stderr')}</h3>
            ${coloured(stderr)}`
    }
    ${
      asked === ''
        ? nothing
        : html`<h3 class="text-head">Asked ${copyButton(asked, 'what was asked')}</h3>
            ${longText('failure asked', asked)}`
    }
    <div class="buttons">
      ${
        canFork && isCause
          ? actionButton(forkLabel, 'repo-forked', {}, () => runApi.postMessage({ type: 'fork', effectId }))
          : nothing
      }
      ${
        effectId === ''
          ? nothing
          : html`<button class="secondary" @click=${(event: Event) => showTask(event, effectId)}>
              Show Task
            </button>`
      }
      ${actionButton('Copy', 'copy', { title: 'Copy message and stack' }, () => runApi.postMessage({ type: 'copyFailure' }))}
    </div>
  `;
}

/** Frames of the person's own code; those of packages and of Node between them are folded. */
function stack(frames: readonly FrameView[]): TemplateResult {
  const groups: FrameView[][] = [];
  for (const frame of frames) {
    const last = groups.at(-1);
    if (last && last[0]?.foreign === frame.foreign) last.push(frame);
    else groups.push([frame]);
  }
  return html`<h3>Stack</h3>
    <div class="stack">
      ${groups.map((group) =>
        group[0]?.foreign
          ? folded(`${count(group.length, 'frame')} of the engine, packages and Node`, group)
          : group.length > 12
            ? html`${lines(group.slice(0, 10))} ${folded(`${group.length - 10} more frames`, group.slice(10))}`
            : lines(group),
      )}
    </div>`;
}

function folded(summary: string, frames: readonly FrameView[]): TemplateResult {
  return html`<details>
    <summary>${summary}</summary>
    ${lines(frames)}
  </details>`;
}

function lines(frames: readonly FrameView[]): TemplateResult {
  return html`<ul>
    ${frames.map(
      ({ place, text, opens }) =>
        html`<li>
          ${
            opens
              ? html`<button
                  class="link"
                  role="link"
                  @click=${() => runApi.postMessage({ type: 'openFrame', frame: place })}
                >
                  ${text}
                </button>`
              : html`<span>${text}</span>`
          }
        </li>`,
    )}
  </ul>`;
}
