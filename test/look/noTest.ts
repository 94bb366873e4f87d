// Stands for vitest where no test runs.
export const onTestFinished = (): void => {};
