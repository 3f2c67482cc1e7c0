/** For the tests of this folder: a client beside the portal it talks to, with pauses too short to wait for. */
import { createPortalClient, type PortalClient, type PortalClientSettings } from '../client.ts';
import type { CallRecord } from '../transport/caller.ts';

export const unhurried = { signal: new AbortController().signal };

/** A running portal of one tenant. */
interface Stand {
  readonly url: string;
  readonly tenant: { readonly id: string; readonly key: string; readonly secret: string };
  close(): Promise<void>;
}

export interface Pair extends AsyncDisposable {
  readonly client: PortalClient;
  readonly calls: CallRecord[];
  close(): Promise<void>;
}

/** The stand with a client; both close together. */
export function pair<S extends Stand>(stand: S, settings: Partial<PortalClientSettings> = {}): S & Pair {
  const calls: CallRecord[] = [];
  const client = createPortalClient({
    baseUrl: stand.url,
    tenantId: stand.tenant.id,
    key: stand.tenant.key,
    secret: stand.tenant.secret,
    timeoutMs: 5_000,
    retryPausesMs: [1, 1],
    onCall: (record) => calls.push(record),
    ...settings,
  });
  const close = async () => {
    client.close();
    await stand.close();
  };
  return { ...stand, client, calls, close, [Symbol.asyncDispose]: close };
}
