/**
 * A value that must not be seen: passwords, keys, connection strings. It prints as `[redacted]` wherever it is printed,
 * and its text is hidden from every log of the process from the moment it is read.
 */
import { inspect } from 'node:util';
import { hideValue, redacted } from '../telemetry/redact.ts';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    hideValue(value);
  }

  /** The text itself; call it only where it is handed to a driver. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
