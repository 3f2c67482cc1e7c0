/**
 * How a call is made: wait for a slot, ask the breaker, send within the time left, read the answer, count it. Everything
 * of the client goes through `call` (JSON) or `file` (signed links).
 */
import { isAxiosError } from 'axios';
import type { Clock } from '../../../shared/time/clock.ts';
import { PortalBadAnswer } from '../errors/portal-bad-answer.ts';
import { PortalCircuitOpen } from '../errors/portal-circuit-open.ts';
import { type CallIdentity, PortalError } from '../errors/portal-error.ts';
import { PortalFileTooLarge } from '../errors/portal-file-too-large.ts';
import { PortalLinkExpired } from '../errors/portal-link-expired.ts';
import { PortalTimeout } from '../errors/portal-timeout.ts';
import { PortalUnavailable } from '../errors/portal-unavailable.ts';
import { PortalUnreachable } from '../errors/portal-unreachable.ts';
import { Breaker, type BreakerSettings } from './breaker.ts';
import { lineFailure, type RawAnswer, statusFailure } from './failures.ts';
import { Line, type LineSettings } from './line.ts';
import type { CallOptions, Operation } from './operation.ts';
import { safeCause } from './redaction.ts';
import { withRetries } from './retry.ts';
import { Semaphore } from './semaphore.ts';

/** One HTTP exchange, for telemetry. */
export interface CallRecord {
  readonly operation: string;
  readonly tenant: string;
  /** HTTP status; undefined when none came. */
  readonly status: number | undefined;
  /** Name of the error class; undefined when all was well. */
  readonly error: string | undefined;
  readonly ms: number;
}

export interface CallerSettings extends LineSettings {
  readonly tenant: string;
  readonly timeoutMs: number;
  readonly retryPausesMs: readonly number[];
  readonly breaker: BreakerSettings;
  readonly clock: Clock;
  /** Must not throw. */
  readonly onCall: ((record: CallRecord) => void) | undefined;
}

/** A whole 2xx answer, parsed. */
export interface Answer {
  readonly identity: CallIdentity;
  readonly status: number;
  readonly body: unknown;
}

/** What one exchange came to. */
type Result<T> =
  | { readonly status: number; readonly value: T; readonly failure?: undefined }
  | { readonly status: number; readonly failure: PortalError };

export class Caller {
  readonly #settings: CallerSettings;
  readonly #line: Line;
  readonly #slots: Semaphore;
  readonly breaker: Breaker;

  constructor(settings: CallerSettings) {
    this.#settings = settings;
    this.#line = new Line(settings);
    this.#slots = new Semaphore(settings.connections);
    this.breaker = new Breaker(settings.breaker, settings.clock);
  }

  get tenant(): string {
    return this.#settings.tenant;
  }

