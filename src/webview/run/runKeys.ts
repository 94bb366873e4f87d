import type { Keys } from '../help';

/** Those of a run's page. */
export const runKeys: Keys = [
  ['j, k', 'next or previous event'],
  ['Enter', 'open the event’s file, or the task of a bar'],
  ['Space', 'show the event’s task'],
  ['[, ]', 'the run as of the previous or next event; { and } in larger steps'],
  ['t', 'the run as of the selected event'],
  ['n', 'back to now'],
  ['←, →, PageUp, PageDown, Home, End', 'on the slider: step through the events'],
  ['/', 'find events'],
  ['Enter, Shift+Enter', 'in the search of a value: next or previous match'],
  ['f, F', 'in the timeline: next or previous failed task'],
  ['Escape', 'leave the text box of a question; close the task'],
  ['← →, ↑ ↓', 'in the timeline: between bars and rows; in a task: between tabs'],
  ['+, -, 0', 'in the timeline: zoom in, zoom out, whole run'],
  ['<, >', 'in the timeline: earlier, later'],
  ['1 – 9', 'choose an option of the open question'],
  ['Ctrl+Enter', 'send the answer (⌘ on a Mac)'],
  ['?', 'this help'],
];
