/** The cloud's end of the relay (protocol: shared/relay/SPEC.md). */
import type { ServiceBusClient } from '@azure/service-bus';
import { BodyTooLarge, type ClaimFetch, hashOf, pack, unpack } from '../../shared/relay/codec.ts';
import { newCallId, readId, writeId } from '../../shared/relay/command-id.ts';
import {
  type CommandName,
  contract,
  contractVersion,
  type ReadName,
  type ReplyOf,
  type RequestOf,
  type WriteName,
} from '../../shared/relay/commands/index.ts';
import type { Body, CommandEnvelope, ReplyEnvelope } from '../../shared/relay/envelope.ts';
import {
  AgentAway,
  CommandFailed,
  CommandUnknown,
  RelayTimeout,
  RelayUnavailable,
  rejected,
  uncertain,
  type WriteOutcome,
} from '../../shared/relay/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Clock } from '../../shared/time/clock.ts';
import { Calls } from './calls.ts';
import type { ClaimCheck } from './claim-check.ts';
import type { CallOptions, CallRecord, Relay, WriteOptions } from './relay.ts';

export interface RelayOptions {
  /** Opens a client with short retries of its own; called again after each loss of the line. */
  readonly connect: () => ServiceBusClient;
  readonly commandQueue: string;
  readonly replyQueue: string;
  /** Session id of this instance on the reply queue; never that of an earlier process. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** For bodies that fit into no message; without it such a command, or reply, is refused. */
  readonly claimCheck?: ClaimCheck;
  /** For a reply's link that is not this call's own: `noClaims` refuses it. */
  readonly fetchClaim: ClaimFetch;
  readonly onCall?: (record: CallRecord) => void;
}

/** Links of one call. */
interface Claims {
  request?: string;
  /** Where a large reply would lie; most replies leave it unused. */
  slot?: string | undefined;
  /** The slot, when it was used. */
  reply?: string;
}

interface End<N extends CommandName> {
  readonly outcome: WriteOutcome<ReplyOf<N>>;
  readonly agentMs?: number;
  /** No sign of life from the agent since the command was sent. */
  readonly silent?: boolean;
}

const takeLimitMs = 30_000;

