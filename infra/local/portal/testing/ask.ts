/** Asking the stand-in by plain HTTP, as tests of the stand-in itself do. */
import type { JsonObject } from '../json.ts';
import { type Portal, type PortalOptions, startPortal } from '../portal.ts';
import { bankAccount, company, provider, TENANT } from './objects.ts';

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** Calls `/__stand-in/<endpoint>`; GET without a body. @throws when it is refused, with the refusal */
export async function control(portal: Portal, endpoint: string, body?: unknown): Promise<JsonObject> {
  const response = await fetch(`${portal.url}/__stand-in/${endpoint}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as JsonObject;
  if (response.status !== 200) throw new Error(String(answer.error));
  return answer;
}

/** Calls an operation below `/api/1.0/extern/tenants/<tenant>` (or an absolute path) with the tenant's credentials. */
export async function ask(
  portal: Portal,
  method: string,
  path: string,
  body?: unknown,
  tenant = TENANT,
): Promise<Answer> {
  const full = path.startsWith('/') ? path : `/api/1.0/extern/tenants/${tenant.id}/${path}`;
  const response = await fetch(`${portal.url}${full}`, {
    method,
    headers: { PDPTenantKey: tenant.key, PDPTenantSecret: tenant.secret, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

/** Loads a tenant with one supplier, one company, one account, and the given collections. */
export async function furnish(
  portal: Portal,
  collections: Record<string, unknown> = {},
  files: JsonObject = {},
): Promise<JsonObject> {
  return control(portal, 'load', {
    tenants: [TENANT],
    collections: {
      [TENANT.id]: {
        companies: [company],
        'tenant-bank-accounts': [bankAccount],
        providers: [provider(1)],
        ...collections,
      },
    },
    files: { [TENANT.id]: files },
  });
}

export interface Furnished {
  readonly portal: Portal;
  readonly url: string;
  readonly tenant: typeof TENANT;
  /** Adds a fault. */
  fault(when: unknown, effect: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** A stand-in with a furnished tenant. */
export async function startFurnished(
  collections: Record<string, unknown> = {},
  options: PortalOptions & { readonly files?: Record<string, string> } = {},
): Promise<Furnished> {
  const portal = await startPortal(options);
  await furnish(portal, collections, options.files ?? {});
  const fault = (when: unknown, effect: unknown) =>
    control(portal, 'faults', [{ target: 'portal', when, effect }]);
  return { portal, url: portal.url, tenant: TENANT, fault, close: portal.close };
}
