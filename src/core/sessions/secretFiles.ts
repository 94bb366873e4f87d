/** A name that begins with a dot, and is no member of an object: `process.env`. */
const dotted =
  String.raw`(?<![\w.)\]?])\.(?:env(?:rc)?(?:[._~-][\w.~-]{0,60})?|netrc|npmrc|pypirc|pgpass|htpasswd|my\.cnf|` +
  String.raw`git-credentials|dockercfg|vault-token|docker[/\\]config\.json|kube[/\\]config)(?![\w(/])`;

/** The same behind a name: `prod.env`. */
const environment =
  String.raw`(?<![\w.-])(?!(?:process|import|deno|bun|os|this|self|globalThis|ctx|context|config|options|opts|args|props)\b)` +
  String.raw`[\w-][\w.@-]{0,79}\.env(?![\w.(\[?,)}\]=])`;

const named =
  String.raw`(?<![\w.-])(?:_netrc|id_(?:rsa|dsa|ecdsa|ed25519)[\w-]{0,40}(?!\.pub\b)|` +
  String.raw`(?:client_secret|service[-_]?account|application_default_credentials)[\w.-]{0,80}\.json|` +
  String.raw`(?:credentials|secrets?)\.(?:json|ya?ml|toml|ini|csv|db|xml|txt))(?![\w(-])`;

/** In words about something the name alone is a word as others are. */
const credentials = String.raw`(?<=[/\\])credentials(?![\w(.-])|(?<![\w.-])credentials(?=["'\x60]|\s{0,4}(?:$|[|;)&<>\n]))`;

const keys = String.raw`(?<=[\w)-])(?<!\.env)\.(?:(?:pem|p12|pfx|jks|keystore|kdbx|ppk)(?![\w(])|key(?=$|[\s"'\x60|;&<>)\\:,]))`;

/** Files whose contents are shown nowhere: settings of the environment, keys, and what logs in. */
const secretFile = new RegExp([dotted, environment, named, credentials, keys].join('|'), 'i');

/**
 * The file of secrets that a call's input names, as far as its name is known; `undefined`: it names none.
 * @param input as text or as JSON
 */
export function secretFileIn(input: string): string | undefined {
  // In JSON the end of a line is a backslash and a letter.
  const text = input.replaceAll(/\\[nrt]/g, '\n');
  const found = secretFile.exec(text);
  if (!found) return undefined;
  const [stem = ''] = /[\w.-]{0,60}$/.exec(text.slice(Math.max(0, found.index - 60), found.index)) ?? [];
  return `${stem}${found[0]}`;
}
