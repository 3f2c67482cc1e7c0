/** The queue `flows`: one message per run of a flow; the session is `tenant:flow`, so one runner at a time takes them. */
import type { ServiceBusClient } from '@azure/service-bus';
import { z } from 'zod';
import { flowNames, runSources } from '../../shared/documents/vocabulary.ts';

/** What is asked of a flow. Cron, button and API send the same message. */
export const flowRequest = z.object({
  runId: z.string(),
  cycleId: z.string(),
  tenant: z.string(),
  flow: z.enum(flowNames),
  source: z.enum(runSources),
  person: z.string().nullable(),
  /** Compare everything with everything, not only what the feeds show. */
  sweep: z.boolean(),
  /** Take up what lies outside the automatic window too. */
  outsideWindow: z.boolean(),
});
export type FlowRequest = z.infer<typeof flowRequest>;

export interface FlowQueue {
  /** Hands the requests to the queue, all or none. @throws when the bus cannot be reached. */
  enqueue(requests: readonly FlowRequest[]): Promise<void>;
}

/** @param connect opens a client; one per call, because a client whose line broke is not used again. */
export function createFlowQueue(connect: () => ServiceBusClient, queue = 'flows'): FlowQueue {
  return {
    async enqueue(requests) {
      const client = connect();
      try {
        await client.createSender(queue).sendMessages(
          requests.map((request) => ({
            body: request,
            messageId: request.runId,
            sessionId: `${request.tenant}:${request.flow}`,
            contentType: 'application/json',
          })),
        );
      } finally {
        await client.close();
      }
    },
  };
}
