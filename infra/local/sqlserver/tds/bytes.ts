/** A growing little-endian byte buffer, and a reader over received bytes: the alphabet of TDS. */

export class ByteWriter {
  #buffer = Buffer.allocUnsafe(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
    return this;
  }

  i32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeInt32LE(value, this.#length);
    return this;
  }

  u64(value: bigint): this {
    this.#room(8);
    this.#length = this.#buffer.writeBigUInt64LE(value, this.#length);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** UCS-2 with a length of one byte (B_VARCHAR) or two (US_VARCHAR), in characters. */
  text(text: string, lengthBytes: 1 | 2): this {
    if (lengthBytes === 1) this.u8(text.length);
    else this.u16(text.length);
    return this.bytes(Buffer.from(text, 'utf16le'));
  }

  /** Writes a token's 16-bit length after its content is known. */
  sized(write: () => void): this {
    const at = this.#length;
    this.u16(0);
    write();
    this.#buffer.writeUInt16LE(this.#length - at - 2, at);
    return this;
  }

  /** What was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Reading beyond the end throws a RangeError: the client has sent nonsense, and its connection is closed. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get left(): number {
    return this.#buffer.length - this.#at;
  }

  u8(): number {
    this.#at += 1;
    return this.#buffer.readUInt8(this.#at - 1);
  }

  u16(): number {
    this.#at += 2;
    return this.#buffer.readUInt16LE(this.#at - 2);
  }

  u32(): number {
    this.#at += 4;
    return this.#buffer.readUInt32LE(this.#at - 4);
  }

  i32(): number {
    this.#at += 4;
    return this.#buffer.readInt32LE(this.#at - 4);
  }

  i64(): bigint {
    this.#at += 8;
    return this.#buffer.readBigInt64LE(this.#at - 8);
  }

  u64(): bigint {
    this.#at += 8;
    return this.#buffer.readBigUInt64LE(this.#at - 8);
  }

  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError('the message ends too early');
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  /** UCS-2 of that many characters. */
  text(characters: number): string {
    return this.bytes(characters * 2).toString('utf16le');
  }
}
