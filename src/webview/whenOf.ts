import { html, type TemplateResult } from 'lit';
import { dayAndTime, exactMoment, moment } from '../core/moments';

/** A moment, the exact one in its tooltip. @param at milliseconds since 1970 */
export function whenOf(at: number): TemplateResult {
  return html`<time title=${exactMoment(at)}>${moment(at, Date.now())}</time>`;
}

/** A moment in a log, where seconds matter; a dash where it is not known. */
export function whenLogged(at: number | undefined): TemplateResult {
  return at === undefined
    ? html`<time>–</time>`
    : html`<time title=${exactMoment(at)}>${dayAndTime(at).join(' ')}</time>`;
}
