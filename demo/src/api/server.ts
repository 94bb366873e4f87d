import { createServer } from 'node:http';

/** The clock is passed in, so that a test can decide what time it is. */
export function startServer(port: number, now: () => Date) {
  return createServer((request, response) => {
    response.setHeader('Date', now().toUTCString());
    response.end(JSON.stringify({ path: request.url, ok: true }));
  }).listen(port);
}
