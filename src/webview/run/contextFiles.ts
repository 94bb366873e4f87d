import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { DiffBase, FileEvidence, FilePreview } from '../../core/evidence/evidence';
import type { BreakpointView } from '../../core/views/page/breakpointView';
import { safeCode } from '../markdown';
import { runApi } from './runApi';

interface ContextFiles {
  readonly view: BreakpointView;
  /** By the file's place; `undefined`: it is being looked for. */
  readonly evidence: readonly FileEvidence[] | undefined;
  /** By the file's place. */
  readonly previews: ReadonlyMap<number, FilePreview>;
  /** The question is shown as it was, and its files as they are now. */
  readonly past: boolean;
  readonly isOpen: (place: number) => boolean;
  readonly onToggle: (place: number) => void;
}

const diffNames: Readonly<Record<DiffBase, { readonly label: string; readonly long: string }>> = {
  head: { label: 'git HEAD', long: 'against git HEAD' },
  'before-run': { label: 'before the run', long: 'against the last commit before the run was created' },
  'previous-gate': { label: 'previous breakpoint', long: 'against the copy kept at the previous breakpoint' },
};

/** The files that a question names: to be previewed, opened and compared. */
export function contextFiles(files: ContextFiles): TemplateResult | typeof nothing {
  const { effectId, files: names } = files.view;
  if (names.length === 0) return nothing;
  return html`
    <h3 id="files-${effectId}">Files</h3>
    <ul class="files" aria-labelledby="files-${effectId}">
      ${names.map((name, place) => contextFile(files, name, place))}
    </ul>
  `;
}

function contextFile(files: ContextFiles, name: string, place: number): TemplateResult {
  const { effectId } = files.view;
  const open = files.isOpen(place);
  const id = `preview-${place}-${effectId}`;
  return html`<li>
    <div class="file">
      <button
        class="link"
        role="link"
        title=${files.past ? 'Open it as it is now' : 'Open beside this page'}
        @click=${() => openFile(effectId, place, true)}
      >
        <span class="codicon codicon-file" aria-hidden="true"></span> ${name}
      </button>
      ${fileActions(files, name, place, id)}
    </div>
    ${open ? html`<div id=${id} class="preview">${previewOf(files.previews.get(place))}</div>` : nothing}
  </li>`;
}

function fileActions(files: ContextFiles, name: string, place: number, previewId: string): TemplateResult {
  if (files.past) return html`<span class="quiet">opens as it is now</span>`;
  const { effectId } = files.view;
  const evidence = files.evidence?.[place];
  const problem = evidence?.problem ?? '';
  if (problem !== '') return html`<span class="quiet">${problem}</span>`;
  const open = files.isOpen(place);
  return html`
    <button
      class="small"
      aria-expanded=${open ? 'true' : 'false'}
      aria-controls=${previewId}
      aria-label="Preview ${name}"
      @click=${() => files.onToggle(place)}
    >
      <span
        class="codicon ${open ? 'codicon-chevron-down' : 'codicon-chevron-right'}"
        aria-hidden="true"
      ></span
      >Preview
    </button>
    <button class="small" aria-label="Open ${name}" @click=${() => openFile(effectId, place, false)}>
      Open
    </button>
    <button class="small" aria-label="Open beside ${name}" @click=${() => openFile(effectId, place, true)}>
      Open beside
    </button>
    ${diffs(effectId, name, place, evidence)}
  `;
}

function openFile(effectId: string, file: number, beside: boolean): void {
  runApi.postMessage({ type: 'openFile', effectId, file, beside });
}

function diffs(
  effectId: string,
  name: string,
  place: number,
  evidence: FileEvidence | undefined,
): TemplateResult | typeof nothing {
  const versions = evidence?.versions ?? [];
  if (versions.length === 0) return nothing;
  return html`<span class="diffs" role="group" aria-label="Diff ${name}">
    <span class="quiet">Diff:</span>
    ${versions.map(({ base, same }) =>
      same
        ? html`<span
            class="quiet"
            title="The file is the same ${diffNames[base].long.replace('against', 'in')}"
            >${diffNames[base].label} (no change)</span
          >`
        : html`<button
            class="small"
            aria-label="Diff ${diffNames[base].label}: ${name} ${diffNames[base].long}"
            title="Diff ${diffNames[base].long}"
            @click=${() => runApi.postMessage({ type: 'diff', effectId, file: place, base })}
          >
            ${diffNames[base].label}
          </button>`,
    )}
  </span>`;
}

function previewOf(preview: FilePreview | undefined): TemplateResult {
  if (!preview) return html`<p class="quiet">Reading…</p>`;
  if ('problem' in preview) return html`<p class="quiet">${preview.problem}</p>`;
  if (preview.text === '') return html`<p class="quiet">The file is empty.</p>`;
  return html`<pre tabindex="0"><code>${guard([preview], () =>
      unsafeHTML(safeCode(preview.text, preview.language)),
    )}</code></pre>
    ${preview.more ? html`<p class="quiet">The file goes on.</p>` : nothing}`;
}