  /**
   * Makes a call; a read that fails for a passing reason is repeated.
   * @throws PortalError; the signal's reason when it aborts before anything was sent
   */
  call(operation: Operation, options: CallOptions): Promise<Answer> {
    const identity = { operation: operation.id, tenant: this.tenant, kind: operation.kind };
    const attempt = () =>
      this.#exchange<Answer>(identity, options, async (signal) => {
        const answer = await this.#line.send(operation, signal);
        const ok = answer.status >= 200 && answer.status < 300;
        return ok
          ? {
              status: answer.status,
              value: { identity, status: answer.status, body: parse(identity, answer) },
            }
          : { status: answer.status, failure: statusFailure(identity, operation, answer) };
      });
    return operation.kind === 'read'
      ? withRetries(attempt, this.#settings.retryPausesMs, options)
      : attempt();
  }

  /**
   * The bytes of a signed link.
   * @throws PortalLinkExpired, PortalFileTooLarge, and what `call` throws
   */
  file(operation: string, url: string, maxBytes: number, options: CallOptions): Promise<Buffer> {
    const identity: CallIdentity = { operation, tenant: this.tenant, kind: 'read' };
    const attempt = () =>
      this.#exchange<Buffer>(identity, options, async (signal) => {
        const { status, bytes, contentType, retryAfter } = await this.#line
          .fetchFile(url, maxBytes, signal)
          .catch((error: unknown) => {
            const tooLarge = error instanceof Error && error.message.includes('maxContentLength');
            throw tooLarge ? new PortalFileTooLarge(identity, maxBytes) : error;
          });
        if (status === 403) return { status, failure: new PortalLinkExpired(identity) };
        if (status !== 200) {
          const described: Operation = {
            id: operation,
            method: 'GET',
            kind: 'read',
            path: '',
            addresses: true,
          };
          const answer = { status, text: bytes.toString('utf8'), contentType, retryAfter };
          return { status, failure: statusFailure(identity, described, answer) };
        }
        if (contentType.includes('text/html')) {
          return {
            status,
            failure: new PortalBadAnswer(identity, status, 'an HTML page instead of the file'),
          };
        }
        return { status, value: bytes };
      });
    return withRetries(attempt, this.#settings.retryPausesMs, options);
  }

  close(): void {
    this.#line.close();
  }

  /** One exchange inside slot, breaker, time limit and telemetry. */
  async #exchange<T>(
    identity: CallIdentity,
    options: CallOptions,
    send: (signal: AbortSignal) => Promise<Result<T>>,
  ): Promise<T> {
    return this.#slots.run(options.signal, async () => {
      const timeoutMs = this.#timeLeft(identity, options);
      const waiting = this.breaker.admit();
      if (waiting > 0) throw new PortalCircuitOpen(identity, waiting);
      const started = performance.now();
      // The limit is for the whole exchange: a body that drips in must not outlast it.
      const limit = AbortSignal.timeout(timeoutMs);
      let status: number | undefined;
      try {
        const result = await send(AbortSignal.any([options.signal, limit]));
        status = result.status;
        if (result.failure !== undefined) throw result.failure;
        this.#tell(identity, started, status, undefined);
        this.breaker.succeeded();
        return result.value;
      } catch (error) {
        const failure = asPortalError(identity, error, options.signal, limit, timeoutMs);
        if (failure === undefined) {
          // A fault of our own, not of the portal.
          this.breaker.withdrawn();
          throw error;
        }
        this.#tell(identity, started, status ?? statusOf(failure), failure);
        this.#judge(failure, options);
        throw failure;
      }
    });
  }

  #judge(failure: PortalError, { signal }: CallOptions): void {
    const down =
      failure instanceof PortalUnreachable ||
      failure instanceof PortalTimeout ||
      failure instanceof PortalUnavailable;
    if (signal.aborted) this.breaker.withdrawn();
    else if (down || failure instanceof PortalBadAnswer) this.breaker.failed();
    else this.breaker.succeeded();
  }

  #tell(
    identity: CallIdentity,
    started: number,
    status: number | undefined,
    failure: PortalError | undefined,
  ): void {
    this.#settings.onCall?.({
      operation: identity.operation,
      tenant: identity.tenant,
      status,
      error: failure?.name,
      ms: Math.round(performance.now() - started),
    });
  }

  #timeLeft(identity: CallIdentity, { endsAt }: CallOptions): number {
    const left = endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - performance.now();
    if (left <= 0) throw new PortalTimeout(identity, 'no time left', false);
    return Math.ceil(Math.min(this.#settings.timeoutMs, left));
  }
}

/** What went wrong on the way; undefined when the error is not the line's. */
function asPortalError(
  identity: CallIdentity,
  error: unknown,
  caller: AbortSignal,
  limit: AbortSignal,
  timeoutMs: number,
): PortalError | undefined {
  if (error instanceof PortalError) return error;
  if (!isAxiosError(error)) return undefined;
  // Cancelled on the line: a write may have arrived, so it cannot simply be the caller's abort.
  if (caller.aborted)
    return new PortalTimeout(identity, 'cancelled while under way', true, { cause: caller.reason });
  if (limit.aborted)
    return new PortalTimeout(identity, `no answer within ${timeoutMs} ms`, true, { cause: safeCause(error) });
  return lineFailure(identity, error);
}

function statusOf(failure: PortalError): number | undefined {
  return failure instanceof PortalBadAnswer ? failure.status : undefined;
}

/** The JSON of a 2xx; undefined for an empty body. */
function parse(identity: CallIdentity, answer: RawAnswer): unknown {
  if (answer.text.trim() === '') return undefined;
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const html = answer.contentType.includes('html') || answer.text.trimStart().startsWith('<');
    // The parser's message quotes the body; what it says beyond "not JSON" is none of a log's business.
    throw new PortalBadAnswer(identity, answer.status, html ? 'an HTML page' : 'broken JSON');
  }
}
