import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseEnvelope } from '../amqp/envelope.ts';
import { Lane } from './lane.ts';
import type { BusMessage } from './message.ts';

// A section with an empty body: the lane looks at sequence numbers only.
const envelope = parseEnvelope(Buffer.from([0x00, 0x53, 0x75, 0xa0, 0x00]));

function message(sequence: number): BusMessage {
  return {
    sequence,
    firstSequence: sequence,
    envelope,
    state: 'active',
    enqueuedAt: 0,
    ttl: undefined,
    deliveryCount: 0,
    lock: undefined,
    dead: false,
    heldUntil: 0,
  };
}

it('behaves like a sorted list, whatever is added, taken and removed', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ remove: fc.integer({ min: 1, max: 60 }) }),
    fc.constant('shift' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const lane = new Lane();
      let model: BusMessage[] = [];
      for (const each of steps) {
        if (each === 'shift') {
          expect(lane.shift()).toBe(model.shift());
        } else if ('add' in each) {
          if (model.some(({ sequence }) => sequence === each.add)) continue;
          const added = message(each.add);
          lane.add(added);
          model = [...model, added].sort((a, b) => a.sequence - b.sequence);
        } else {
          const removed = model.find(({ sequence }) => sequence === each.remove) ?? message(each.remove);
          expect(lane.remove(removed)).toBe(model.includes(removed));
          model = model.filter((one) => one !== removed);
        }
        expect(lane.size).toBe(model.length);
        expect(lane.first).toBe(model[0]);
      }
    }),
  );
});

it('gives back the room of what was taken', () => {
  const lane = new Lane();
  for (let sequence = 1; sequence <= 10_000; sequence++) {
    lane.add(message(sequence));
    if (sequence > 5) expect(lane.shift()?.sequence).toBe(sequence - 5);
  }
  expect(lane.size).toBe(5);
});
