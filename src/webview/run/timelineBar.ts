import { nothing, svg, type TemplateResult } from 'lit';
import { count } from '../../core/format';
import type { TimelineBar } from '../../core/views/page/timeline';
import { showTask } from './taskList';
import { fitting } from './timelineLabels';

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Where nobody was at work, as guessed: from and to. */
  readonly idle: readonly (readonly [number, number])[];
  /** Of its lane. */
  readonly height: number;
  /** Text does not begin left of this, nor end right of that. */
  readonly textFrom: number;
  readonly textTo: number;
  readonly rowLabel: string;
  /** The Tab key reaches it. */
  readonly reachable: boolean;
  /** Its task is selected elsewhere on the page. */
  readonly marked: boolean;
  readonly onFocus: () => void;
}

const signs = { error: '✗', pending: '…', cancelled: '⊘', ok: '' };

/** A task on the timeline; a click or Enter opens it. */
export function timelineBar(
  bar: TimelineBar,
  { x, y, width, idle, height, textFrom, textTo, rowLabel, reachable, marked, onFocus }: Drawn,
): TemplateResult {
  const { status, human, effectId, spoken } = bar;
  const left = Math.max(x, textFrom);
  const text = textOf(bar, rowLabel, Math.min(x + width, textTo) - left - 8);
  return svg`<g
    class="bar ${status} ${human ? 'human' : 'agent'} ${marked ? 'marked' : ''}"
    role="button"
    data-bar=${effectId}
    tabindex=${reachable ? 0 : -1}
    aria-label=${spoken}
    @focus=${onFocus}
    @click=${(event: Event) => {
      onFocus();
      showTask(event, effectId);
    }}
  >
    <title>${spoken}</title>
    <rect class="hit" x=${x} y=${y} width=${width} height=${height} />
    <rect class="shape" x=${x} y=${y + 2} width=${width} height=${height - 4} rx="2" />
    ${idle.map(([from, to]) => svg`<rect class="rest" x=${from} y=${y + 2} width=${Math.max(0, to - from)} height=${height - 4} />`)}
    ${human ? svg`<rect class="hatch" x=${x} y=${y + 2} width=${width} height=${height - 4} rx="2" fill="url(#human)" />` : nothing}
    ${text === '' ? nothing : svg`<text x=${left + 4} y=${y + height / 2 + 4}>${text}</text>`}
  </g>`;
}

/** What there is room for: its sign, and its title where the row does not say it, else what its title alone has. */
function textOf({ status, count: size, attempt, title }: TimelineBar, label: string, room: number): string {
  const more = size > 1 ? count(size, 'task') : attempt > 1 ? `#${attempt}` : '';
  const sign = [signs[status], more].filter(Boolean).join(' ');
  const texts = title === '' ? [sign] : [`${sign} ${title}`, `${sign} ${ownWord(title, label)}`, sign];
  return texts.map((text) => text.trim()).find((text) => fitting(text, room) === text) ?? '';
}

/** "4" of "Review the module 4" in a row of "Review the module n". */
function ownWord(title: string, label: string): string {
  const others = label.split(' ');
  return title.split(' ').find((word, i) => word !== others[i]) ?? title;
}
