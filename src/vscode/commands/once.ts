import { CancelledError } from '../../core/errors';

/** Keeps what was asked for, and has not ended, from being done twice. */
export class Once {
  readonly #underWay = new Set<string>();

  /**
   * The second click of a double click asks for what is being done already, and is passed over.
   * @throws CancelledError when it is being done already
   */
  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#underWay.has(what)) throw new CancelledError();
    this.#underWay.add(what);
    try {
      return await work();
    } finally {
      this.#underWay.delete(what);
    }
  }
}
