/**
 * The answers that a tree gave VS Code about rows below a row. When a row is drawn again before such an answer has arrived,
 * VS Code shows the rows of the old answer and never asks again, though it has forgotten them: they look well, but nothing
 * is ever shown below them (`getChildrenBatch` in VS Code's treeView.ts keeps the children of an item whose refresh came
 * while they were asked for).
 */
export class GivenAnswers {
  #given = 0;

  /** @param windowAnswers comes back when the window has answered a question, and so has got what was sent before */
  constructor(private readonly windowAnswers: () => Promise<void>) {}

  gave(): void {
    this.#given += 1;
  }

  /** Comes back when the window has got every answer, those too that were given meanwhile. */
  async arrived(): Promise<void> {
    let before: number;
    do {
      before = this.#given;
      await this.windowAnswers();
    } while (before !== this.#given);
  }
}
