/** Where a run's folder is shown, and what is said of it before its path; `undefined`: nothing. */
export interface RevealPlace {
  readonly where: 'system' | 'explorer' | 'clipboard';
  readonly said: string | undefined;
}

/**
 * The file manager of a person knows the files of their own machine only: in SSH, containers and browsers VS Code has the
 * command, or not, and nothing would happen.
 * @param remote what VS Code says of the place where the extension runs ("ssh-remote"); `undefined`: the person's machine
 */
export function revealPlace(window: {
  readonly commands: readonly string[];
  readonly remote: string | undefined;
  readonly inWorkspace: boolean;
}): RevealPlace {
  const has = (command: string): boolean => window.commands.includes(command);
  if (window.remote === undefined && has('revealFileInOS')) return { where: 'system', said: undefined };
  if (has('revealInExplorer') && window.inWorkspace) {
    return {
      where: 'explorer',
      said:
        window.remote === undefined
          ? undefined
          : 'The run is on another machine, so its folder is shown in the explorer:',
    };
  }
  return {
    where: 'clipboard',
    said:
      window.remote === undefined
        ? "The run folder's path was copied:"
        : "The run is on another machine. Its folder's path was copied:",
  };
}
