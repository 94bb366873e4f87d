/**
 * Does something with a picker or the palette once more where it was closed meanwhile: a page that VS Code has just opened
 * or brought back takes the focus, which closes whatever is open.
 */
export async function again(step: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
