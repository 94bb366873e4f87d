import { cutAtWord, oneLine } from '../../../core/format';
import { jsonLine } from '../../../core/run/jsonText';
import { partsText, records, textOf } from './jobBodies';

/** So many messages are told, and of each so much, in characters. */
const most = { messages: 20, text: 400 };

/** What was said since the person's last words, a line for each message; empty: nothing can be read. */
export function conversationIn(messages: unknown, expert: string): string {
  const all = records(messages);
  const since = all.slice(all.findLastIndex(({ type }) => type === 'userMessage'));
  const lines = since.slice(-most.messages).flatMap(({ type, contents }) => {
    const parts = records(contents);
    const said = partsText(parts);
    const calls = parts.flatMap((part) =>
      part['type'] === 'toolCallPart'
        ? [`${expert} calls ${textOf(part['toolName']) ?? 'a tool'} ${jsonLine(part['args']) ?? ''}`]
        : [],
    );
    const results = parts.flatMap((part) =>
      part['type'] === 'toolResultPart'
        ? [`${textOf(part['toolName']) ?? 'tool'}: ${partsText(part['contents'])}`]
        : [],
    );
    const who = type === 'userMessage' ? 'You' : type === 'expertMessage' ? expert : undefined;
    return [...(who !== undefined && said !== '' ? [`${who}: ${said}`] : []), ...calls, ...results];
  });
  const left = since.length - most.messages;
  return [
    ...(left > 0 ? [`… ${left} earlier …`] : []),
    ...lines.map((line) => cutAtWord(oneLine(line.slice(0, 2 * most.text)), most.text)),
  ].join('\n');
}
