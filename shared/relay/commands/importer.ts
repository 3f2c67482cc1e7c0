/** Running the import binary. Success is *the document is in Sage*, never the exit code: look that up afterwards. */
import { z } from 'zod';
import { write } from '../contract.ts';
import { database } from './common.ts';

export const importer = {
  /**
   * Runs the import binary once for one company, alone (the agent refuses a second run of that company while the former
   * process lives). The reply comes after the process has really ended.
   */
  'importer.run': write(
    z.object({ database, timeoutMs: z.number().int().min(1_000).max(3_600_000) }),
    z.object({
      /** `exited`: by itself; `killed`: the time limit or a cancellation stopped it; `not-started`: it could not be started. */
      end: z.enum(['exited', 'killed', 'not-started']),
      exitCode: z.number().int().nullable(),
      signal: z.string().nullable(),
      durationMs: z.number().int(),
      /** Last part of what it printed, redacted, at most 4,000 characters. */
      output: z.string(),
    }),
  ),
};
