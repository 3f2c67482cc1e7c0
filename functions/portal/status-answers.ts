/** The answer of a status change: a 200 that may carry `errors[]`, which then means that nothing changed. */
import { z } from 'zod';
import { business } from './batch-answers.ts';
import { PortalBusinessErrors } from './errors/portal-business-errors.ts';
import { text } from './schemas/common.ts';
import { readObject } from './schemas/read.ts';
import type { Answer } from './transport/caller.ts';

const statusChange = z.looseObject({
  errors: z.array(z.looseObject({ error_code: text, error_message: text })).nullish(),
  external_id: text,
  internal_id: text,
  status: text,
});

export interface StatusChanged {
  /** Portal id, when the answer says it. */
  readonly id: string | undefined;
  readonly status: string | undefined;
}

/** @throws PortalBusinessErrors when the body carries errors */
export function readStatusChange(answer: Answer): StatusChanged {
  const change = readObject(answer, statusChange);
  const errors = (change.errors ?? []).map((error) => business(error.error_code ?? '', error.error_message));
  if (errors.length > 0) throw new PortalBusinessErrors(answer.identity, errors, change.status ?? undefined);
  return { id: change.internal_id ?? undefined, status: change.status ?? undefined };
}
