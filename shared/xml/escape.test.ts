import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { escapeAttribute, writeAttributes } from './escape.ts';

/** `Char` of the XML 1.0 recommendation, section 2.2. */
function isXmlCharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}

/** The value that an independent parser reads back. */
function readBack(text: string): string | undefined {
  const parser = new SaxesParser();
  let value: string | undefined;
  parser.on('opentag', (tag) => {
    value = tag.attributes.a;
  });
  parser.write(`<x a="${escapeAttribute(text)}"/>`).close();
  return value;
}

test('a parser reads the same text back, including quotes, tabs and line ends', () => {
  const text = `Tornillos & "Tuercas" <S.A.> d'Oro\t1\r\n2 ñ 😀`;
  expect(readBack(text)).toBe(text);
});

test('control characters and halves of surrogate pairs are dropped; DEL and C1 controls are legal and stay', () => {
  expect(escapeAttribute('a\u0000b\u0008c\u001Fd\uD800e\uFFFEf')).toBe('abcdef');
  expect(escapeAttribute('\u007F\u0085')).toBe('\u007F\u0085');
});

test('whatever the text, the XML is well-formed, and text without impossible characters survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const back = readBack(text);
      expect(back).toBe([...text].filter(isXmlCharacter).join(''));
    }),
  );
});

test('attributes without value are left out, empty ones stay', () => {
  expect(writeAttributes({ a: 'x', b: null, c: undefined, d: '', e: 0 })).toBe(' a="x" d="" e="0"');
});
