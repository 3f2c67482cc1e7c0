/**
 * A link on which a client receives: messages go out under a lock, settlements come back.
 */
import type { Delivery, EventContext, Sender } from 'rhea';
import type { Place } from '../broker.ts';
import { BusError, sessionLockLost } from '../bus-error.ts';
import { reached } from '../points.ts';
import type { BusMessage } from '../queue/message.ts';
import type { BusSession, SessionHolder } from '../queue/sessions.ts';
import type { Store } from '../queue/store.ts';
import { describe } from './delivery.ts';
import { encodeDelivery } from './envelope.ts';
import { fromDeliveryTag, toDeliveryTag } from './lock-token.ts';
import { answerDrain, creditOf, onWindow, roomOf, settle } from './rhea.ts';

type Changes = Record<string, unknown>;
/** The outcomes that a client sends, as far as the broker reads them. */
interface RemoteState {
  readonly undeliverable_here?: boolean;
  readonly message_annotations?: Changes;
  readonly error?: { readonly info?: Changes };
}

const NO_TAG = Buffer.alloc(16);

export class ReceivingLink implements SessionHolder {
  readonly place: Place;
  readonly deletesOnReceive: boolean;
  readonly #sender: Sender;
  readonly #store: Store;
  #session: BusSession | undefined;
  /** Given to this link, and not yet written by rhea, which lowers the credit only then. */
  #unwritten = 0;
  /** Of those, already with rhea. */
  #sent = 0;
  #open = true;
  #onClose: (() => void) | undefined;

  constructor(sender: Sender, place: Place, deletesOnReceive: boolean, store: Store) {
    this.#sender = sender;
    this.place = place;
    this.deletesOnReceive = deletesOnReceive;
    this.#store = store;
  }

  get linkName(): string {
    return this.#sender.name;
  }

  /** Begins to deliver: from `session`, or from the whole entity. */
  start(session?: BusSession): void {
    const { entity, queue } = this.place;
    const store = this.#store;
    this.#session = session;
    if (session === undefined) entity.addConsumer(this);
    const pump = (): void => entity.pump(session);
    this.#sender.on('sender_flow', pump);
    this.#sender.on('sendable', pump);
    onWindow(this.#sender.session, pump);
    this.#sender.on('sender_draining', () => {
      pump();
      store.whenCommitted(() => answerDrain(this.#sender));
    });
    const changesOf = (context: EventContext): Changes => stateOf(context.delivery).message_annotations ?? {};
    this.#onOutcome('accepted', (token) => queue.complete(entity, token));
    this.#onOutcome('released', (token) => entity.giveBack(entity.claim(token), false));
    this.#onOutcome('rejected', (token, { delivery }) => {
      queue.deadLetter(entity, token, stateOf(delivery).error?.info ?? {});
    });
    this.#onOutcome('modified', (token, context) => {
      if (stateOf(context.delivery).undeliverable_here) queue.defer(entity, token, changesOf(context));
      else queue.abandon(entity, token, changesOf(context));
    });
    pump();
  }

  /** Has `action` done when the link goes. */
  onClose(action: () => void): void {
    this.#onClose = action;
  }

  credit(): number {
    if (!this.#open) return 0;
    const toBeSent = this.#unwritten - this.#sent;
    return Math.min(creditOf(this.#sender) - this.#unwritten, roomOf(this.#sender) - toBeSent);
  }

  deliver(message: BusMessage): void {
    const token = message.lock?.token;
    this.#unwritten += 1;
    // The lock is on disk before the message goes out: a broker that dies must not hand it to somebody else.
    this.#store.whenCommitted(() => {
      const stillLocked = message.lock?.token === token;
      if (stillLocked && this.#open) {
        this.#send(message);
      } else {
        this.#unwritten -= 1;
        if (stillLocked && message.lock) this.place.entity.giveBack(message, false);
      }
    });
  }

  sessionLost(sessionId: string): void {
    this.#session = undefined;
    this.close(false);
    this.#sender.close(sessionLockLost(sessionId).toAmqp());
  }

  /**
   * The link is gone. Messages keep their locks until these end; a session is free at once.
   * @param lineLost the connection broke: what was delivered from the session counts as delivered in vain.
   */
  close(lineLost: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClose?.();
    const session = this.#session;
    this.#session = undefined;
    this.place.entity.removeConsumer(this);
    if (session) this.place.entity.releaseSession(session, lineLost);
  }

  #send(message: BusMessage): void {
    const bytes = encodeDelivery(message.envelope, describe(message, this.place.entity));
    this.#sender.send(bytes, message.lock ? toDeliveryTag(message.lock.token) : NO_TAG, 0);
    if (this.#sent === 0) process.nextTick(() => this.#written());
    this.#sent += 1;
  }

  #written(): void {
    this.#unwritten -= this.#sent;
    this.#sent = 0;
    this.place.entity.pump(this.#session);
  }

  /** Does what the client decided about a delivery, and confirms it once that is on disk. */
  #onOutcome(name: string, apply: (token: string, context: EventContext) => void): void {
    this.#sender.on(name, (context: EventContext) => {
      const { delivery } = context;
      if (delivery === undefined || this.deletesOnReceive) return;
      let refusal: BusError | undefined;
      try {
        apply(fromDeliveryTag(delivery.tag), context);
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
        refusal = error;
      }
      this.#store.whenCommitted(() => {
        if (!refusal) reached('broker.message-settled');
        if (this.#sender.is_closed()) return;
        settle(delivery, refusal ? { rejected: refusal.toAmqp() } : { accepted: true });
      });
    });
  }
}

function stateOf(delivery: Delivery | undefined): RemoteState {
  return delivery?.remote_state ?? {};
}
