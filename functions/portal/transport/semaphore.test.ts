import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Semaphore } from './semaphore.ts';

const open = new AbortController().signal;

describe('the semaphore', () => {
  it('never lets more run than it may, in order', async () => {
    const slots = new Semaphore(2);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (n: number) => async () => {
      order.push(n);
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
    };
    await Promise.all([1, 2, 3, 4, 5].map((n) => slots.run(open, work(n))));
    expect(most).toBe(2);
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('is left by a caller whose signal aborts while it waits, without losing a slot', async () => {
    const slots = new Semaphore(1);
    const first = Promise.withResolvers<void>();
    const running = slots.run(open, () => first.promise);
    const controller = new AbortController();
    let began = false;
    const waiting = slots.run(controller.signal, async () => {
      began = true;
    });
    const third = slots.run(open, async () => 'third');
    controller.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    first.resolve();
    await running;
    expect([began, await third, await slots.run(open, async () => 'free')]).toEqual([false, 'third', 'free']);
  });

  it('gives the slot back when the work fails', async () => {
    const slots = new Semaphore(1);
    await expect(slots.run(open, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await slots.run(open, async () => 'next')).toBe('next');
  });
});
