import { maskSecrets } from '../run/secrets';

/** What stands for a secret. */
const masked = '•••';

/** A value: quoted, or up to white space or what ends a value in JSON, a URL or a shell. */
const value = String.raw`(?:\\?"(?:[^"\\\n]|\\[^"\n]){1,4096}|'[^'\n]{1,4096}|[^\s"'\\,;&|)}\]<>]{1,4096})`;

const names = '(?:key|token|secret|password|passwd|authorization|cookie)';

const named = new RegExp(
  String.raw`(${names}[\w-]{0,64}\\?["']?\s{0,4}[=:]\s{0,4})((?:Bearer|Basic|Token)\s{1,4})?(${value})`,
  'gi',
);

/** An argument of a command: --token value. */
const argument = new RegExp(String.raw`(--[\w-]{0,40}${names}[\w-]{0,20}\s{1,4})()(${value})`, 'gi');

/** A header's value goes on to the end of the line, or of the text that it stands in. */
const header =
  /((?:cookie|authorization)\\?["']?\s{0,4}:\s{0,4}\\?["']?)((?:Bearer|Basic|Digest|Token)\s{1,4})?[^"'\r\n\\]{1,4096}/gi;

const bearer = /\b(Bearer\s{1,4})[A-Za-z0-9._~+/=-]{6,4096}/g;

const userInfo = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"'<>]{1,512}@/gi;

const prefixed = new RegExp(
  [
    String.raw`\bsk-[A-Za-z0-9_-]{12,512}`,
    String.raw`\bgh[pousr]_[A-Za-z0-9]{16,255}`,
    String.raw`\bgithub_pat_[A-Za-z0-9_]{16,255}`,
    String.raw`\bxox[a-z]-[A-Za-z0-9-]{8,255}`,
    String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{12,32}\b`,
    String.raw`\bAIza[A-Za-z0-9_-]{20,80}`,
    String.raw`\bglpat-[A-Za-z0-9_-]{12,80}`,
    String.raw`\bnpm_[A-Za-z0-9]{20,80}`,
    // Where one can begin is nothing before that could belong to it: what might begin anywhere would be tried everywhere.
    String.raw`(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,4096}`,
  ].join('|'),
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
  return maskSecrets(text, secrets)
    .replace(keyBlock, masked)
    .replace(userInfo, `$1${masked}@`)
    .replace(header, `$1$2${masked}`)
    .replace(named, withoutValue)
    .replace(argument, withoutValue)
    .replace(bearer, `$1${masked}`)
    .replace(prefixed, masked);
}

function withoutValue(_: string, name: string, scheme: string | undefined, found: string): string {
  return `${name}${scheme ?? ''}${/^(?:\\?"|')/.exec(found)?.[0] ?? ''}${masked}`;
}
