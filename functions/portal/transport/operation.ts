/** One call to the portal, described: what to send and how its failures are to be read. */

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface Operation {
  /** operationId of the portal's contract; names the call in errors, telemetry and faults. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly kind: 'read' | 'write';
  /** Below the base URL; every variable part already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
  /** A creation: its 409 says that the external_id exists. */
  readonly creates?: boolean;
  /** The path names one object: its 404 says that there is no such object. */
  readonly addresses?: boolean;
}

/** What every call takes. A `Budget` fits as it is. */
export interface CallOptions {
  /** Stops the call, in the queue as on the line. */
  readonly signal: AbortSignal;
  /** Monotonic milliseconds (`performance.now()`) after which the call is of no use. */
  readonly endsAt?: number;
}

/** A reading operation below the tenant. */
export function read(
  id: string,
  path: string,
  query?: Readonly<Record<string, QueryValue>>,
  more: Pick<Operation, 'addresses'> = {},
): Operation {
  return { id, method: 'GET', kind: 'read', path, ...(query === undefined ? {} : { query }), ...more };
}

export function write(
  id: string,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body: unknown,
  more: Pick<Operation, 'creates' | 'addresses' | 'query'> = {},
): Operation {
  return { id, method, kind: 'write', path, body, ...more };
}

/** The query text: absent values left out, lists as repeated parameters. */
export function queryText(query: Operation['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const single of typeof value === 'object' ? value : [String(value)]) parameters.append(name, single);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
