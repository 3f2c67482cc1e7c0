import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;

describe('the gate', () => {
  it('lets one in at a time, in order', async () => {
    const gate = new Gate();
    const order: string[] = [];
    const leave = await gate.enter(-1, never);
    const second = gate.enter(-1, never).then((leaveSecond) => {
      order.push('second');
      leaveSecond();
    });
    const third = gate.enter(-1, never).then((leaveThird) => {
      order.push('third');
      leaveThird();
    });
    expect(gate.waiting).toBe(2);
    leave();
    // Leaving twice changes nothing.
    leave();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
    (await gate.enter(0, never))();
  });

  it('gives up after the lock timeout with error 1222', async () => {
    const gate = new Gate();
    const leave = await gate.enter(-1, never);
    await expect(gate.enter(0, never)).rejects.toMatchObject({ number: 1222 });
    await expect(gate.enter(5, never)).rejects.toMatchObject({ number: 1222 });
    expect(gate.waiting).toBe(0);
    leave();
  });

  it('stops waiting when cancelled', async () => {
    const gate = new Gate();
    const leave = await gate.enter(-1, never);
    const cancel = new AbortController();
    const waiting = gate.enter(-1, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    leave();
    (await gate.enter(0, never))();
  });
});
