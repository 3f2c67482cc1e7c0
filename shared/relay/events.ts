/** Messages in `agent-events`: what the agent says unasked. */
import { z } from 'zod';
import { healthItem } from './commands/agent.ts';

export const agentEvent = z.object({
  event: z.literal('heartbeat'),
  site: z.string(),
  version: z.string(),
  contractVersion: z.number().int(),
  /** Commands that this agent serves. */
  commands: z.array(z.string()),
  /** ISO 8601, UTC, by the agent's clock. */
  at: z.string(),
  startedAt: z.string(),
  /** Resident memory, bytes. */
  rss: z.number().int(),
  items: z.array(healthItem),
});
export type AgentEvent = z.infer<typeof agentEvent>;
