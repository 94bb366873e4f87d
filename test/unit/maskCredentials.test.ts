import { describe, expect, it } from 'vitest';
import { maskCredentials } from '../../src/core/sessions/maskCredentials';

describe('secrets in the text of a transcript', () => {
  it.each([
    ['API_TOKEN=EXAMPLE-1', 'API_TOKEN=•••'],
    ['Authorization: Bearer EXAMPLE.not.a.token', 'Authorization: Bearer •••'],
    ['{"apiKey":"EXAMPLE","x":1}', '{"apiKey":"•••","x":1}'],
    ['{\\"password\\": \\"EXAMPLE 1\\"}', '{\\"password\\": \\"•••\\"}'],
    ["export SECRET_KEY='EXAMPLE 1'", "export SECRET_KEY='•••'"],
    ['Cookie: a=EXAMPLE; b=EXAMPLE', 'Cookie: •••'],
    ['curl --api-token EXAMPLE x', 'curl --api-token ••• x'],
    ['https://me:EXAMPLE@host.example/x', 'https://•••@host.example/x'],
    ['Bearer EXAMPLE.1234', 'Bearer •••'],
    ['use sk-ant-EXAMPLE-000000000000 now', 'use ••• now'],
    ['ghp_EXAMPLE0000000000000000', '•••'],
    ['github_pat_EXAMPLE0000000000000', '•••'],
    ['xoxb-EXAMPLE-1234', '•••'],
    ['AKIAEXAMPLE000000000', '•••'],
    ['AIzaEXAMPLE_000000000000000000', '•••'],
    ['glpat-EXAMPLE000000000', '•••'],
    ['npm_EXAMPLE00000000000000000', '•••'],
    ['eyJhbGciOiJFWEFNUExFIn0.eyJFWEFNUExFIjox.c2ln', '•••'],
    ['-----BEGIN RSA PRIVATE KEY-----\nEXAMPLE\n-----END RSA PRIVATE KEY-----\nafter', '•••\nafter'],
    ['-----BEGIN PRIVATE KEY-----\nEXAMPLE', '•••'],
    ['a\\nghp_EXAMPLE0000000000000000\\n', 'a\\n•••\\n'],
    ['a\\\\tAKIAEXAMPLE000000000', 'a\\\\t•••'],
    ['a\\neyJhbGciOiJFWEFNUExFIn0.eyJFWEFNUExFIjox.c2ln', 'a\\n•••'],
    ['\u001B[1;31mghp_EXAMPLE0000000000000000\u001B[0m', '\u001B[1;31m•••\u001B[0m'],
    ['\\u001b[31mBearer EXAMPLE.1234', '\\u001b[31mBearer •••'],
    [String.raw`{\\\"password\\\": \\\"EXAMPLE 1\\\"}`, String.raw`{\\\"password\\\": \\\"•••\\\"}`],
    [String.raw`{"password":"EXAMPLE\"EXAMPLE","x":1}`, '{"password":"•••","x":1}'],
    [String.raw`{"password":"","x":1}`, '{"password":"","x":1}'],
    [String.raw`{"a":"API_KEY=\"EXAMPLE 2\" run"}`, String.raw`{"a":"API_KEY=\"•••\" run"}`],
    [String.raw`{"password":"C:\\EXAMPLE\\","x":"y"}`, String.raw`{"password":"•••\\","x":"y"}`],
    ['--password "EXAMPLE 1" x', '--password "•••" x'],
    ['git push origin feature/login', 'git push origin feature/login'],
    ['the run has 12 tasks', 'the run has 12 tasks'],
  ])('%s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked);
  });

  it('masks the values that it is given', () => {
    expect(maskCredentials('done: 0d6506f4d9', ['0d6506f4d9'])).toBe('done: •••');
  });

  it('takes linear time for whatever text', () => {
    const bits = [
      'key',
      'key=',
      '"',
      '-----BEGIN KEY-----',
      'sk-',
      'a.',
      'eyJabcdefghi.',
      'http://',
      '--',
      'token: ',
    ];
    // In milliseconds of the processor: other work on the machine does not count.
    const timeOf = (length: number): number => {
      const before = process.cpuUsage();
      for (const bit of bits) maskCredentials(bit.repeat(Math.ceil(length / bit.length)));
      return process.cpuUsage(before).user / 1000;
    };
    timeOf(1000);
    // Ten times the text; a hundred times the work would be quadratic.
    expect(timeOf(200_000)).toBeLessThan(60 * Math.max(50, timeOf(20_000)));
  });
});
