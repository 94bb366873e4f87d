import { visible } from '../../format';
import { maskSecrets } from '../../run/secrets';

/** Text as it may leave the machine: no secrets, no absolute paths into the project, nothing that deceives, not too long. */
export type CleanText = (text: string, most?: number) => string;

/** How long a text may be unless something else is said. */
const usualLength = 4000;

/**
 * @param secrets values that are to be found nowhere
 * @param roots folders and what stands for them: `''` for the project, `~` for the home folder; the first that fits counts
 */
export function cleaner(
  secrets: readonly string[],
  roots: readonly (readonly [folder: string, name: string])[],
): CleanText {
  const replace = roots.flatMap(([folder, name]) => {
    const parts = folder.split(/[/\\]+/).filter((part) => part !== '');
    // The root of the disk would fit everything.
    if (parts.length === 0) return [];
    const path = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(String.raw`[/\\]+`);
    // Bounded, as a run of them would be gone through from each of its marks.
    const lead = /^[/\\]/.test(folder) ? String.raw`[/\\]{1,8}` : '';
    // A path begins where no other goes on, and ends with a whole name.
    const pattern = new RegExp(
      String.raw`(?:file:[/\\]{2})?(?<![\p{L}\p{N}._~-])${lead}${path}(?![\p{L}\p{N}_~-]|\.[\p{L}\p{N}])([/\\]*)`,
      'gu',
    );
    return [[pattern, name] as const];
  });
  return (text, most = usualLength) => {
    // Cut only after masking, as half a secret is found no more; but nobody needs a million characters searched.
    let clean = maskSecrets(text.slice(0, most * 4 + 1000), secrets);
    for (const [pattern, name] of replace) {
      clean = clean.replace(pattern, (_, slash: string) =>
        name === '' ? (slash === '' ? '.' : '') : `${name}${slash === '' ? '' : '/'}`,
      );
    }
    return visible(clean.length > most ? `${clean.slice(0, most)}…` : clean);
  };
}
