import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ArtefactVersions } from '../../core/views/page/reportProtocol';
import { reportApi } from './reportApi';

/**
 * The files that tasks made.
 * @param versions what is known of some of them by now
 */
export function artefactList(
  files: readonly string[],
  versions: readonly ArtefactVersions[],
): TemplateResult {
  return html`<ul class="artefacts">
    ${repeat(
      files,
      (file) => file,
      (file) =>
        html`<li>
          <button class="link" role="link" @click=${() => reportApi.postMessage({ type: 'openFile', file })}>
            ${file}
          </button>
          ${versionsOf(
            file,
            versions.find((known) => known.file === file),
          )}
        </li>`,
    )}
  </ul>`;
}

/** What an artefact can be compared with, and what was not kept. */
function versionsOf(file: string, versions: ArtefactVersions | undefined): TemplateResult | typeof nothing {
  if (!versions) return nothing;
  const { own, older } = versions;
  const lost = older.filter(({ kept }) => kept === '');
  return html`<small>${own}</small> ${older.map(({ base, kept, same }) =>
      kept === ''
        ? nothing
        : same
          ? html`<small>same as the ${kept}</small>`
          : html`<button
              class="small"
              aria-label="Compare ${file} with the ${kept}"
              @click=${() => reportApi.postMessage({ type: 'diffFile', file, base })}
            >
              <span class="codicon codicon-diff" aria-hidden="true"></span>
              ${base === 'previous' ? 'previous' : 'best'}: ${kept}
            </button>`,
    )}
    ${
      lost.length === 0
        ? nothing
        : html`<small>
            Nothing was kept of it from
            ${lost.map(({ base, iteration }) => `${iteration} (${base})`).join(' and ')}.
          </small>`
    }`;
}
