/** The agent about itself. */
import { z } from 'zod';
import { read } from '../contract.ts';

/** One item of the agent's health: the same items, in the same words, as `check` prints. */
export const healthItem = z.object({
  /** Stable name: `sql`, `schema`, `fesa`, `inbox`, `importer`, `disk`, `journal` … */
  item: z.string(),
  level: z.enum(['pass', 'warn', 'fail']),
  /** One sentence for the operator, Mexican Spanish. */
  message: z.string(),
  /** What to do, when not `pass`. */
  remedy: z.string().nullable(),
  /** Company database it is about; null = the whole agent. */
  database: z.string().nullable(),
});
export type HealthItem = z.infer<typeof healthItem>;

export const agent = {
  /** Fresh health of every part. */
  'agent.health': read(
    z.object({}),
    z.object({
      version: z.string(),
      contractVersion: z.number().int(),
      startedAt: z.string(),
      items: z.array(healthItem),
    }),
  ),
};
