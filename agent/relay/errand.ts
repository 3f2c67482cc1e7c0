/** One command on its way through the agent: its envelope, its handler, its limits, and its request once it is read. */
import { BodyDamaged, type ClaimFetch, hashOf, unpack } from '../../shared/relay/codec.ts';
import { type CommandName, contract } from '../../shared/relay/commands/index.ts';
import type { CommandEnvelope } from '../../shared/relay/envelope.ts';
import { CommandError } from '../../shared/relay/errors.ts';
import { unknownFields } from '../../shared/relay/unknown-fields.ts';
import type { HandlerContext, Handlers } from './handlers.ts';

/** A handler with its types gone: the contract has checked the request, and will check the reply. */
export interface AnyHandler {
  execute(request: unknown, context: HandlerContext): Promise<unknown>;
  settle?(request: unknown, context: HandlerContext): Promise<unknown>;
}

export interface Errand {
  readonly command: CommandEnvelope;
  readonly name: CommandName;
  readonly handler: AnyHandler;
  readonly context: HandlerContext;
  /** Why it must not be begun (late, cancelled, tried too often); undefined when it may. */
  readonly refusal: CommandError | undefined;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** The command's name if this agent serves it. */
export function servedName(handlers: Handlers, name: string): CommandName | undefined {
  return Object.hasOwn(contract, name) && Object.hasOwn(handlers, name) ? (name as CommandName) : undefined;
}

export function handlerOf(handlers: Handlers, name: CommandName): AnyHandler {
  const handler = handlers[name] as AnyHandler | AnyHandler['execute'];
  return typeof handler === 'function' ? { execute: handler } : handler;
}

/**
 * Takes the request from its envelope and checks it.
 * @throws CommandError (`retry` or `human`): nothing has been done.
 */
export async function readRequest(
  { command, name, context }: Errand,
  fetchClaim: ClaimFetch,
  signal: AbortSignal = context.signal,
): Promise<unknown> {
  let json: string;
  let sent: unknown;
  try {
    json = await unpack(command.body, fetchClaim, signal);
    sent = JSON.parse(json);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const what = cause instanceof BodyDamaged ? 'damaged' : 'not readable';
    throw new CommandError('request_damaged', 'retry', `the request of ${name} is ${what}`, { cause });
  }
  if (hashOf(json) !== command.requestHash) {
    throw new CommandError('request_damaged', 'retry', `the request of ${name} is not the one that was sent`);
  }
  const read = contract[name].request.safeParse(sent);
  if (!read.success) {
    const paths = read.error.issues.map((issue) => issue.path.join('.') || '(whole)').slice(0, 5);
    throw new CommandError(
      'request_malformed',
      'human',
      `this agent does not understand the request of ${name}: ${paths.join(', ')}`,
    );
  }
  const unknown = unknownFields(sent, read.data);
  if (unknown.length > 0) {
    throw new CommandError(
      'field_unknown',
      'human',
      `this agent is too old for the request of ${name}: it does not know ${unknown.join(', ')}`,
    );
  }
  return read.data;
}
