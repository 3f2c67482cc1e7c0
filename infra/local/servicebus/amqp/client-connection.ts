/**
 * One client's connection: its socket, the queues it uses, and what has to end when it ends.
 */
import type { Socket } from 'node:net';
import type { Connection, EventContext, link as Link, Sender, Session } from 'rhea';
import type { Queue } from '../queue/queue.ts';
import type { ReceivingLink } from './receiving-link.ts';
import { forget, receiveRaw, serve } from './rhea.ts';

/** An AMQP frame that says nothing (a heartbeat). */
const EMPTY_FRAME = Buffer.from('0000000802000000', 'hex');

export class ClientConnection {
  readonly amqp: Connection;
  readonly #socket: Socket;
  readonly #queues = new Set<Queue>();
  readonly #receiving = new Map<Link, ReceivingLink>();
  #gone = false;

  /**
   * Serves `socket` on `amqp`.
   * @param onGone called once when the connection has ended, whoever ended it.
   */
  constructor(amqp: Connection, socket: Socket, onGone: () => void) {
    this.amqp = amqp;
    this.#socket = socket;
    amqp.on('session_open', ({ session }: EventContext) => {
      if (session) receiveRaw(session);
    });
    amqp.on('sender_close', ({ sender }: EventContext) => {
      if (sender) this.#linkClosed(sender);
    });
    amqp.on('session_close', ({ session }: EventContext) => {
      if (session) this.#sessionClosed(session);
    });
    // A client that says good-bye gives back what it has; one that vanishes has tried it in vain.
    amqp.on('connection_close', () => {
      for (const link of [...this.#receiving.keys()]) this.#linkClosed(link);
    });
    amqp.on('disconnected', () => this.#end(onGone));
    socket.on('close', () => {
      forget(amqp);
      this.#end(onGone);
    });
    socket.setNoDelay(true);
    serve(amqp, socket);
    socket.on('data', () => this.#acknowledgeSoon());
  }

  /** Notes that the client uses `queue`. */
  uses(queue: Queue): void {
    this.#queues.add(queue);
  }

  /** Notes that the client receives on `sender`. */
  receives(sender: Sender, link: ReceivingLink): void {
    this.#receiving.set(sender, link);
  }

  isUsing(queue: Queue): boolean {
    return this.#queues.has(queue);
  }

  /** Cuts the line without a word, as a failing network would. */
  destroy(): void {
    this.#socket.destroy();
  }

  #linkClosed(link: Link): void {
    this.#receiving.get(link)?.close(false);
    this.#receiving.delete(link);
  }

  #sessionClosed(session: Session): void {
    for (const link of this.#receiving.keys()) {
      if (link.session === session) this.#linkClosed(link);
    }
  }

  #end(onGone: () => void): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const link of this.#receiving.values()) link.close(true);
    this.#receiving.clear();
    onGone();
  }

  /**
   * The client's socket does not set TCP_NODELAY: its next small packet waits until the last one is acknowledged, which
   * the kernel delays for 40 ms unless something is sent the other way. So something is.
   */
  #acknowledgeSoon(): void {
    const written = this.#socket.bytesWritten;
    setImmediate(() => {
      if (this.amqp.is_open() && this.#socket.writable && this.#socket.bytesWritten === written) {
        this.#socket.write(EMPTY_FRAME);
      }
    });
  }
}
