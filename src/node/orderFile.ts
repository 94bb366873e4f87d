import { mkdirSync, realpathSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DisposableStore, type Disposable } from '../core/disposables';
import { messageOf } from '../core/errors';
import { Emitter } from '../core/event';
import type { Logger } from '../core/log';
import type { OrderFile } from '../core/order/keptOrder';
import { parseOrder, writeOrder, type OrderEntry } from '../core/order/orderEntry';
import { putText, recordName } from './recordFiles';
import { readTextInside } from './safeFile';
import { watchFolder } from './watchFolder';

/** In bytes; as many entries as are kept, with long names, are less. */
const limit = 32 * 1024 * 1024;

/**
 * The order that a person keeps, in one file for each workspace, which all of its windows read and write. VS Code gives each
 * window of a workspace a storage of its own, so the file lies in the storage that all windows share.
 */
export class OrderInFolder implements OrderFile, Disposable {
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  readonly onDidChange = this.#changed.event;
  #read: { readonly text: string; readonly entries: readonly OrderEntry[] } | undefined;
  #told = false;
  readonly #name: string;

  /**
   * @param folder a folder of our own; made where it is missing
   * @param workspace what tells the workspace apart from others
   * @param tell told to the person: the file was damaged, or cannot be written
   */
  constructor(
    private readonly folder: string,
    workspace: string,
    private readonly logger: Logger,
    private readonly tell: (sentence: string) => void,
  ) {
    this.#name = recordName('order', workspace);
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      this.#failed(error);
    }
    this.#disposables.add(
      watchFolder(folder, logger, (file) => {
        if (file === undefined || file === this.#name) this.#changed.fire();
      }),
    );
  }

  read(): readonly OrderEntry[] {
    try {
      const read = readTextInside(realpathSync(this.folder), this.#name, limit);
      if ('text' in read && read.text === this.#read?.text) return this.#read.entries;
      if ('problem' in read && read.missing) return [];
      const { entries, damage } =
        'text' in read ? parseOrder(read.text) : { entries: [], damage: `it ${read.problem}` };
      if (damage !== undefined) this.#putAside(damage, entries);
      else if ('text' in read) this.#read = { text: read.text, entries };
      return entries;
    } catch (error) {
      this.logger.warn(`${join(this.folder, this.#name)} cannot be read: ${messageOf(error)}`);
      return [];
    }
  }

  write(entries: readonly OrderEntry[]): void {
    const text = writeOrder(entries);
    const path = join(this.folder, this.#name);
    try {
      mkdirSync(this.folder, { recursive: true });
      putText(path, text);
      this.#read = { text, entries };
    } catch (error) {
      this.#failed(error);
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Nothing is lost: what was damaged stays beside the new file. */
  #putAside(damage: string, entries: readonly OrderEntry[]): void {
    const path = join(this.folder, this.#name);
    const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    renameSync(path, aside);
    if (entries.length > 0) this.write(entries);
    const rest = entries.length === 0 ? 'could not be read' : 'could be read in part only';
    this.tell(
      `What you pinned, archived, named and tagged in this workspace ${rest}: ${damage}. The file was put aside as ${aside}.`,
    );
  }

  #failed(error: unknown): void {
    const path = join(this.folder, this.#name);
    this.logger.warn(`${path} cannot be written: ${messageOf(error)}`);
    if (this.#told) return;
    this.#told = true;
    this.tell(
      `What you pin, archive, name and tag holds only until this window closes: ${path} cannot be written (${messageOf(error)}).`,
    );
  }
}
