/**
 * One client's connection: PRELOGIN, TLS, LOGIN7, then requests one after another. An attention (cancel) is heard while
 * a request runs.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Disconnect } from '../engine/disconnect.ts';
import type { Server } from '../engine/server.ts';
import { Session } from '../engine/session.ts';
import { SqlError, unsupported } from '../sql/errors.ts';
import { ByteWriter } from './bytes.ts';
import type { Certificate } from './certificate.ts';
import { type Login7, readLogin } from './login.ts';
import { type Message, MessageAssembler, packetStatus, packetType, toPackets } from './packets.ts';
import { encryption, preloginAnswer, readPrelogin } from './prelogin.ts';
import { Procedures } from './procedures.ts';
import { Reply } from './reply.ts';
import { readBatch, readRpc, readTransactionRequest } from './requests.ts';
import {
  doneStatus,
  doneToken,
  writeCollationChange,
  writeDone,
  writeError,
  writeLoginAck,
  writeResetDone,
  writeTextChange,
} from './tokens.ts';
import { startTls } from './transport.ts';

/** Why a running request ends early. */
class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export class Connection {
  readonly #server: Server;
  readonly #socket: Socket;
  readonly #processId: number;
  readonly #certificate: Certificate;
  #assembler = new MessageAssembler();
  #stream: Duplex;
  #packetSize = 4096;
  #session: Session | undefined;
  readonly #procedures = new Procedures();
  /** Requests run one after another. */
  #work: Promise<void> = Promise.resolve();
  #running: AbortController | undefined;
  /** Identifies the transaction to the client; the same for all of a connection, which has one at a time. */
  readonly #descriptor = randomBytes(8);

  constructor(server: Server, socket: Socket, processId: number, certificate: Certificate) {
    this.#server = server;
    this.#socket = socket;
    this.#processId = processId;
    this.#certificate = certificate;
    this.#stream = socket;
    socket.setNoDelay(true);
    // A client that goes away in the middle is nothing unusual; `close` follows and does the rest.
    socket.on('error', () => socket.destroy());
    this.#listen(socket);
    socket.on('close', () => this.#closed());
  }

  /** Cuts the line. */
  destroy(): void {
    this.#socket.destroy();
  }

  #listen(stream: Duplex): void {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#received(stream, chunk));
  }

  #received(stream: Duplex, chunk: Buffer): void {
    if (stream !== this.#stream) return;
    try {
      for (const message of this.#assembler.push(chunk)) this.#dispatch(message);
    } catch {
      // No TDS: a real server closes the connection without a word, too.
      this.destroy();
    }
  }

  #dispatch(message: Message): void {
    if (message.type === packetType.attention) {
      this.#attention();
      return;
    }
    this.#work = this.#work.then(() => this.#handle(message)).catch((error: unknown) => this.#broken(error));
  }

