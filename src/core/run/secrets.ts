/**
 * The secret that an agent must echo to end its loop, under both names it has had. It never leaves its file. The quotes
 * may be escaped (JSON inside a text), and the value may be cut off.
 */
const secret = /(\\*"completion(?:Proof|Secret)\\*"\s*:\s*\\*")(?:[^"\\]|\\[^"])*/g;

/** JSON text, or text with JSON in it, with the completion proof's value replaced. */
export function maskSecrets(text: string): string {
  return text.replace(secret, '$1•••');
}
