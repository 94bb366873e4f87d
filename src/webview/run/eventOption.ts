import { html, nothing, type TemplateResult } from 'lit';
import type { EventRow } from '../../core/views/page/eventRow';
import type { EventMark } from '../../core/run/eventRecord';
import { whenLogged } from '../whenOf';
import { runApi } from './runApi';
import { showTask } from './taskList';

const marks: Readonly<Record<EventMark, { readonly sign: string; readonly word: string }>> = {
  resolved: { sign: '✓', word: 'resolved' },
  waiting: { sign: '←', word: 'waiting' },
  failed: { sign: '✗', word: 'failed' },
  rejected: { sign: '⊘', word: 'rejected' },
  cancelled: { sign: '⊘', word: 'cancelled' },
  none: { sign: '·', word: '' },
};

const replays = {
  cached: {
    word: 'Replayed',
    what: 'The process has used this result. Each time the run is iterated, it is read from the journal.',
  },
  new: {
    word: 'Not yet replayed',
    what: 'The process has not seen this result yet. It will the next time the run is iterated.',
  },
};

interface EventOption {
  readonly selected: boolean;
  /** The run is shown as it was with this event as the last one. */
  readonly isMoment: boolean;
  /** Among all events of the list, from 1. */
  readonly position: number;
  readonly total: number;
  /** As a property: the policy forbids the attribute. */
  readonly style: string;
  readonly onSelect: () => void;
  readonly onTravel: () => void;
}

/** An event in the list of events; its element is called by its place. */
export function eventOption(
  { place, seq, at, type, mark, replay, kind, title, effectId, shortEffectId, later }: EventRow,
  { selected, isMoment, position, total, style, onSelect, onTravel }: EventOption,
): TemplateResult {
  const { sign, word } = marks[mark];
  return html`<div
    class="event mark-${mark} ${title === '' ? 'untitled' : ''} ${later ? 'later' : ''} ${isMoment ? 'moment' : ''}"
    role="option"
    id="event-${place}"
    aria-selected=${selected}
    aria-posinset=${position}
    aria-setsize=${total}
    .style=${style}
    @click=${(event: Event) => {
      onSelect();
      if (effectId !== '') showTask(event, effectId);
    }}
    @dblclick=${() => runApi.postMessage({ type: 'openEvent', seq })}
  >
    <span class="sign" aria-hidden="true">${mark === 'waiting' ? '·' : sign}</span>
    <span class="seq">${seq}</span>
    ${whenLogged(at)}
    <span class="type">${type}</span>
    <span class="what">
      <bdi>${title}</bdi>
      ${
        mark === 'waiting'
          ? html`<strong class="waiting">waiting</strong>`
          : html`<span class="hidden">${later ? 'not yet' : word}</span>`
      }
      ${isMoment ? html`<strong class="waiting">you are here</strong>` : nothing}
    </span>
    ${replay === '' ? nothing : html`<span class="tag" title=${replays[replay].what}>${replays[replay].word}</span>`}
    <small class="kind">${kind}</small>
    ${shortEffectId === '' ? html`<span class="id"></span>` : html`<code class="id">${shortEffectId}</code>`}
    <span
      class="as-of codicon codicon-history"
      title="Show the run as of here"
      aria-hidden="true"
      @click=${(click: Event) => {
        click.stopPropagation();
        onTravel();
      }}
    ></span>
  </div>`;
}
