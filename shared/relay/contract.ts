/**
 * The contract between cloud and agent: a map from command name to what is asked and what is answered.
 *
 * A command is a business operation, never SQL. The cloud gets a typed client from this map, the agent a typed and
 * exhaustive handler table; a new command is one entry here and one handler there. The protocol is in SPEC.md.
 */
import type { z } from 'zod';

/** A read may be repeated at will; a write is ticketed (SPEC.md, "Tickets"). */
export type CommandKind = 'read' | 'write';

export interface CommandDefinition<
  Kind extends CommandKind = CommandKind,
  Request extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly kind: Kind;
  readonly request: Request;
  readonly reply: Reply;
}

/** Declares a command that only reads. */
export function read<Request extends z.ZodType, Reply extends z.ZodType>(
  request: Request,
  reply: Reply,
): CommandDefinition<'read', Request, Reply> {
  return { kind: 'read', request, reply };
}

/** Declares a command that changes something beside SQL Server; it is executed at most once per command id. */
export function write<Request extends z.ZodType, Reply extends z.ZodType>(
  request: Request,
  reply: Reply,
): CommandDefinition<'write', Request, Reply> {
  return { kind: 'write', request, reply };
}
