import { describe, expect, it } from 'vitest';
import { Faults } from './faults.ts';
import { receiveMany, receiveOne, startTestBus } from './testing.ts';

const disconnect = { type: 'disconnect' };
const fault = (when: object, effect: object = disconnect): object => ({ target: 'bus', when, effect });

/** The numbers of the messages (1-based) for which the faults fire. */
function firings(faults: Faults, queue = 'q'): number[] {
  const fired: number[] = [];
  for (let number = 1; number <= 8; number++) if (faults.onMessage(queue).disconnect) fired.push(number);
  return fired;
}

describe('when a fault fires', () => {
  it.each([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8]],
    [{ nth: 3 }, [3]],
    [{ times: 2 }, [1, 2]],
    [{ nth: 3, times: 2 }, [3, 4]],
    [{ queue: 'q', nth: 8 }, [8]],
    [{ queue: 'other' }, []],
    [{ cycle: 1 }, []],
  ])('%j', (when, expected) => {
    expect(firings(new Faults([fault(when)]))).toEqual(expected);
  });

  it('within its cycle only, counted from the beginning of the cycle', () => {
    const faults = new Faults([fault({ cycle: 2, nth: 2 })]);
    faults.beginCycle(1);
    expect(firings(faults)).toEqual([]);
    faults.endCycle(1);
    faults.beginCycle(2);
    expect(firings(faults)).toEqual([2]);
    faults.endCycle(2);
    expect(firings(faults)).toEqual([]);
  });
});

describe('what is refused by name', () => {
  it.each([
    [[{ target: 'sql', when: {}, effect: disconnect }], 'unknown "sql"'],
    [[fault({ statement: 'x' })], 'unknown "statement"'],
    [[fault({ afterCycle: 1 })], 'unknown "afterCycle"'],
    [[fault({}, { type: 'explode' })], 'unknown "explode"'],
    [[fault({}, { type: 'disconnect', ms: 1 })], 'unknown "ms"'],
    [[fault({}, { type: 'delay' })], '0.effect.ms'],
    [[fault({ nth: 0 })], '0.when.nth'],
    [{}, 'expected array'],
  ])('%j', (faults, message) => {
    expect(() => new Faults(faults)).toThrow(message);
  });
});

describe('what a fault does', () => {
  it('disconnect: the message is stored, the line is cut before the acknowledgement, and the client sends again', async () => {
    const faults = [fault({ queue: 'q', nth: 2 })];
    const { client, control } = await startTestBus([{ name: 'q' }], { faults });
    const sender = client.createSender('q');
    await sender.sendMessages({ body: 1, messageId: 'm1' });
    await sender.sendMessages({ body: 2, messageId: 'm2' });
    expect(await control('/stats')).toMatchObject({ q: { accepted: 3 } });
    const ids = (await receiveMany(client.createReceiver('q'), 3)).map(({ messageId }) => messageId);
    expect(ids).toEqual(['m1', 'm2', 'm2']);
  });

  it('disconnect: with duplicate detection the message sent again is stored once', async () => {
    const { client, control } = await startTestBus([{ name: 'q', duplicateDetectionWindow: 60_000 }]);
    await control('/faults', [fault({ queue: 'q', nth: 1 })]);
    await client.createSender('q').sendMessages({ body: 1, messageId: 'm1' });
    expect(await control('/queues')).toMatchObject({ q: { active: 1 } });
    expect(await control('/stats')).toMatchObject({ q: { accepted: 2, repeated: 1 } });
  });

  it('disconnect: cuts the receivers of that queue and no others; they come back by themselves', async () => {
    const { client, connect, control } = await startTestBus([{ name: 'q' }, { name: 'r' }]);
    const bodies: unknown[] = [];
    const errors: string[] = [];
    for (const name of ['q', 'r']) {
      connect()
        .createReceiver(name)
        .subscribe({
          processMessage: async ({ body }) => void bodies.push(body),
          processError: async ({ entityPath }) => void errors.push(entityPath),
        });
      await client.createSender(name).sendMessages({ body: `${name} before` });
    }
    await expect.poll(() => control('/stats')).toMatchObject({ q: { completed: 1 }, r: { completed: 1 } });
    await control('/faults', [fault({ queue: 'q', nth: 1 })]);
    await client.createSender('q').sendMessages({ body: 'q cut', messageId: 'm' });
    await client.createSender('r').sendMessages({ body: 'r after' });
    await expect
      .poll(() => new Set(bodies), { timeout: 5000 })
      .toEqual(new Set(['q before', 'r before', 'q cut', 'r after']));
    expect(errors).not.toContain('r');
  });

  it('duplicate: the message is delivered twice', async () => {
    const faults = [fault({ queue: 'q', nth: 1 }, { type: 'duplicate' })];
    const { client } = await startTestBus([{ name: 'q', duplicateDetectionWindow: 60_000 }], { faults });
    await client.createSender('q').sendMessages([
      { body: 1, messageId: 'm1' },
      { body: 2, messageId: 'm2' },
    ]);
    const messages = await receiveMany(client.createReceiver('q'), 3);
    expect(messages.map(({ body, messageId }) => [body, messageId])).toEqual([
      [1, 'm1'],
      [1, 'm1'],
      [2, 'm2'],
    ]);
  });

  it('delay: the message comes later, and what follows in its session waits for it', async () => {
    const { client, control } = await startTestBus([{ name: 's', requiresSession: true }]);
    await control('/faults', [fault({ nth: 1 }, { type: 'delay', ms: 300 })]);
    const start = performance.now();
    await client.createSender('s').sendMessages([
      { body: 1, sessionId: 'x' },
      { body: 2, sessionId: 'x' },
      { body: 3, sessionId: 'y' },
    ]);
    const y = await client.acceptNextSession('s');
    expect((await receiveOne(y)).body).toBe(3);
    const x = await client.acceptNextSession('s');
    expect((await receiveMany(x, 2)).map(({ body }) => body)).toEqual([1, 2]);
    expect(performance.now() - start).toBeGreaterThan(295);
  });
});

describe('the control endpoint', () => {
  it('refuses faults, cycles, queues and requests that it does not understand', async () => {
    const { control } = await startTestBus([{ name: 'q' }]);
    await expect(control('/faults', [fault({}, { type: 'explode' })])).rejects.toThrow('explode');
    await expect(control('/cycle', { cycle: 0 })).rejects.toThrow('cycle');
    await expect(control('/dead-letters?queue=nowhere')).rejects.toThrow('nowhere');
    await expect(control('/dead-letters')).rejects.toThrow('which queue?');
    await expect(control('/nothing')).rejects.toThrow('GET /nothing');
  });

  it('counts what is sent, and forgets it on request', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await client.createSender('q').sendMessages([{ body: 1 }, { body: 2 }]);
    await receiveMany(client.createReceiver('q'), 2);
    expect(await control('/stats')).toMatchObject({ q: { accepted: 2, delivered: 2, completed: 2 } });
    await control('/stats/reset', {});
    expect(await control('/stats')).toMatchObject({ q: { accepted: 0, delivered: 0, completed: 0 } });
  });

  it('tells the cycle to the faults', async () => {
    const { client, control } = await startTestBus([{ name: 'q' }]);
    await control('/faults', [fault({ cycle: 2 }, { type: 'duplicate' })]);
    const sender = client.createSender('q');
    for (const cycle of [1, 2, 3]) {
      await control('/cycle', { cycle });
      await sender.sendMessages({ body: cycle });
      await control('/after-cycle', { cycle });
    }
    expect(await control('/queues')).toMatchObject({ q: { active: 4 } });
  });
});
