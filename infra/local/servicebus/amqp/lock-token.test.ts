import { expect, it } from 'vitest';
import { fromDeliveryTag, fromUuid, newLockToken, toDeliveryTag, toUuid } from './lock-token.ts';

it('the management link has the first three groups the other way round', () => {
  const tag = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  expect(toUuid(fromDeliveryTag(tag)).toString('hex')).toBe('33221100554477668899aabbccddeeff');
});

it('tokens survive both ways, and differ', () => {
  const token = newLockToken();
  expect(fromDeliveryTag(toDeliveryTag(token))).toBe(token);
  expect(fromUuid(toUuid(token))).toBe(token);
  expect(newLockToken()).not.toBe(token);
});
