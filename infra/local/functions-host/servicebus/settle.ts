/** Settles a message after its function: complete on success, abandon on failure. */
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** Runs the function for one message; true when it succeeded. Never rejects. */
export type HandleMessage = (message: ServiceBusReceivedMessage) => Promise<boolean>;

/** Told what went wrong on the line; the listener goes on by itself. */
export type ReportProblem = (what: string, error: unknown) => void;

/**
 * Settles the message. A settlement that fails (the line broke, the lock was lost) is reported and otherwise ignored: the broker
 * delivers the message again when its lock expires, as it does with the real extension.
 */
export async function settle(
  receiver: ServiceBusReceiver,
  message: ServiceBusReceivedMessage,
  succeeded: boolean,
  autoComplete: boolean,
  report: ReportProblem,
): Promise<void> {
  try {
    if (!succeeded) await receiver.abandonMessage(message);
    else if (autoComplete) await receiver.completeMessage(message);
  } catch (error) {
    report(`settling message ${String(message.messageId)}`, error);
  }
}
