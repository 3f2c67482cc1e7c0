/**
 * Time limits must nest: an inner limit that is not shorter than the one around it never fires, and the outer one then
 * cuts work whose end nobody learns of. Checked at the start, whole chain at once.
 */
export interface TimeLimit {
  readonly name: string;
  readonly ms: number;
}

/**
 * Compares each limit with the next outer one (`limits` from inner to outer).
 * @returns one sentence per fault; empty when they nest.
 */
export function nestingFaults(limits: readonly TimeLimit[]): string[] {
  const faults: string[] = [];
  for (let i = 1; i < limits.length; i += 1) {
    const inner = limits[i - 1];
    const outer = limits[i];
    if (inner && outer && inner.ms >= outer.ms) {
      faults.push(`${inner.name} (${inner.ms} ms) must be shorter than ${outer.name} (${outer.ms} ms)`);
    }
  }
  return faults;
}
