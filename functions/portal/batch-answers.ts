/** The portal's three shapes of batch answers, read into outcomes. */
import { z } from 'zod';
import { PortalBadAnswer } from './errors/portal-bad-answer.ts';
import type { BusinessError } from './errors/portal-business-errors.ts';
import { type BatchOutcome, outcomesOf, type Told } from './outcomes.ts';
import { text } from './schemas/common.ts';
import { readObject } from './schemas/read.ts';
import type { Answer } from './transport/caller.ts';
import { safeText } from './transport/redaction.ts';

const result = z.looseObject({
  error_code: z.number().nullish(),
  error_message: text,
  id: text,
  item: z.unknown(),
});
const results = z.looseObject({ results: z.array(z.unknown()) });

/**
 * `results[]` of payments and CFDIs: applied only with error_code 0 and a readable object.
 * @param idsOf the ids that the affected object can be known by; the one that was sent counts
 */
export function readResults<T extends z.ZodType>(
  answer: Answer,
  sent: readonly string[],
  schema: T,
  idsOf: (item: z.output<T>) => readonly (string | null | undefined)[],
): BatchOutcome<z.output<T>> {
  const told = readObject(answer, results).results.flatMap((raw): Told<z.output<T>>[] => {
    const parsed = result.safeParse(raw);
    if (!parsed.success)
      return [{ id: undefined, looseId: undefined, result: { outcome: 'rejected', errors: [] } }];
    const { error_code, error_message, id, item: rawItem } = parsed.data;
    const item = schema.safeParse(rawItem);
    const own = item.success
      ? idsOf(item.data).find((candidate) => candidate && sent.includes(candidate))
      : undefined;
    const ids = { id: own ?? undefined, looseId: id?.trim() || undefined };
    if (error_code === 0 && item.success)
      return [{ ...ids, result: { outcome: 'applied', value: item.data } }];
    // Neither a readable success nor a refusal: it says nothing.
    if (error_code === 0 || typeof error_code !== 'number') return [];
    return [
      { ...ids, result: { outcome: 'rejected', errors: [business(String(error_code), error_message)] } },
    ];
  });
  return outcomesOf(sent, told);
}

const upsert = z.looseObject({
  id: text,
  type: text,
  status: text,
  orders_status: z.array(z.unknown()).nullish(),
});
const upserted = z.looseObject({
  external_id: z.string(),
  internal_id: text,
  status: z.string(),
  errors: z.array(z.looseObject({ error_code: text, error_message: text })).nullish(),
});

export interface Upserted {
  /** Portal id. */
  readonly id: string;
  readonly created: boolean;
}

/** An upsert's answer: done with outcomes, or still working under a batch id. */
export type UpsertAnswer =
  | { readonly state: 'processed'; readonly outcomes: BatchOutcome<Upserted> }
  | { readonly state: 'working'; readonly batchId: string };

/** `orders_status[]` of order and receipt upserts. */
export function readUpsert(answer: Answer, sent: readonly string[]): UpsertAnswer {
  const batch = readObject(answer, upsert);
  if (batch.status !== 'PROCESSED' && (batch.type === 'ASYNC' || batch.status !== undefined)) {
    const batchId = batch.id?.trim();
    if (!batchId) throw new PortalBadAnswer(answer.identity, answer.status, 'a batch without id');
    return { state: 'working', batchId };
  }
  const told = (batch.orders_status ?? []).flatMap((raw): Told<Upserted>[] => {
    const parsed = upserted.safeParse(raw);
    if (!parsed.success) return [];
    const { external_id, internal_id, status, errors } = parsed.data;
    const ids = { id: external_id.trim(), looseId: undefined };
    const said = (errors ?? []).map((error) => business(error.error_code ?? '', error.error_message));
    const done = (status === 'CREATED' || status === 'UPDATED') && internal_id && said.length === 0;
    if (done)
      return [
        { ...ids, result: { outcome: 'applied', value: { id: internal_id, created: status === 'CREATED' } } },
      ];
    return status === 'ERROR' ? [{ ...ids, result: { outcome: 'rejected', errors: said } }] : [];
  });
  return { state: 'processed', outcomes: outcomesOf(sent, told) };
}

/** One of the portal's business errors, its words made fit for logs. */
export function business(code: string, message: string | null | undefined): BusinessError {
  return { code, message: safeText(message ?? '') };
}