export class RelayClient implements Relay {
  readonly #options: RelayOptions;
  readonly #calls: Calls;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#calls = new Calls(options);
  }

  async read<N extends ReadName>(name: N, request: RequestOf<N>, options: CallOptions): Promise<ReplyOf<N>> {
    const { outcome, silent } = await this.#call(name, readId(), request, options);
    if (outcome.outcome === 'applied') return outcome.reply;
    const { code, message } = outcome.error;
    if (code === 'bus_away') throw new RelayUnavailable(code, message);
    if (code === 'command_unknown') throw new CommandUnknown(outcome.error);
    if (outcome.outcome === 'rejected') throw new CommandFailed(outcome.error);
    throw silent ? new AgentAway(code, message) : new RelayTimeout(code, message);
  }

  async write<N extends WriteName>(
    name: N,
    request: RequestOf<N>,
    options: WriteOptions,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    const { tenant, document, version } = options;
    const id = writeId({ tenant, command: name, document, version });
    return (await this.#call(name, id, request, options)).outcome;
  }

  /** Ends the session and the lines. Calls that wait end by their own deadlines. */
  close(): Promise<void> {
    return this.#calls.close();
  }

  async #call<N extends CommandName>(
    name: N,
    commandId: string,
    request: RequestOf<N>,
    options: CallOptions,
  ): Promise<End<N>> {
    const started = performance.now();
    const callId = newCallId();
    const end = await this.#exchange(name, { commandId, callId }, request, options);
    const { outcome, agentMs } = end;
    this.#options.onCall?.({
      command: name,
      tenant: options.tenant,
      callId,
      outcome: outcome.outcome,
      ...(outcome.outcome === 'applied' ? {} : { code: outcome.error.code }),
      durationMs: performance.now() - started,
      ...(agentMs === undefined ? {} : { agentMs }),
    });
    return end;
  }

  async #exchange<N extends CommandName>(
    name: N,
    ids: Pick<CommandEnvelope, 'commandId' | 'callId'>,
    request: RequestOf<N>,
    options: CallOptions,
  ): Promise<End<N>> {
    const claims: Claims = {};
    const command = await this.#envelope(name, ids, request, claims, options);
    if ('outcome' in command) return { outcome: command };
    const answer = await this.#calls.ask(command, options.budget);
    if (answer.end === 'no-answer') {
      const silent = !answer.agentHeard;
      const sign = silent ? ', nor any other sign of life from it' : '';
      return {
        outcome: uncertain('no_answer', `no answer from the agent to ${name} in time${sign}`),
        silent,
      };
    }
    const end: End<N> =
      answer.end === 'reply'
        ? { outcome: await this.#outcomeOf(name, answer.reply, claims), agentMs: answer.reply.durationMs }
        : { outcome: rejected('bus_away', 'retry', 'the command could not be handed to the bus') };
    this.#forget(claims);
    return end;
  }

  /** The envelope, or why there is none: then nothing was sent. */
  async #envelope<N extends CommandName>(
    name: N,
    ids: Pick<CommandEnvelope, 'commandId' | 'callId'>,
    request: RequestOf<N>,
    claims: Claims,
    { tenant, budget, traceparent }: CallOptions,
  ): Promise<CommandEnvelope | ReturnType<typeof rejected>> {
    const { claimCheck, clock, instance, log } = this.#options;
    const checked = contract[name].request.safeParse(request);
    if (!checked.success) {
      const paths = checked.error.issues.map((issue) => issue.path.join('.') || '(whole)').slice(0, 5);
      const message = `${name} was not sent, the request is not usable: ${paths.join(', ')}`;
      return rejected('request_malformed', 'human', message);
    }
    // As it was given, without defaults: an older agent need not know what nobody asked for.
    const json = JSON.stringify(request);
    let body: Body;
    try {
      body = await pack(json, claimCheck && ((bytes) => claimCheck.put(bytes, budget.signal)));
    } catch (error) {
      if (error instanceof BodyTooLarge) {
        return rejected('request_too_large', 'human', `the request of ${name} is too large to be sent`);
      }
      log.warn('store of large bodies not reachable', { ...ids, error: (error as Error).message });
      return rejected('claim_unavailable', 'retry', 'the store of large bodies could not be reached');
    }
    if ('claim' in body) claims.request = body.claim.url;
    // A write's reply is small by contract: the agent records it, and a record outlives a link.
    if (contract[name].kind === 'read') claims.slot = await claimCheck?.slot();
    return {
      ...ids,
      command: name,
      tenant,
      deadline: budget.deadline(clock),
      contractVersion,
      replyTo: instance,
      requestHash: hashOf(json),
      traceparent,
      replySlot: claims.slot,
      body,
    };
  }

  /** An answer that cannot be read says nothing about whether the write was done. */
  async #outcomeOf<N extends CommandName>(
    name: N,
    { result, callId }: ReplyEnvelope,
    claims: Claims,
  ): Promise<WriteOutcome<ReplyOf<N>>> {
    if (result.outcome !== 'applied') return result;
    try {
      const json = await unpack(result.body, this.#takeFrom(claims), AbortSignal.timeout(takeLimitMs));
      return { outcome: 'applied', reply: contract[name].reply.parse(JSON.parse(json)) as ReplyOf<N> };
    } catch (error) {
      this.#options.log.error('reply not understood', { callId, command: name, error: String(error) });
      const message = `the agent's reply to ${name} is not understood`;
      return contract[name].kind === 'write'
        ? uncertain('reply_malformed', message)
        : rejected('reply_malformed', 'human', message);
    }
  }

  #takeFrom(claims: Claims): ClaimFetch {
    const { claimCheck, fetchClaim } = this.#options;
    return (url, signal, bytes) => {
      if (!claimCheck || url !== claims.slot) return fetchClaim(url, signal, bytes);
      claims.reply = url;
      return claimCheck.take(url, signal);
    };
  }

  /** Removes the blobs of a call that has ended. Nobody waits for it. */
  #forget({ request, reply }: Claims): void {
    const { claimCheck, log } = this.#options;
    for (const url of [request, reply]) {
      if (url === undefined) continue;
      claimCheck
        ?.remove(url)
        .catch((error: Error) => log.info('claim not removed', { error: error.message }));
    }
  }
}
