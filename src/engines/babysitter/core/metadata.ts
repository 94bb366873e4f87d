import { entrypoint, type Entrypoint } from '../../../core/run/entrypoint';
import { intern } from '../../../core/run/intern';
import { secretsOf } from '../../../core/run/secrets';
import { isRecord, moment, parseLenient, text, Wrong, yesOrNo, type Field } from '../../../core/run/lenient';

/** run.json, as far as the extension uses it. The completion proof is left out on purpose: it never leaves the file. */
export interface RunMetadata {
  readonly processId: string | undefined;
  /** `undefined`: a bare run, to which no process is assigned yet, or an unusable entry. */
  readonly entry: Entrypoint | undefined;
  readonly prompt: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number | undefined;
  /** Written by engines since 5.x; older ones leave no version. */
  readonly sdkVersion: string | undefined;
  /** The project the run belongs to; only newer engines write it. */
  readonly cwd: string | undefined;
  readonly harness: string | undefined;
  /** What it was made for; a fork says here where it comes from. */
  readonly request: string | undefined;
  readonly processRevision: string | undefined;
  /** The SHA-256 of the process file that it ran last, in lower case; only newer engines write it. */
  readonly codeHash: string | undefined;
  readonly nonInteractive: boolean;
  /** The run that started this one as a subprocess. */
  readonly parentRunId: string | undefined;
  /** Why engines refuse to iterate the run, as a sentence part; left out: they do not. */
  readonly refused?: string;
}

/** What every engine version from 0.0.29 to 6.x writes; `run:iterate` refuses any other. */
export const layoutVersion = '2026.01-storage-preview';

const entrypointField: Field<Entrypoint | undefined> = (value) =>
  typeof value === 'string' || (isRecord(value) && typeof value['importPath'] === 'string')
    ? toEntrypoint(value)
    : new Wrong('it must be text, or an object with an importPath');

const nested: Field<string | undefined> = (value) => {
  if (!isRecord(value)) return new Wrong('it must be an object');
  const parent = value['parentRunId'];
  return parent === undefined || typeof parent === 'string' ? parent : new Wrong('it must be text');
};

/** What is no hash tells nothing of the file; that the engine reads it is not its business here. */
const hash: Field<string | undefined> = (value) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : undefined;

const shape = {
  processId: text,
  entrypoint: entrypointField,
  prompt: text,
  createdAt: moment,
  sdkVersion: text,
  cwd: text,
  harness: text,
  request: text,
  processPath: text,
  processRevision: text,
  processCodeHash: hash,
  nonInteractive: yesOrNo,
  nested,
};

/** Reads run.json. `metadata` is undefined when the file is no JSON object. */
export function parseMetadata(json: string): {
  readonly metadata: RunMetadata | undefined;
  readonly problems: readonly string[];
} {
  const { fields, raw, problems } = parseLenient(json, shape);
  if (!fields || !raw) return { metadata: undefined, problems };
  const refused = refusedFor(raw);
  return {
    metadata: {
      processId: fields.processId && intern(fields.processId),
      entry:
        fields.entrypoint ?? (namesPath(raw['entrypoint']) ? undefined : toEntrypoint(fields.processPath)),
      prompt: fields.prompt && withoutSecrets(fields.prompt, raw),
      createdAt: fields.createdAt,
      sdkVersion: fields.sdkVersion,
      cwd: fields.cwd,
      harness: fields.harness,
      request: fields.request && intern(withoutSecrets(fields.request, raw)),
      processRevision: fields.processRevision,
      codeHash: fields.processCodeHash && intern(fields.processCodeHash),
      nonInteractive: fields.nonInteractive ?? false,
      parentRunId: fields.nested,
      ...(refused === undefined ? {} : { refused }),
    },
    problems,
  };
}

/** Whether engines take the path from an entry point, be it of use or not; else from `processPath`. */
function namesPath(entrypoint: unknown): boolean {
  return isRecord(entrypoint) && (entrypoint['importPath'] ?? undefined) !== undefined;
}

function refusedFor({ layoutVersion: layout, runId }: Readonly<Record<string, unknown>>): string | undefined {
  if (layout !== layoutVersion) {
    const named = layout ? `the layout ${JSON.stringify(layout).slice(0, 60)}` : 'no layoutVersion';
    return `has ${named}, which engines refuse to iterate`;
  }
  // It need not be that of the folder, but a task is made with it.
  if (typeof runId === 'string' && runId !== '') return undefined;
  return 'has no "runId" that is text: engines fail the run once it asks for a task';
}

/** Of a run that is to go on and has no {@link RunMetadata.entry}. */
export const namesNoProcess = 'names no process file, and engines refuse to iterate without one';

/** Titles and links are made of these texts, and nobody looks for the secret in them once more. */
function withoutSecrets(text: string, raw: Readonly<Record<string, unknown>>): string {
  return secretsOf(raw).reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}

/** Reads an entry point as run.json or RUN_CREATED hold it: an object, or "path#export". */
export function toEntrypoint(value: unknown): Entrypoint | undefined {
  const [path, name] =
    typeof value === 'string'
      ? value.split('#', 2)
      : isRecord(value)
        ? [value['importPath'], value['exportName']]
        : [];
  // "bare-run" is what 6.x engines write before a process is assigned.
  if (typeof path !== 'string' || path === '' || path === 'bare-run') return undefined;
  const exportName = typeof name === 'string' && name !== '' ? name : 'process';
  return entrypoint(path, exportName);
}
