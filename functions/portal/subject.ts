/** What the calls of one subject (suppliers, documents, …) are built from. */
import type { z } from 'zod';
import { PortalNotFound } from './errors/portal-not-found.ts';
import { Pages } from './paging/pages.ts';
import { readPage } from './paging/read-page.ts';
import type { Caller } from './transport/caller.ts';
import { type CallOptions, type QueryValue, read } from './transport/operation.ts';

export interface Subject {
  readonly caller: Caller;
  /** Paths below `/api/1.0/extern/tenants/<tenant>`. */
  extern(path: string): string;
  /** Paths below `/api/1.0/batch/tenants/<tenant>`. */
  batch(path: string): string;
  /** A listing, not begun yet. */
  list<T extends z.ZodType>(
    operation: string,
    path: string,
    query: Readonly<Record<string, QueryValue>>,
    schema: T,
    key: (item: z.output<T>) => string | undefined,
    options: CallOptions,
    sizeName?: string,
  ): Pages<z.output<T>>;
}

export interface PageLimits {
  /** Items asked for per page; the portal gives 200 at most. */
  readonly pageSize: number;
  readonly maxPages: number;
}

export function subjectOf(caller: Caller, limits: PageLimits): Subject {
  const tenant = encodeURIComponent(caller.tenant);
  return {
    caller,
    extern: (path) => `/api/1.0/extern/tenants/${tenant}${path}`,
    batch: (path) => `/api/1.0/batch/tenants/${tenant}${path}`,
    list: (operation, path, query, schema, key, options, sizeName = 'pageSize') =>
      new Pages(
        async (offset) => {
          const paged = { ...query, offset, [sizeName]: limits.pageSize };
          return readPage(await caller.call(read(operation, path, paged), options), schema, key);
        },
        { maxPages: limits.maxPages },
        options,
      ),
  };
}

/** An object's path segment: ids come from two systems and may hold anything. */
export function segment(id: string): string {
  return encodeURIComponent(id.trim());
}

/** `INTERNAL` = the portal's id, `EXTERNAL` = the ERP's external_id (for CFDIs the UUID). */
export type IdType = 'INTERNAL' | 'EXTERNAL';

/** Turns the portal's own "does not exist" into undefined; every other failure proves nothing and goes on. */
export async function absentIfNotFound<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof PortalNotFound) return undefined;
    throw error;
  }
}
