/** The engine as the rest of the stand-in sees it: SQL text in, rows as text out; PGlite works in its own thread. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { EngineOptions, PgFailure, PgResult, Reply, Request } from './protocol.ts';

/** PostgreSQL refused; pg-errors.ts says what SQL Server would have said. */
export class PgError extends Error {
  readonly failure: PgFailure;

  constructor(failure: PgFailure) {
    super(failure.message);
    this.name = 'PgError';
    this.failure = failure;
  }
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export class Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.error === undefined) waiting?.resolve(reply);
      else waiting?.reject(new PgError(reply.error));
    });
    const fail = (error: Error): void => {
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the engine has ended')));
  }

  /** Starts PGlite. @throws what PGlite throws when the data folder is unusable. */
  static async start(options: EngineOptions): Promise<Engine> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    worker.postMessage(options);
    await once(worker, 'message');
    return new Engine(worker);
  }

  /**
   * Runs SQL text; several statements are one implicit transaction.
   * @param copy the data of a `COPY … FROM '/dev/blob'` in it. @throws PgError.
   */
  async execute(sql: string, copy?: string): Promise<readonly PgResult[]> {
    const reply = await this.#ask((id) => ({
      id,
      kind: 'execute',
      sql,
      ...(copy === undefined ? {} : { copy }),
    }));
    return reply.results ?? [];
  }

  /** A tar of the data folder. */
  async dump(): Promise<Uint8Array> {
    const reply = await this.#ask((id) => ({ id, kind: 'dump' }));
    if (reply.dump === undefined) throw new Error('the engine gave no dump');
    return reply.dump;
  }

  async close(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.#ask((id) => ({ id, kind: 'close' }));
    await ended;
  }

  #ask(request: (id: number) => Request): Promise<Reply> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage(request(id));
    });
  }
}
