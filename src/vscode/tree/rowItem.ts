import * as vscode from 'vscode';
import { withoutLinks } from '../../core/format';
import { commandTitle } from '../../core/commands';
import type { Row } from '../../core/views/tree/describe';
import type { TreeNode } from '../../core/views/tree/treeNode';
import { commandName } from '../messages';
import { fileUri } from '../runDocuments';

/** Passed with a row that was clicked: its page gives way to the next one. Menus pass the selected rows there. */
export const asPreview = 'preview';

/** What a click on a row does; `undefined`: a row with rows below opens and closes instead. */
export function clickCommand(node: TreeNode, row: Row): vscode.Command | undefined {
  switch (node.kind) {
    case 'run':
      // With a command, only the twistie opens and closes the row.
      return {
        command: commandName('run.open'),
        title: commandTitle('run.open'),
        arguments: [node, asPreview],
      };
    case 'breakpoint':
      return { command: commandName('run.open'), title: commandTitle('run.open'), arguments: [node] };
    case 'iteration':
      return row.expandable
        ? undefined
        : {
            command: commandName('iteration.report'),
            title: commandTitle('iteration.report'),
            arguments: [node],
          };
    case 'task':
      return { command: commandName('task.open'), title: commandTitle('task.open'), arguments: [node] };
    case 'more':
      return {
        command: commandName('runs.loadMore'),
        title: commandTitle('runs.loadMore'),
        arguments: [node],
      };
    case 'problem':
      // The run folder and its journal are folders.
      return /\.\w/.test(node.file)
        ? { command: 'vscode.open', title: 'Open File', arguments: [fileUri(node.runKey, node.file)] }
        : undefined;
    default:
      return undefined;
  }
}

/** Run text goes in as text only: nothing in it becomes Markdown, a link or a command. */
export function toMarkdown(lines: Row['tooltip']): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [name, text] of lines) {
    if (text === '') continue;
    if (name !== '') markdown.appendMarkdown(`**${name}:** `);
    markdown.appendMarkdown(`${withoutLinks(new vscode.MarkdownString().appendText(text).value)}\n\n`);
  }
  return markdown;
}
