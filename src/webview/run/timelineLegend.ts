import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Timeline } from '../../core/views/page/timeline';

/** What human work and idle stretches are filled with. */
export function patterns(): TemplateResult {
  return svg`<defs>
    <pattern id="human" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <line class="hatch-line" x1="0" y1="0" x2="0" y2="6" />
    </pattern>
    <pattern id="idle" width="4" height="4" patternUnits="userSpaceOnUse">
      <circle class="idle-dot" cx="1" cy="1" r="0.6" />
    </pattern>
  </defs>`;
}

/** What the bars and marks that the timeline has mean. `past`: it ends at a moment that is not now. */
export function legend({ bars, groups, now }: Timeline, past: boolean): TemplateResult {
  const item = (kind: string, label: string): TemplateResult =>
    html`<li>
      <svg width="26" height="14" aria-hidden="true">
        <g class="bar ${kind}">
          <rect class="shape" x="1" y="1" width="24" height="12" rx="2" />
          ${kind.includes('resting') ? svg`<rect class="rest" x="7" y="1" width="12" height="12" />` : nothing}
          ${kind.includes('human') ? svg`<rect class="hatch" x="1" y="1" width="24" height="12" rx="2" fill="url(#human)" />` : nothing}
          ${kind.includes('error') ? svg`<text x="8" y="11">✗</text>` : nothing}
          ${kind.includes('cancelled') ? svg`<text x="8" y="11">⊘</text>` : nothing}
        </g>
      </svg>
      ${label}
    </li>`;
  const has = (status: string): boolean => bars.some((bar) => !bar.human && bar.status === status);
  return html`<ul class="legend" aria-label="Legend">
    ${has('ok') ? item('ok agent', 'work') : nothing}
    ${has('pending') ? item('pending agent', 'running') : nothing}
    ${bars.some(({ status }) => status === 'error') ? item('error agent', 'failed') : nothing}
    ${bars.some(({ status }) => status === 'cancelled') ? item('cancelled agent', 'cancelled') : nothing}
    ${bars.some(({ human }) => human) ? item('ok human', 'waiting for you') : nothing}
    ${bars.some(({ idle }) => idle.length > 0) ? item('ok agent resting', 'idle (a guess)') : nothing}
    ${
      groups.length === 0
        ? nothing
        : html`<li>
            <svg width="14" height="14" aria-hidden="true">
              <path class="parallel" d="M 10 2 H 5 V 12 H 10" />
            </svg>
            parallel
          </li>`
    }
    ${
      now === undefined
        ? nothing
        : html`<li>
            <svg width="14" height="14" aria-hidden="true">
              <line class="now" x1="7" x2="7" y1="0" y2="14" />
            </svg>
            ${past ? 'you are here' : 'now'}
          </li>`
    }
    ${bars.some(({ attempt }) => attempt > 1) ? html`<li>#2: second attempt</li>` : nothing}
  </ul>`;
}
