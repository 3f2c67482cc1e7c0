/** What travels: the envelope of a command and of its reply. Fields and their meaning are in SPEC.md. */
import { z } from 'zod';

/** Largest body that travels in the message itself (bytes, after gzip); a larger one goes through the claim check. */
export const inlineLimit = 192 * 1024;

/** Where a body lies that was too large for the message. `url` is a read-only link to that one blob. */
const claim = z.object({ url: z.string(), bytes: z.number().int(), sha256: z.string() });

export const body = z.union([z.object({ gzip: z.string() }), z.object({ claim })]);
export type Body = z.infer<typeof body>;

/** Message in `commands-{site}`. Ids begin with a letter: hosts parse bare numbers. */
export const commandEnvelope = z.object({
  commandId: z.string().regex(/^[wr]-/),
  command: z.string(),
  tenant: z.string(),
  /** Epoch milliseconds, UTC: not started after it, cancelled at it. */
  deadline: z.number().int(),
  contractVersion: z.number().int(),
  /** Session of the queue `replies` that waits for the answer. */
  replyTo: z.string(),
  traceparent: z.string().optional(),
  body,
});
export type CommandEnvelope = z.infer<typeof commandEnvelope>;

/** A request to stop a running command; no reply of its own, the command's reply says how it ended. */
export const cancelEnvelope = z.object({ cancel: z.string().regex(/^[wr]-/) });
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

/** Message in `replies`. `rejected`: surely not done; `uncertain`: nobody knows yet. */
export const replyEnvelope = z.object({
  commandId: z.string(),
  agentVersion: z.string(),
  durationMs: z.number(),
  result: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('applied'), body }),
    z.object({ outcome: z.literal('rejected'), error: replyError }),
    z.object({ outcome: z.literal('uncertain'), error: replyError }),
  ]),
});
export type ReplyEnvelope = z.infer<typeof replyEnvelope>;
