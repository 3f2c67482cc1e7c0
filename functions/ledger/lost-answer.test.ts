/** What the ledger makes of a store that cannot be reached, refuses, or whose answer gets lost. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/time/clock.ts';
import { LedgerRefused, LedgerUnavailable } from './errors.ts';
import { startTestLedger, type TestLedger } from './ledger.fixture.ts';
import { openLedger } from './ledger.ts';

let started: TestLedger;
beforeAll(async () => {
  started = await startTestLedger();
});
afterAll(() => started.close());

const tableEndpoint = /TableEndpoint=(http:\/\/127\.0\.0\.1:\d+)/;

/** Passes everything on to the store; of the next so many transactions it swallows the answer. */
async function startForgetfulProxy() {
  const target = new URL(tableEndpoint.exec(started.connectionString)?.[1] ?? '');
  const state = { toForget: 0, forgotten: 0 };
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const { hostname, port } = target;
    const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      if (url?.includes('$batch') && state.toForget > 0) {
        state.toForget -= 1;
        state.forgotten += 1;
        answer.resume().on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    state,
    connectionString: started.connectionString.replace(
      tableEndpoint,
      `TableEndpoint=http://127.0.0.1:${port}`,
    ),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}

const writer = { runId: 'r1', fence: 1 };
const draft = (id: string) => ({ id, contentHash: null, watched: false, facts: {} });

describe('a lost answer', () => {
  it('is no conflict: what was written is known by its mark, and counted once', async () => {
    const proxy = await startForgetfulProxy();
    try {
      const ledger = await openLedger({ connectionString: proxy.connectionString, clock: systemClock });
      await ledger.documents.takeOver('lost', ['cfdi'], writer);
      const drafts = ['U1', 'U2', 'U3'].map(draft);
      const first = await ledger.documents.discover('lost', 'cfdi', drafts, writer);
      proxy.state.toForget = 1;
      const moved = await ledger.documents.change(
        first.map(({ record }) => ({ record, to: 'imported' })),
        writer,
      );
      expect(proxy.state.forgotten).toBe(1);
      expect(moved.map((result) => result.ok)).toEqual([true, true, true]);
      const [result] = moved;
      if (!result?.ok) throw new Error('not moved');
      const stored = await started.ledger.documents.get('lost', 'cfdi', 'U1');
      expect(result.record.etag).toBe(stored?.etag);
      expect((await started.ledger.documents.counts('lost', 'cfdi')).byState).toEqual({ imported: 3 });
      const next = await ledger.documents.change([{ record: result.record, to: 'discovered' }], writer);
      expect(next[0]?.ok).toBe(true);
    } finally {
      await proxy.close();
    }
  });
});

describe('failures of the store', () => {
  it('are worth another try when it cannot be reached', { timeout: 20_000 }, async () => {
    const proxy = await startForgetfulProxy();
    const ledger = await openLedger({ connectionString: proxy.connectionString, clock: systemClock });
    await proxy.close();
    const failure = await ledger.documents.get('a', 'cfdi', 'U1').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LedgerUnavailable);
    expect(failure).toMatchObject({ remedy: 'retry', cause: expect.any(Error) });
  });

  it('need somebody when it refuses the key', async () => {
    const wrong = started.connectionString.replace(
      /AccountKey=[^;]+/,
      `AccountKey=${Buffer.alloc(64).toString('base64')}`,
    );
    const failure = await openLedger({ connectionString: wrong, clock: systemClock }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(LedgerRefused);
    expect(failure).toMatchObject({ remedy: 'human' });
  });
});
