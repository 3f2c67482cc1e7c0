/** Says which fields of a portal object cannot be read, without showing what they hold. */
import type { z } from 'zod';

export function fieldsAtFault(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'item'}: ${issue.code}`)
    .join('; ');
}
