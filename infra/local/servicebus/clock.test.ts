/** With a driven clock, business times follow it; locks keep real time, because clients renew them by their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { expect, it, onTestFinished, vi } from 'vitest';
import { setDrivenClock } from '../../../shared/time/clock.ts';
import { receiveOne, startTestBus } from './testing.ts';

const ten = Temporal.Instant.from('2031-03-03T10:00:00Z');
const minutes = (count: number): Temporal.Instant => ten.add({ minutes: count });

it('follows a driven clock: enqueued times, schedules, time to live, duplicate detection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servicebus-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'clock.json');
  setDrivenClock(file, ten);
  vi.stubEnv('CLOCK_FILE', file);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { client, control } = await startTestBus([
    { name: 'q', duplicateDetectionWindow: 600_000 },
    { name: 'brief', defaultTtl: 900_000 },
  ]);
  const sender = client.createSender('q');
  await sender.sendMessages({ body: 1, messageId: 'a' });
  await sender.sendMessages({ body: 2, messageId: 'a' });
  await sender.scheduleMessages({ body: 3, messageId: 'b' }, new Date(minutes(14).epochMilliseconds));
  await client.createSender('brief').sendMessages({ body: 4 });
  expect(await control('/queues')).toMatchObject({ q: { active: 1, scheduled: 1 }, brief: { active: 1 } });

  const receiver = client.createReceiver('q');
  const message = await receiveOne(receiver);
  expect(message.enqueuedTimeUtc?.toISOString()).toMatch(/^2031-03-03T10:00:0/);
  expect(Number(message.lockedUntilUtc)).toBeLessThan(Date.now() + 31_000);

  setDrivenClock(file, minutes(15));
  await expect.poll(() => control('/queues')).toMatchObject({ q: { active: 2 }, brief: { active: 0 } });
  await sender.sendMessages({ body: 5, messageId: 'a' });
  expect(await control('/queues')).toMatchObject({ q: { active: 3, locked: 1 } });
  await receiver.completeMessage(message);
});
