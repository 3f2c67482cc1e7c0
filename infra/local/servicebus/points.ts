/**
 * Named points of the broker's work, announced on the diagnostics channel `sageconnect:point`.
 *
 * Whoever wants to see the broker die at an exact moment subscribes to the channel (in the broker's own process) and
 * ends the process there. Nobody subscribed: publishing costs nothing.
 */
import { channel } from 'node:diagnostics_channel';

/** `message-stored`: on disk, not yet acknowledged. `message-settled`: the settlement is on disk, not yet confirmed. */
export type BrokerPoint = 'broker.message-stored' | 'broker.message-settled';

const points = channel('sageconnect:point');

/** Announces that the broker has come to `name`. Subscribers run before this returns. */
export function reached(name: BrokerPoint): void {
  if (points.hasSubscribers) points.publish({ name });
}
