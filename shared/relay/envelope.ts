/** What travels: the envelope of a command and of its reply. Fields and their meaning are in SPEC.md. */
import { z } from 'zod';

/** Largest body that travels in the message itself (characters of base64); a larger one goes through the claim check. */
export const inlineLimit = 192 * 1024;

/** Where a body lies that was too large for the message. `url` is a link to that one blob, good for a short time. */
const claim = z.object({ url: z.string(), bytes: z.number().int(), sha256: z.string() });

export const body = z.union([z.object({ gzip: z.string() }), z.object({ claim })]);
export type Body = z.infer<typeof body>;

const callId = z.string().regex(/^c-/);
const commandId = z.string().regex(/^[wr]-/);

/** Message in `commands-{site}`. Ids begin with a letter: hosts parse bare numbers. */
export const commandEnvelope = z.object({
  /** This call: what the reply is matched by. The same command called twice has two. */
  callId,
  commandId,
  command: z.string(),
  tenant: z.string(),
  /** Epoch milliseconds, UTC: not started after it, cancelled at it. */
  deadline: z.number().int(),
  contractVersion: z.number().int(),
  /** Session of the queue `replies` that waits for the answer. */
  replyTo: z.string(),
  /** SHA-256 (hex) of the request's JSON: the same command id with another request is refused. */
  requestHash: z.string(),
  /** W3C trace context. */
  traceparent: z.string().optional(),
  /** Link under which the agent may put one reply that is too large for a message. */
  replySlot: z.string().optional(),
  body,
});
export type CommandEnvelope = z.infer<typeof commandEnvelope>;

/** A request to stop one call; it has no reply of its own, the call's reply says how it ended. */
export const cancelEnvelope = z.object({ cancel: callId });
export type CancelEnvelope = z.infer<typeof cancelEnvelope>;

export const replyError = z.object({
  /** Stable, lower case with `_` or `-`. */
  code: z.string(),
  /** `retry`: passing; `human`: somebody must act; `uncertain`: it may have been done. */
  remedy: z.enum(['retry', 'human', 'uncertain']),
  /** One safe sentence: no SQL, no secrets, no bank accounts. */
  message: z.string(),
});
export type ReplyError = z.infer<typeof replyError>;

/** How a command ended. `rejected`: surely not done; `uncertain`: nobody knows yet. */
export const commandResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('applied'), body }),
  z.object({ outcome: z.literal('rejected'), error: replyError }),
  z.object({ outcome: z.literal('uncertain'), error: replyError }),
]);
export type CommandResult = z.infer<typeof commandResult>;

/** Message in `replies`. */
export const replyEnvelope = z.object({
  callId,
  commandId,
  agentVersion: z.string(),
  /** What the agent spent on the command, waiting for a place not included. */
  durationMs: z.number(),
  result: commandResult,
});
export type ReplyEnvelope = z.infer<typeof replyEnvelope>;
