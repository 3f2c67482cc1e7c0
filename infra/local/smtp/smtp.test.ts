import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { startProcess } from '../lib/start-process.ts';
import { parseSmtpFaults } from './faults.ts';
import { type SmtpOptions, type SmtpStandIn, startSmtp } from './smtp.ts';

let smtp: SmtpStandIn | undefined;
afterEach(() => smtp?.close());

async function start(options?: SmtpOptions): Promise<SmtpStandIn> {
  smtp = await startSmtp(options);
  return smtp;
}

const message = {
  from: 'conector@example.com',
  to: 'Ana <ana@example.com>, luis@example.com',
  cc: 'jefe@example.com',
  subject: 'Facturas rechazadas: 3 ñ',
  text: 'Tres facturas',
  html: '<p>Tres facturas</p>',
};
const send = (port: number, extra: object = {}) =>
  createTransport({ host: '127.0.0.1', port, greetingTimeout: 200, ...extra }).sendMail(message);

describe('startSmtp', () => {
  it('keeps what it receives', async () => {
    const { port, controlPort } = await start();
    await send(port);
    await send(port, { auth: { user: 'u', pass: 'p' } });
    const mail: unknown = await (await fetch(`http://127.0.0.1:${controlPort}/mail`)).json();
    const received = {
      to: ['ana@example.com', 'luis@example.com'],
      cc: ['jefe@example.com'],
      subject: 'Facturas rechazadas: 3 ñ',
      text: 'Tres facturas',
      html: '<p>Tres facturas</p>',
    };
    expect(mail).toEqual([received, received]);
  });

  it('refuses the nth connection with the given code', async () => {
    const { port, mail } = await start({
      faults: [{ target: 'smtp', when: { nth: 2 }, effect: { type: 'refuse', code: 451 } }],
    });
    await send(port);
    await expect(send(port)).rejects.toMatchObject({ responseCode: 451 });
    await send(port);
    expect(mail).toHaveLength(2);
  });

  it('is silent, in the cycle told to the control endpoint only', async () => {
    const { port, controlPort } = await start();
    const control = (method: string, path: string, body: unknown) =>
      fetch(`http://127.0.0.1:${controlPort}${path}`, { method, body: JSON.stringify(body) });
    await control('PUT', '/faults', [
      { target: 'smtp', when: { cycle: 2, times: 1 }, effect: { type: 'silent' } },
    ]);
    await control('POST', '/cycle', { cycle: 1 });
    await send(port);
    await control('POST', '/cycle', { cycle: 2 });
    await expect(send(port)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await send(port);
    const refused = await control('PUT', '/faults', [
      { target: 'smtp', when: {}, effect: { type: 'bounce' } },
    ]);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { error: 'effect: the mail server has no effect "bounce"' },
    ]);
  });

  it('closes although a silent connection is open', async () => {
    const { port, close } = await start({ faults: [{ target: 'smtp', effect: { type: 'silent' } }] });
    const socket = createConnection(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => socket.destroy());
    socket.resume();
    await new Promise((resolve) => socket.once('connect', resolve));
    smtp = undefined;
    await close();
    await closed;
  });
});

describe('parseSmtpFaults', () => {
  it.each([
    [{ target: 'portal', effect: { type: 'silent' } }, 'no target "portal"'],
    [{ target: 'smtp', when: { nht: 1 }, effect: { type: 'silent' } }, 'does not know "nht"'],
    [{ target: 'smtp', effect: { type: 'refuse' } }, 'refuse needs a code from 400 to 599'],
    [{ target: 'smtp', when: { nth: 0 }, effect: { type: 'silent' } }, 'nth is not a whole number from 1'],
  ])('refuses %j', (fault, message) => {
    expect(() => parseSmtpFaults([fault])).toThrow(message);
  });
});

describe('main.ts', () => {
  it('prints where it listens and ends on SIGTERM', async () => {
    const managed = await startProcess({ name: 'smtp', file: join(import.meta.dirname, 'main.ts') });
    await send(Number(managed.ready.port));
    const mail: unknown = await (await fetch(`${managed.ready.controlUrl}/mail`)).json();
    expect(mail).toMatchObject([{ subject: message.subject }]);
    expect(await managed.stop()).toEqual({ code: 0, signal: null });
  });
});
