import { maskSecrets } from '../run/secrets';

/** What stands for a secret. */
const masked = '•••';

const names = '(?:key|token|secret|password|passwd|authorization|cookie)';

/** What comes before a value: its name, `--token` of a command's arguments, or both in JSON, which may be a text of JSON itself. */
const named = new RegExp(
  String.raw`(?:${names}[\w-]{0,64}\\{0,7}["']?\s{0,4}[=:]\s{0,4}|--[\w-]{0,40}${names}[\w-]{0,20}\s{1,4})(?:(?:Bearer|Basic|Token)\s{1,4})?`,
  'gi',
);

/** A longer value is taken for several. In characters. */
const longest = 4096;
const quoted = /\\{0,7}["']/y;
const bare = /[^\s"'\\,;&|)}\]<>]{1,4096}/y;

/** A header's value goes on to the end of the line, or of the text that it stands in. */
const header =
  /((?:cookie|authorization)\\{0,7}["']?\s{0,4}:\s{0,4}\\{0,7}["']?)((?:Bearer|Basic|Digest|Token)\s{1,4})?[^"'\r\n\\]{1,4096}/gi;

/** Where a word begins, also behind an escaped line end in JSON, and behind a colour of a terminal. */
const start = String.raw`(?:\b|(?<=\\[nrtbf]|\[[\d;]{0,20}m))`;

const bearer = new RegExp(String.raw`${start}(Bearer\s{1,4})[A-Za-z0-9._~+/=-]{6,4096}`, 'g');

const userInfo = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]{1,512}@/gi;

const prefixed = new RegExp(
  `${start}(?:${[
    String.raw`sk-[A-Za-z0-9_-]{12,512}`,
    String.raw`gh[pousr]_[A-Za-z0-9]{16,255}`,
    String.raw`github_pat_[A-Za-z0-9_]{16,255}`,
    String.raw`xox[a-z]-[A-Za-z0-9-]{8,255}`,
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{12,32}\b`,
    String.raw`AIza[A-Za-z0-9_-]{20,80}`,
    String.raw`glpat-[A-Za-z0-9_-]{12,80}`,
    String.raw`npm_[A-Za-z0-9]{20,80}`,
  ].join('|')})`,
  'g',
);

/** Where one can begin is nothing before that could belong to it: what might begin anywhere would be tried everywhere. */
const webToken = new RegExp(
  String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]|\[[\d;]{0,20}m))eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,4096}`,
  'g',
);

const keyBlock =
  /-----BEGIN [A-Z0-9 ]{0,40}KEY[A-Z ]{0,20}-----[A-Za-z0-9+/=\s\\:,.]{0,16384}(?:-----END [A-Z0-9 ]{0,40}-----)?/g;

/**
 * Text of a transcript with what looks like a secret replaced: values named key, token, secret, password, authorization
 * or cookie, bearer tokens, credentials in URLs, keys with well-known beginnings, and the run's own secrets.
 * @param secrets values that are to be found nowhere
 */
export function maskCredentials(text: string, secrets: readonly string[] = []): string {
  const outer = maskSecrets(text, secrets)
    .replace(keyBlock, masked)
    .replace(userInfo, `$1${masked}@`)
    .replace(header, `$1$2${masked}`);
  return withoutNamed(outer)
    .replace(bearer, `$1${masked}`)
    .replace(prefixed, masked)
    .replace(webToken, masked);
}

/** A text without the values that have a telling name. */
function withoutNamed(text: string): string {
  const parts: string[] = [];
  let from = 0;
  named.lastIndex = 0;
  for (let found = named.exec(text); found; found = named.exec(text)) {
    const value = valueAt(text, named.lastIndex);
    if (!value) continue;
    parts.push(text.slice(from, value.start), masked);
    from = value.end;
    named.lastIndex = from;
  }
  return from === 0 ? text : parts.join('') + text.slice(from);
}

/** Where a value lies that begins at a place, without its quotes; `undefined`: there is none. */
function valueAt(text: string, place: number): { readonly start: number; readonly end: number } | undefined {
  quoted.lastIndex = place;
  const opening = quoted.exec(text)?.[0];
  if (opening === undefined) {
    bare.lastIndex = place;
    return bare.test(text) ? { start: place, end: bare.lastIndex } : undefined;
  }
  const start = place + opening.length;
  const rest = text.slice(start, start + longest);
  let escapes = 0;
  for (let i = 0; i < rest.length; i += 1) {
    const character = rest[i];
    if (character === '\n') return i > 0 ? { start, end: start + i } : undefined;
    // A quote that is escaped itself lies in the value, and so does what is escaped more often than the first one.
    const closes = escapes < opening.length || escapes % (2 * opening.length) === opening.length - 1;
    if (character === opening.at(-1) && closes) {
      return i > escapes ? { start, end: start + i - escapes } : undefined;
    }
    escapes = character === '\\' ? escapes + 1 : 0;
  }
  return rest === '' ? undefined : { start, end: start + rest.length };
}
