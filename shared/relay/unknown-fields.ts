/**
 * Fields of a request that the receiver does not know. An older agent must not do half of what it was asked: a field that
 * its contract lacks is refused by name, never dropped (SPEC.md, "Versions").
 */

const enough = 5;

/**
 * Paths (`a.b[0].c`) that are in `sent` and not in `read`, the same value after the contract has read it. At most five.
 * Both are plain data; defaults that reading has added do no harm.
 */
export function unknownFields(sent: unknown, read: unknown): string[] {
  const found: string[] = [];
  collect(sent, read, '', found);
  return found;
}

function collect(sent: unknown, read: unknown, path: string, found: string[]): void {
  if (found.length >= enough || !isObject(sent) || !isObject(read)) return;
  for (const [name, value] of Object.entries(sent)) {
    const here = Array.isArray(sent) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    if (!Object.hasOwn(read, name)) found.push(here);
    else collect(value, read[name], here, found);
    if (found.length >= enough) return;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
