import { isRecord } from '../../run/lenient';

/** What a result says in words, under one of the names that processes use for that. */
export interface Finding {
  /** As it stands in the result: "criticalIssues". */
  readonly name: string;
  /** One text, or the items of a list. */
  readonly texts: readonly string[];
  /** Items that are left out. */
  readonly left: number;
}

/** In lower case, without marks between words; in the order in which they are shown. */
const findingNames = [
  ...['summary', 'executivesummary', 'verdict', 'conclusion', 'rationale', 'reasoning', 'analysis'],
  ...['criticalissues', 'blockers', 'issues', 'problems', 'errors', 'regressions', 'warnings', 'risks'],
  ...['findings', 'concerns', 'gaps', 'weaknesses', 'strengths', 'improvements'],
  ...['recommendation', 'recommendations', 'suggestions', 'nextsteps', 'followups', 'feedback'],
];

/** Under such names results tell which files they made or changed. */
const fileNames = new Set([
  ...['artifact', 'artifacts', 'artefact', 'artefacts', 'files', 'file', 'path', 'paths', 'filepath'],
  ...['changedfiles', 'fileschanged', 'modifiedfiles', 'filesmodified', 'createdfiles', 'filescreated'],
  ...['outputfile', 'outputfiles', 'outputpath', 'artifactpath', 'artifactpaths', 'reportpath', 'planpath'],
  ...['testfile', 'testfiles'],
]);

const depth = 3;
const mostItems = 50;
const mostFindings = 20;
const mostPaths = 100;

/** The findings of one result: those of the result itself before those deeper in it. */
export function findingsOf(value: unknown): readonly Finding[] {
  const found: Finding[] = [];
  let level: readonly unknown[] = [value];
  for (let d = 0; d < depth && level.length > 0; d += 1) {
    const records = level.filter(isRecord);
    const next: unknown[] = [];
    const here: Finding[] = [];
    for (const record of records) {
      for (const [name, inner] of Object.entries(record)) {
        const finding = findingNames.includes(plainName(name)) ? toFinding(name, inner) : undefined;
        if (finding) here.push(finding);
        else next.push(inner);
      }
    }
    for (const finding of here.toSorted((a, b) => rank(a) - rank(b))) found.push(finding);
    level = next.slice(0, 1000);
  }
  return found.slice(0, mostFindings);
}

/** The file names that a result tells; whether there are such files is not looked at. */
export function pathsOf(value: unknown): readonly string[] {
  const found = new Set<string>();
  let level: readonly (readonly [unknown, boolean])[] = [[value, false]];
  for (let d = 0; d < depth + 1 && level.length > 0; d += 1) {
    const next: (readonly [unknown, boolean])[] = [];
    for (const [item, named] of level) {
      if (typeof item === 'string') {
        if (named && isPathLike(item)) found.add(item);
      } else if (Array.isArray(item)) {
        next.push(...item.slice(0, mostPaths).map((inner) => [inner, named] as const));
      } else if (isRecord(item)) {
        for (const [name, inner] of Object.entries(item)) next.push([inner, fileNames.has(plainName(name))]);
      }
    }
    level = next.slice(0, 1000);
  }
  return [...found].slice(0, mostPaths);
}

function isPathLike(text: string): boolean {
  return text.trim() !== '' && text.length < 1000 && !/[\n\r\0]/.test(text) && !/^[a-z]+:\/\//i.test(text);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

function rank({ name }: Finding): number {
  return findingNames.indexOf(plainName(name));
}

function toFinding(name: string, value: unknown): Finding | undefined {
  const items = Array.isArray(value) ? value : [value];
  const texts = items.slice(0, mostItems).flatMap((item) => inWords(item) ?? []);
  return texts.length === 0 ? undefined : { name, texts, left: Math.max(0, items.length - mostItems) };
}

const titleNames = ['title', 'summary', 'message', 'description', 'text', 'issue', 'name', 'finding', 'what'];

/** An item as a person would write it; `undefined`: it is no text, number or plain record. */
function inWords(item: unknown): string | undefined {
  if (typeof item === 'string') return item.trim() === '' ? undefined : item;
  if (typeof item === 'number' || typeof item === 'boolean') return String(item);
  if (!isRecord(item)) return undefined;
  const plain = Object.entries(item).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  const title = titleNames.map((name) => item[name]).find((text) => typeof text === 'string' && text !== '');
  const rest = plain
    .filter(([, value]) => value !== title)
    .map(([name, value]) => `${name}: ${String(value)}`);
  const words = [
    ...(title === undefined ? [] : [String(title)]),
    ...(rest.length > 0 ? [rest.join(', ')] : []),
  ];
  return words.length === 0 ? undefined : words.length === 2 ? `${words[0]} (${words[1]})` : words[0];
}
