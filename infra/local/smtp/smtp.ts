/**
 * A mail server for one machine: takes every message over real SMTP (`smtp-server`), keeps it in memory and shows it on a
 * control port.
 *
 * Not imitated: delivery to anybody, TLS (STARTTLS is not offered), checking of user and password (any is taken, none is
 * required), spam filters, size limits, bounces. Faults: `refuse` answers each command of a transaction with a code, `silent`
 * accepts the connection and never says a word. A fault meets a whole connection, and `nth` counts connections.
 */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { serveControl } from './control.ts';
import { type SmtpEffect, smtpFaultPlan } from './faults.ts';
import { parseMail, type ReceivedMail } from './mail.ts';

export interface SmtpOptions {
  /** SMTP port; 0 or absent: a free one. */
  readonly port?: number;
  /** Port of the control endpoint; 0 or absent: a free one. */
  readonly controlPort?: number;
  /** Faults as in a scenario; anything unknown is refused by name. */
  readonly faults?: unknown;
}

export interface SmtpStandIn {
  readonly port: number;
  readonly controlPort: number;
  /** Everything received so far, in order of arrival. */
  readonly mail: readonly ReceivedMail[];
  close(): Promise<void>;
}

/** Starts the mail server and its control endpoint on 127.0.0.1. @throws on an unknown fault, or a port that is taken. */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpStandIn> {
  const plan = smtpFaultPlan(options.faults);
  const mail: ReceivedMail[] = [];
  const effects = new Map<string, SmtpEffect>();
  const refusal = (sessionId: string): Error | undefined => {
    const effect = effects.get(sessionId);
    if (effect?.type !== 'refuse') return undefined;
    return Object.assign(new Error('refused by a fault of the scenario'), { responseCode: effect.code });
  };

  const server = new SMTPServer({
    hideSTARTTLS: true,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
    onConnect(session, done) {
      const effect = plan.nextConnection();
      if (effect) effects.set(session.id, effect);
      // Silent: the greeting waits for this call, which never comes.
      if (effect?.type !== 'silent') done();
    },
    onClose: (session) => {
      effects.delete(session.id);
    },
    onMailFrom: (_address, session, done) => done(refusal(session.id)),
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        parseMail(Buffer.concat(chunks)).then(
          (message) => {
            mail.push(message);
            done();
          },
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        );
      });
    },
  });
  // A client that resets its connection is no event for a mail server.
  server.on('error', (error) => console.error(`smtp: ${error.message}`));
  const listener = await new Promise<AddressInfo>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = server.server.address();
      if (address === null || typeof address === 'string') reject(new Error('the mail server has no port'));
      else resolve(address);
    });
  });
  const control = await serveControl(options.controlPort ?? 0, plan, mail);
  return {
    port: listener.port,
    controlPort: control.port,
    mail,
    async close() {
      await Promise.all([new Promise<void>((done) => server.close(() => done())), control.close()]);
    },
  };
}
