/**
 * What a release still lacks, each as words for a person.
 * @param has whether there is a file of that name in the root
 */
export function missingForRelease(project: {
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly changelog: string;
  has(name: string): boolean;
}): readonly string[];
