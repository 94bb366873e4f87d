import * as vscode from 'vscode';
import { linkText, type LinkPart } from '../../core/links/runLink';
import type { RunTarget } from './targets';

/** A link to what a command is meant for, which opens it in this editor. */
export function linkTo({ stored: { run }, effectId, event }: RunTarget): string {
  return linkText(vscode.env.uriScheme, { runId: run.runId, part: partOf() });

  function partOf(): LinkPart | undefined {
    if (effectId === undefined) return event === undefined ? undefined : { kind: 'event', event };
    const kind = run.story.effects.get(effectId)?.kind === 'breakpoint' ? 'question' : 'task';
    return { kind, effectId };
  }
}