  /** The running request stops; its own reply ends with an error, then the attention is acknowledged. */
  #attention(): void {
    this.#running?.abort(new Cancelled('cancelled by the client'));
    this.#work = this.#work.then(() => {
      const out = new ByteWriter();
      writeDone(out, doneToken.done, doneStatus.attention, 0, 0);
      this.#send(out);
    });
  }

  #broken(error: unknown): void {
    if (!(error instanceof Disconnect) && !(error instanceof RangeError)) {
      process.stderr.write(`sqlserver stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    this.destroy();
  }

  async #handle(message: Message): Promise<void> {
    if (this.#socket.destroyed) return;
    if (message.type === packetType.prelogin) this.#prelogin(message);
    else if (message.type === packetType.login) this.#login(readLogin(message.body));
    else if (this.#session === undefined) this.destroy();
    else await this.#request(this.#session, message);
  }

  #prelogin(message: Message): void {
    const wanted = readPrelogin(message.body).encryption;
    const encrypts = wanted === encryption.on || wanted === encryption.required;
    this.#socket.write(toPackets(packetType.reply, preloginAnswer(encrypts), this.#packetSize));
    if (!encrypts) return;
    this.#socket.removeAllListeners('data');
    const tls = startTls(this.#socket, this.#certificate);
    tls.on('error', () => this.destroy());
    this.#listen(tls);
  }

  #login(login: Login7): void {
    const out = new ByteWriter();
    const refused = this.#refuse(login);
    const database = this.#server.catalogue.database(login.database === '' ? 'master' : login.database);
    if (refused !== undefined || database === undefined) {
      for (const error of refused ?? []) writeError(out, error);
      writeDone(out, doneToken.done, doneStatus.error, 0, 0);
      this.#send(out);
      this.#stream.end();
      return;
    }
    this.#session = new Session(this.#server, login.user, database, this.#processId);
    this.#server.stats.connection();
    const old = this.#packetSize;
    writeTextChange(out, 'database', database.name, 'master');
    writeCollationChange(out);
    writeTextChange(out, 'language', 'us_english', '');
    writeLoginAck(out);
    writeTextChange(out, 'packetSize', String(login.packetSize), String(old));
    writeDone(out, doneToken.done, doneStatus.final, 0, 0);
    this.#send(out);
    this.#packetSize = login.packetSize;
  }

  #refuse({ user, password, database, otherAuthentication }: Login7): SqlError[] | undefined {
    if (otherAuthentication) return [unsupported('integrated or token authentication')];
    const { permissions } = this.#server;
    const failed = new SqlError(18456, `Login failed for user '${user}'.`, { severity: 14 });
    if (!permissions.authenticates(user, password)) return [failed];
    if (database !== '' && permissions.mayEnter(user, database) !== true) {
      const cannot = `Cannot open database "${database}" requested by the login. The login failed.`;
      return [new SqlError(4060, cannot, { severity: 11 }), failed];
    }
    return undefined;
  }

  async #request(session: Session, message: Message): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const reply = new Reply(message.type === packetType.rpc, this.#descriptor);
    try {
      if ((message.status & packetStatus.resetConnection) !== 0) {
        await session.reset();
        writeResetDone(reply.out);
      }
      // The client took back what it was sending: answered, not executed.
      if ((message.status & packetStatus.ignore) !== 0) reply.finishBatch();
      else await this.#answer(session, message, reply, running.signal);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      reply.out.take();
      writeDone(reply.out, doneToken.done, doneStatus.error, 0, 0);
    } finally {
      this.#running = undefined;
    }
    this.#send(reply.out);
  }

  async #answer(session: Session, message: Message, reply: Reply, signal: AbortSignal): Promise<void> {
    try {
      if (message.type === packetType.sqlBatch) {
        const sql = readBatch(message.body);
        await session.run({ sql, parameters: new Map(), sink: reply, signal }, false);
        reply.finishBatch();
      } else if (message.type === packetType.rpc) {
        await this.#procedures.call(session, readRpc(message.body), reply, signal);
      } else if (message.type === packetType.transaction) {
        await this.#transaction(session, message, reply);
      } else {
        throw unsupported(
          message.type === packetType.bulkLoad ? 'bulk load' : `request type 0x${message.type.toString(16)}`,
        );
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      reply.error(error);
      reply.finishBatch();
    }
  }

  async #transaction(session: Session, message: Message, reply: Reply): Promise<void> {
    const { action, isolation } = readTransactionRequest(message.body);
    if (action === 'begin') session.begin(isolation);
    else if (action === 'commit') await session.commit();
    else await session.rollback();
    if (action !== 'begin' || session.transactionDepth === 1) reply.transaction(action);
    reply.finishBatch();
  }

  #send(out: ByteWriter): void {
    if (this.#socket.destroyed) return;
    this.#stream.write(toPackets(packetType.reply, out.take(), this.#packetSize));
  }

  #closed(): void {
    this.#running?.abort(new Cancelled('the connection is closed'));
    const session = this.#session;
    if (session === undefined) return;
    this.#work = this.#work
      .then(() => session.close())
      .catch((error: unknown) => {
        process.stderr.write(`sqlserver stand-in: closing a session: ${String(error)}\n`);
      });
  }

  /** Resolves when nothing of this connection runs any more. */
  async settled(): Promise<void> {
    await this.#work;
  }
}
