/**
 * Lock tokens on the wire.
 *
 * A delivery tag carries the token in .NET's GUID order (the first three groups byte-swapped), the management link in
 * RFC order. Inside the broker a token is the hexadecimal text of the .NET order, because deliveries are the hot path.
 */
import { randomBytes } from 'node:crypto';

const SWAP = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** A fresh random token, inside form. */
export function newLockToken(): string {
  return randomBytes(16).toString('hex');
}

/** The delivery tag (16 bytes) that carries `token`. */
export function toDeliveryTag(token: string): Buffer {
  return Buffer.from(token, 'hex');
}

/** The token of a delivery tag. */
export function fromDeliveryTag(tag: Buffer | string): string {
  return Buffer.from(tag as Buffer).toString('hex');
}

/** The UUID bytes (RFC order) by which the management link knows `token`. */
export function toUuid(token: string): Buffer {
  return reorder(Buffer.from(token, 'hex'));
}

/** The token that the management link calls `uuid`. */
export function fromUuid(uuid: Buffer): string {
  return reorder(uuid).toString('hex');
}

function reorder(bytes: Buffer): Buffer {
  return Buffer.from(SWAP.map((from) => bytes[from] ?? 0));
}
