import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SqlType } from '../sql/types.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { MessageAssembler, toPackets } from './packets.ts';
import { readTypeInfo, writeTypeInfo } from './type-info.ts';
import { readValue, writeValue } from './values.ts';

/** What a client would read back of a value that the server wrote, type and all. */
function roundTrip(type: SqlType, value: string | null): string | null {
  const out = new ByteWriter();
  writeTypeInfo(out, type);
  writeValue(out, type, value);
  const input = new ByteReader(out.take());
  const read = readValue(input, readTypeInfo(input));
  expect(input.left).toBe(0);
  return read;
}

describe('values on the wire', () => {
  it('keeps every decimal exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 38 }),
        fc.nat(38),
        fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
        fc.boolean(),
        (precision, nat, big, negative) => {
          const scale = Math.min(nat, precision);
          const digits = String(big % 10n ** BigInt(precision)).padStart(scale + 1, '0');
          const text = `${negative && /[1-9]/.test(digits) ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
          expect(roundTrip({ kind: 'decimal', precision, scale }, text)).toBe(text);
        },
      ),
    );
  });

  it('keeps text of any length and kind', () => {
    const kinds = fc.constantFrom('nvarchar' as const, 'varchar' as const);
    fc.assert(
      fc.property(
        kinds,
        fc.constantFrom<number | 'max'>(10, 4000, 'max'),
        fc.string({ maxLength: 10 }),
        (kind, length, text) => {
          expect(roundTrip({ kind, length }, text)).toBe(text);
        },
      ),
    );
  });

  it.each<[SqlType, string]>([
    [{ kind: 'int' }, '-2147483648'],
    [{ kind: 'smallint' }, '-1'],
    [{ kind: 'bigint' }, '-9223372036854775808'],
    [{ kind: 'bit' }, '1'],
    [{ kind: 'float' }, '0.1'],
    [{ kind: 'date' }, '0001-01-01'],
    [{ kind: 'date' }, '9999-12-31'],
    [{ kind: 'datetime2', scale: 6 }, '2026-07-27 23:59:59.123456'],
    [{ kind: 'datetime' }, '1753-01-01 00:00:00.003000'],
    [{ kind: 'uniqueidentifier' }, '0E984725-C51C-4BF4-9960-E1C80E27ABA0'],
    [{ kind: 'varchar', length: 5 }, 'á€'],
  ])('%j %s', (type, value) => {
    expect(roundTrip(type, value)).toBe(value);
    expect(roundTrip(type, null)).toBeNull();
  });

  it('pads fixed text, and shows what the code page lacks as ?', () => {
    expect(roundTrip({ kind: 'char', length: 4 }, 'a')).toBe('a   ');
    expect(roundTrip({ kind: 'varchar', length: 4 }, '漢a')).toBe('?a');
  });

  it('rounds datetime to 1/300 second, also over midnight', () => {
    expect(roundTrip({ kind: 'datetime' }, '2026-07-27 10:00:00.005')).toBe('2026-07-27 10:00:00.007000');
    expect(roundTrip({ kind: 'datetime' }, '2026-12-31 23:59:59.999')).toBe('2027-01-01 00:00:00.000000');
  });
});

describe('packets', () => {
  it('are put together again however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 16, max: 600 }),
        fc.integer({ min: 1, max: 700 }),
        (body, size, step) => {
          const sent = toPackets(4, Buffer.from(body), size);
          const assembler = new MessageAssembler();
          const messages = [];
          for (let at = 0; at < sent.length; at += step)
            messages.push(...assembler.push(sent.subarray(at, at + step)));
          expect(messages).toHaveLength(1);
          expect(messages[0]?.body.equals(Buffer.from(body))).toBe(true);
        },
      ),
    );
  });
});
