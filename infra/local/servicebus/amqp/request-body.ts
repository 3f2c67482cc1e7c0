/** Reading the fields of a management request, each of the type that it must have. */
import { BusError } from '../bus-error.ts';

export class RequestBody {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @param body the decoded AMQP map of the request. */
  constructor(body: unknown) {
    this.#fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  }

  has(name: string): boolean {
    const value = this.#fields[name];
    return value !== undefined && value !== null;
  }

  /** @throws BusError naming the field, here and in all the others, when it is absent or of another type. */
  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw wrong(name, 'a string');
    return value;
  }

  number(name: string): number {
    return integer(this.#fields[name], name);
  }

  /** Integers: small ones as numbers, others as eight bytes. */
  numbers(name: string): number[] {
    return this.list(name).map((value) => integer(value, name));
  }

  uuids(name: string): Buffer[] {
    return this.list(name).map((value) => {
      if (!Buffer.isBuffer(value) || value.length !== 16) throw wrong(name, 'an array of UUIDs');
      return value;
    });
  }

  bytes(name: string): Buffer {
    const value = this.#fields[name];
    if (!Buffer.isBuffer(value)) throw wrong(name, 'binary');
    return value;
  }

  map(name: string): Record<string, unknown> {
    const value = this.#fields[name];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'a map');
    return value as Record<string, unknown>;
  }

  list(name: string): unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw wrong(name, 'an array');
    return value;
  }
}

function integer(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (Buffer.isBuffer(value) && value.length === 8) return Number(value.readBigInt64BE());
  throw wrong(name, 'an integer');
}

function wrong(name: string, type: string): BusError {
  return new BusError('com.microsoft:argument-error', `The field "${name}" of the request must be ${type}.`);
}
