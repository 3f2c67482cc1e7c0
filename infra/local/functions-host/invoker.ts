/**
 * Runs a function as Microsoft's worker does: arguments from RPC data, hooks, the function, hooks, the response. Counts what
 * runs, and ends a run that takes longer than `functionTimeout`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Log } from './log.ts';
import type {
  CoreInvocationContext,
  RpcInvocationRequest,
  RpcInvocationResponse,
  RpcParameterBinding,
  RpcTypedData,
} from './rpc.ts';
import type { RegisteredFunction, Worker } from './worker.ts';

export interface InvocationInput {
  readonly inputData: RpcParameterBinding[];
  readonly triggerMetadata?: Record<string, RpcTypedData>;
  /** W3C parent of the trigger (a message's `Diagnostic-Id`, a request's `traceparent`). */
  readonly traceParent?: string | undefined;
  /** Id to use, when the trigger needs to know it beforehand. */
  readonly invocationId?: string;
}

export type InvocationOutcome =
  | { readonly ok: true; readonly response: RpcInvocationResponse }
  | { readonly ok: false; readonly error: Error };

/** A run that took longer than `functionTimeout`. The real host then replaces the worker process. */
export class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

/** What the log gives as the reason of a run that was asked for. */
export const manualReason = 'This function was programmatically called via the host APIs.';

export interface Invoker {
  /** Runs it once. Never rejects: a failure is an outcome. */
  invoke(target: RegisteredFunction, input: InvocationInput, reason: string): Promise<InvocationOutcome>;
  readonly counts: Readonly<{ running: number; succeeded: number; failed: number }>;
  /** Resolves when nothing is running. */
  idle(): Promise<void>;
}

export interface InvokerOptions {
  readonly worker: Worker;
  readonly log: Log;
  readonly functionTimeoutMs: number | undefined;
  /** Carries out the output bindings; a failure fails the invocation. */
  readonly writeOutputs: (target: RegisteredFunction, response: RpcInvocationResponse) => Promise<void>;
  readonly onTimeout?: ((functionName: string) => void) | undefined;
}

/** Makes the invoker of one loaded application. */
export function createInvoker({
  worker,
  log,
  functionTimeoutMs,
  writeOutputs,
  onTimeout,
}: InvokerOptions): Invoker {
  const counts = { running: 0, succeeded: 0, failed: 0 };
  let whenIdle: (() => void)[] = [];

  async function run(
    target: RegisteredFunction,
    request: RpcInvocationRequest,
  ): Promise<RpcInvocationResponse> {
    const { metadata } = target;
    let invocationContext: unknown;
    const coreContext: CoreInvocationContext = {
      invocationId: request.invocationId,
      request,
      metadata,
      state: undefined,
      log(level, category, message) {
        const entry = { level, category, message, invocationContext };
        worker.runLogHooks(entry);
        log(entry.level, `Function.${metadata.name}${category === 'user' ? '.User' : ''}`, entry.message);
      },
    };
    const model = worker.programmingModel.getInvocationModel(coreContext);
    const { context, inputs } = await model.getArguments();
    invocationContext = context;
    const shared = { hookData: {}, appHookData: worker.appHookData, invocationContext: context };

    const before = { ...shared, functionCallback: target.callback, inputs };
    coreContext.state = 'preInvocationHooks';
    await worker.runHooks('preInvocation', before);

    const after: { inputs: unknown[]; result: unknown; error: unknown } & typeof shared = {
      ...shared,
      inputs: before.inputs,
      result: null,
      error: null,
    };
    coreContext.state = 'invocation';
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    coreContext.state = 'postInvocationHooks';
    await worker.runHooks('postInvocation', after);
    coreContext.state = undefined;
    if (after.error !== null && after.error !== undefined) throw after.error;

    const response = await model.getResponse(context, after.result);
    await writeOutputs(target, response);
    return response;
  }

  return {
    counts,
    idle: () => (counts.running === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    async invoke(target, input, reason) {
      const { name } = target.metadata;
      const invocationId = input.invocationId ?? randomUUID();
      log(
        'information',
        `Function.${name}`,
        `Executing 'Functions.${name}' (Reason='${reason}', Id=${invocationId})`,
      );
      const started = performance.now();
      const took = (): string => `Id=${invocationId}, Duration=${Math.round(performance.now() - started)}ms`;
      counts.running += 1;
      try {
        const request: RpcInvocationRequest = {
          invocationId,
          functionId: name,
          inputData: input.inputData,
          triggerMetadata: input.triggerMetadata ?? {},
          traceContext: { traceParent: childOf(input.traceParent), traceState: '', attributes: {} },
        };
        const response = await withTimeout(run(target, request), functionTimeoutMs, name);
        counts.succeeded += 1;
        log('information', `Function.${name}`, `Executed 'Functions.${name}' (Succeeded, ${took()})`);
        return { ok: true, response };
      } catch (reasonOfFailure) {
        const error = reasonOfFailure instanceof Error ? reasonOfFailure : new Error(String(reasonOfFailure));
        counts.failed += 1;
        log('error', `Function.${name}`, `Executed 'Functions.${name}' (Failed, ${took()}) ${error.stack}`);
        if (error instanceof FunctionTimeoutError) onTimeout?.(name);
        return { ok: false, error };
      } finally {
        counts.running -= 1;
        if (counts.running === 0) {
          for (const resolve of whenIdle) resolve();
          whenIdle = [];
        }
      }
    },
  };
}

async function withTimeout<Result>(
  work: Promise<Result>,
  ms: number | undefined,
  name: string,
): Promise<Result> {
  if (ms === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new FunctionTimeoutError(`Timeout value of ${ms} ms exceeded by function: Functions.${name}`));
    }, ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** A new span in the parent's trace, or in a new trace (W3C trace context). */
function childOf(parent: string | undefined): string {
  const trace = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent ?? '')?.[1];
  return `00-${trace ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
