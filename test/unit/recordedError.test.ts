import { expect, it } from 'vitest';
import { plainMessage } from '../../src/core/run/recordedError';

it.each([
  ['plain words', 'API rate limit exceeded', 'API rate limit exceeded'],
  ['words that only begin like JSON', '{"error":', '{"error":'],
  ['a text of its own', '{"error":"quota","message":"other"}', 'quota'],
  ["an error's message", ' {"error":{"message":"deep"}}', 'deep'],
  ['what is left', '{"error":{"code":1},"message":" ","summary":"in short"}', 'in short'],
  ['JSON in JSON', JSON.stringify({ error: JSON.stringify({ reason: 'quota' }) }), 'quota'],
  ['a text', '"quota"', 'quota'],
  ['no words', '{"code":3,"failed":2}', 'code: 3, failed: 2'],
  ['a list', '["a","b"]', 'a, b'],
  ['nothing', '{}', 'An error without words'],
  ['an empty text', '""', 'An error without words'],
])('an error is told by %s, and never as JSON', (_, recorded, expected) => {
  expect(plainMessage(recorded)).toBe(expected);
});

it('however often it was written as JSON', () => {
  let text = 'quota';
  for (let i = 0; i < 12; i += 1) text = JSON.stringify({ message: text });
  expect(plainMessage(text)).toBe('quota');
});
