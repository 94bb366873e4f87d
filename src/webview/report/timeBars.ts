import { largest } from '../../core/largest';
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { TimeView } from '../../core/views/page/reportView';

/** How long each task took: a bar of agents is filled, one of people hatched, one of sleeps empty. */
export function timeBars({ rows, left }: TimeView): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  const most = Math.max(
    1,
    largest(rows, ({ milliseconds }) => milliseconds),
  );
  return html`
    <svg class="hidden" aria-hidden="true">
      <defs>
        <pattern
          id="waiting"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line class="hatch-line" x1="0" y1="0" x2="0" y2="6" />
        </pattern>
      </defs>
    </svg>
    <ul class="time-bars" aria-label="Time by task">
      ${rows.map(
        ({ label, by, milliseconds, text }) =>
          html`<li>
            <span class="label">${label}</span>
            <span class="track" aria-hidden="true"> ${timeBar(by, (milliseconds / most) * 100)} </span>
            <span class="took">${text}</span>
          </li>`,
      )}
    </ul>
    ${left === 0 ? nothing : html`<p class="quiet">${left} shorter ones are left out.</p>`}
  `;
}

function timeBar(by: TimeView['rows'][number]['by'], share: number): TemplateResult {
  const width = `${Math.max(0.4, share * 0.99)}%`;
  const rect = (className: string, fill: string | typeof nothing): TemplateResult =>
    svg`<rect class=${className} x="0.5" y="0.5" width=${width} height="13" rx="2" fill=${fill} />`;
  return html`<svg class="time-bar ${by}" width="100%" height="14">
    ${rect('shape', nothing)} ${by === 'person' ? rect('hatch', 'url(#waiting)') : nothing}
  </svg>`;
}
