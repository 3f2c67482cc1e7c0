import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BodyDamaged, BodyTooLarge, hashOf, pack, unpack } from './codec.ts';
import { newCallId, readId, writeId } from './command-id.ts';
import { inlineLimit } from './envelope.ts';
import { unknownFields } from './unknown-fields.ts';

const signal = new AbortController().signal;
const nothing = async () => {
  throw new Error('no link was expected');
};

describe('bodies', () => {
  it('come back as they went', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        expect(await unpack(await pack(json), nothing, signal)).toBe(json);
      }),
      { numRuns: 50 },
    );
  });

  it('go under a link only when they do not fit, and are checked when they come from one', async () => {
    const json = JSON.stringify(randomBytes(inlineLimit).toString('base64'));
    await expect(pack(json)).rejects.toThrow(BodyTooLarge);
    let stored: Uint8Array = new Uint8Array();
    const body = await pack(json, async (bytes) => {
      stored = bytes;
      return 'link';
    });
    expect(await unpack(body, async () => stored, signal)).toBe(json);
    await expect(unpack(body, async () => randomBytes(10), signal)).rejects.toThrow(BodyDamaged);
  });

  it('that are no bodies, or unpack to something enormous, are refused', async () => {
    await expect(unpack({ gzip: 'bm8=' }, nothing, signal)).rejects.toThrow(BodyDamaged);
    const bomb = gzipSync('0'.repeat(65 * 1024 * 1024)).toString('base64');
    await expect(unpack({ gzip: bomb }, nothing, signal)).rejects.toThrow(BodyDamaged);
  });
});

describe('ids', () => {
  it('of a write follow from what it does, of reads and calls do not', () => {
    const key = { tenant: 'a', command: 'c', document: 'd', version: '1' };
    expect(writeId(key)).toBe(writeId({ ...key }));
    expect(writeId({ ...key, tenant: 'a","c', command: '' })).not.toBe(writeId(key));
    expect(new Set([readId(), readId(), newCallId(), newCallId()]).size).toBe(4);
  });

  it('survive hosts that parse strings as JSON', () => {
    const key = { tenant: 'a', command: 'c', document: '42', version: '1' };
    for (const id of [writeId(key), readId(), newCallId(), hashOf('x').replace(/^/, 'w-')]) {
      expect(() => JSON.parse(id)).toThrow();
    }
  });
});

it('unknown fields are found at any depth, defaults that were added are not', () => {
  const sent = { a: 1, b: { c: [{ d: 1, extra: 2 }] }, other: null };
  const read = { a: 1, b: { c: [{ d: 1 }] }, added: true };
  expect(unknownFields(sent, read)).toEqual(['b.c[0].extra', 'other']);
  expect(unknownFields({ a: 1 }, { a: 1, added: [] })).toEqual([]);
});
