/** Batches answer 200 with one entry per object; a refused entry does not stop the others. */
import type { JsonObject, PortalObject } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Call } from './call.ts';

/**
 * Runs `act` for each entry and gives `{ id, results }` with the portal's per-entry outcome (0 = done).
 * Each entry that succeeds is committed at once, as a real batch would leave it when the line breaks in the middle.
 */
export function eachOf(
  call: Call,
  entries: readonly JsonObject[],
  act: (entry: JsonObject) => PortalObject,
  idOfRefused: (entry: JsonObject) => string,
): JsonObject {
  const results = entries.map((entry): JsonObject => {
    try {
      const item = act(entry);
      return { error_code: 0, error_message: null, id: item.id, item };
    } catch (error) {
      if (!(error instanceof PortalRefusal)) throw error;
      const message = `${error.symbol}: ${error.message}`;
      return { error_code: error.number, error_message: message, id: idOfRefused(entry), item: null };
    }
  });
  return { id: call.state.newId(call.tenant, 'batch'), results };
}
