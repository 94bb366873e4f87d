import { prefix } from './contract';
import { HumanError } from './errors';
import type { SettingName } from './settings';

/**
 * The program and arguments of a command that a setting holds. A variable is replaced inside one argument: its value,
 * whatever is in it, never becomes a second one.
 * @param valueOf what a variable stands for, where it begins its argument and where not; `undefined`: there is no such one
 * @throws HumanError when the setting is no command or names an unknown variable; what `valueOf` throws
 */
export function commandWords(
  name: SettingName,
  template: readonly unknown[],
  valueOf: (variable: string, isFirst: boolean) => string | undefined,
): readonly [string, ...string[]] {
  const wrong = (what: string): HumanError =>
    new HumanError(`The setting ${prefix}.${name} cannot be used: ${what}.`);
  // Settings hold whatever somebody wrote there.
  if (!Array.isArray(template)) throw wrong('it must be a list of texts');
  const words = template.map((word: unknown) => {
    if (typeof word !== 'string') throw wrong('it must be a list of texts');
    return word.replace(/\$\{(\w+)\}/g, (all, variable: string, at: number) => {
      const value = valueOf(variable, at === 0);
      if (value === undefined) throw wrong(`it has an unknown variable ${all}`);
      return value;
    });
  });
  const [program, ...args] = words;
  if (program === undefined || program.trim() === '') throw wrong('it names no program');
  return [program, ...args];
}
