import { Worker } from 'node:worker_threads';
import type { Disposable } from '../../../core/disposables';
import { StoreBusyError, type AsyncReader } from './reading';
import { remoteReader, type ReaderCall, type ReaderReply, type ReaderRequest } from './readerProtocol';

/** A thread that nobody asks for so long ends, in milliseconds: what reading took of memory is free again. */
const idleFor = 10_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One thread in which all SQLite files are read. It begins with the first call, and again when it is wanted again. */
export class ReaderThread implements Disposable {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;

  /** @param program absolute path of the program that answers: dist/themisReader.js */
  constructor(private readonly program: string) {}

  /** A reader of one file. */
  reader(path: string): AsyncReader {
    return remoteReader((call) => this.#ask(path, call));
  }

  dispose(): void {
    clearTimeout(this.#idle);
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#fail(new Error('Reading was ended.'));
  }

  #ask(path: string, call: ReaderCall): Promise<unknown> {
    clearTimeout(this.#idle);
    this.#worker ??= this.#begin();
    const id = (this.#lastId += 1);
    const request: ReaderRequest = { id, path, call };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker?.postMessage(request);
    });
  }

  #begin(): Worker {
    // Warnings would be printed into the log of the editor: that SQLite is experimental in some versions of Node.js.
    const worker = new Worker(this.program, { execArgv: ['--no-warnings'], name: 'Themis reader' });
    worker.unref();
    worker.on('message', (reply: ReaderReply) => this.#take(reply));
    worker.on('error', (error) => this.#ended(worker, error));
    worker.on('exit', () => this.#ended(worker, new Error('The thread that reads SQLite files ended.')));
    return worker;
  }

  #take(reply: ReaderReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('value' in reply) waiting?.resolve(reply.value);
    else waiting?.reject(reply.busy ? new StoreBusyError(reply.error) : new Error(reply.error));
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      void this.#worker?.terminate();
      this.#worker = undefined;
    }, idleFor);
    this.#idle.unref();
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#fail(error);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
