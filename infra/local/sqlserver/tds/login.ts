/** LOGIN7: who logs in, to which database, with which packet size. */

export interface Login7 {
  readonly user: string;
  readonly password: string;
  /** Empty = the login's default. */
  readonly database: string;
  readonly packetSize: number;
  readonly application: string;
  /** Windows or token authentication was asked for. */
  readonly otherAuthentication: boolean;
}

/** @throws RangeError when the record is cut off. */
export function readLogin(body: Buffer): Login7 {
  const packetSize = body.readUInt32LE(8);
  const flags2 = body.readUInt8(25);
  const text = (at: number): Buffer => {
    const offset = body.readUInt16LE(at);
    const length = body.readUInt16LE(at + 2);
    if (offset + length * 2 > body.length) throw new RangeError('the login record ends too early');
    return body.subarray(offset, offset + length * 2);
  };
  return {
    user: text(40).toString('utf16le'),
    password: clear(text(44)).toString('utf16le'),
    application: text(48).toString('utf16le'),
    database: text(68).toString('utf16le'),
    packetSize: packetSize >= 512 && packetSize <= 32767 ? packetSize : 4096,
    otherAuthentication: (flags2 & 0x80) !== 0,
  };
}

/** Passwords are not encrypted in the record, only scrambled: nibbles exchanged, then XOR 0xA5. */
function clear(scrambled: Buffer): Buffer {
  return Buffer.from(
    scrambled.map((byte) => {
      const plain = byte ^ 0xa5;
      return ((plain & 0x0f) << 4) | (plain >> 4);
    }),
  );
}
