/** Calls by operationId since the last reset, in all and per tenant. */
export class Stats {
  #tenants = new Map<string, Map<string, number>>();

  count(tenantId: string, operation: string): void {
    const calls = this.#tenants.get(tenantId) ?? new Map<string, number>();
    this.#tenants.set(tenantId, calls.set(operation, (calls.get(operation) ?? 0) + 1));
  }

  reset(): void {
    this.#tenants = new Map();
  }

  toJSON(): { calls: Record<string, number>; tenants: Record<string, Record<string, number>> } {
    const calls: Record<string, number> = {};
    const tenants: Record<string, Record<string, number>> = {};
    for (const [tenantId, counts] of this.#tenants) {
      tenants[tenantId] = Object.fromEntries(counts);
      for (const [operation, count] of counts) calls[operation] = (calls[operation] ?? 0) + count;
    }
    return { calls, tenants };
  }
}
