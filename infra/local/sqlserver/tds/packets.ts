/** TDS packets: the 8-byte header, cutting of messages into packets, and putting them together again. */

export const packetType = {
  sqlBatch: 0x01,
  rpc: 0x03,
  reply: 0x04,
  attention: 0x06,
  bulkLoad: 0x07,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

/** Bits of the status byte. */
export const packetStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  resetConnection: 0x08,
  resetKeepingTransaction: 0x10,
} as const;

const headerLength = 8;
/** No packet type: bytes that begin so are a bare TLS record, which is not ours to read. */
export const tlsRecord = 0x17;

export interface Message {
  readonly type: number;
  /** Bits of the packets' headers, joined. */
  readonly status: number;
  readonly body: Buffer;
}

/** Cuts `body` into packets of at most `size` bytes; the last one ends the message unless `more` follows. */
export function toPackets(type: number, body: Buffer, size: number, more = false): Buffer {
  const room = size - headerLength;
  const count = Math.max(1, Math.ceil(body.length / room));
  const out = Buffer.allocUnsafe(body.length + count * headerLength);
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const part = body.subarray(i * room, (i + 1) * room);
    out[at] = type;
    out[at + 1] = i === count - 1 && !more ? packetStatus.endOfMessage : 0;
    out.writeUInt16BE(part.length + headerLength, at + 2);
    out.writeUInt16BE(0, at + 4);
    out[at + 6] = (i + 1) & 0xff;
    out[at + 7] = 0;
    out.set(part, at + headerLength);
    at += headerLength + part.length;
  }
  return out;
}

/** Puts received bytes together to messages. */
export class MessageAssembler {
  #pending: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #status = 0;

  /** Takes received bytes. @throws RangeError when they cannot be TDS. */
  push(chunk: Buffer): Message[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const messages: Message[] = [];
    while (this.#pending.length >= headerLength && !this.startsWith(tlsRecord)) {
      const length = this.#pending.readUInt16BE(2);
      if (length < headerLength) throw new RangeError('a packet shorter than its header');
      if (this.#pending.length < length) break;
      const [type = 0, status = 0] = this.#pending;
      this.#parts.push(this.#pending.subarray(headerLength, length));
      this.#status |= status;
      this.#pending = this.#pending.subarray(length);
      if ((status & packetStatus.endOfMessage) !== 0) {
        messages.push({ type, status: this.#status, body: Buffer.concat(this.#parts) });
        this.#parts = [];
        this.#status = 0;
      }
    }
    return messages;
  }

  /** Whether no bytes wait for the rest of their packet. */
  get isEmpty(): boolean {
    return this.#pending.length === 0 && this.#parts.length === 0;
  }

  /** Whether the bytes that wait begin so. */
  startsWith(byte: number): boolean {
    return this.#pending[0] === byte;
  }

  /** What is left over, for whoever reads on (the TLS layer). */
  rest(): Buffer {
    const rest = this.#pending;
    this.#pending = Buffer.alloc(0);
    return rest;
  }
}
