/** Remote procedure calls: sp_executesql, and the prepared statements of one connection. All other procedures are 2812. */
import type { TypedValue } from '../compile/context.ts';
import type { Session } from '../engine/session.ts';
import { SqlError, unsupported } from '../sql/errors.ts';
import type { Reply } from './reply.ts';
import type { Rpc, RpcParameter } from './requests.ts';
import { writeReturnHandle, writeReturnStatus } from './tokens.ts';

interface Prepared {
  readonly sql: string;
  /** Names in the order of their declaration, lower case, without the @. */
  readonly names: readonly string[];
}

/** SQL Server takes no more in one request. */
const mostParameters = 2100;

export class Procedures {
  readonly #prepared = new Map<number, Prepared>();
  #lastHandle = 0;

  /** @throws SqlError for what is refused as a whole; errors of statements go to the reply. */
  async call(session: Session, rpc: Rpc, reply: Reply, signal: AbortSignal): Promise<void> {
    const { procedure, parameters } = rpc;
    if (parameters.length > mostParameters) {
      const text = `The incoming request has too many parameters. The server supports a maximum of ${mostParameters} parameters. Reduce the number of parameters and resend the request.`;
      throw new SqlError(8003, text);
    }
    switch (procedure) {
      case 'sp_executesql': {
        const [statement, , ...rest] = parameters;
        return this.#execute(session, text(statement), named(rest), reply, signal);
      }
      case 'sp_prepare':
      case 'sp_prepexec': {
        const [handle, declarations, statement, ...rest] = parameters;
        const prepared = { sql: text(statement), names: declaredNames(declarations?.value ?? '') };
        this.#lastHandle += 1;
        const number = this.#lastHandle;
        this.#prepared.set(number, prepared);
        const output = (): void => writeReturnHandle(reply.out, `@${handle?.name ?? 'handle'}`, number);
        if (procedure === 'sp_prepexec') {
          const values = positional(prepared, rest);
          return this.#execute(session, prepared.sql, values, reply, signal, output);
        }
        return reply.finishProcedure(() => {
          writeReturnStatus(reply.out, 0);
          output();
        });
      }
      case 'sp_execute': {
        const [handle, ...rest] = parameters;
        const prepared = this.#find(handle);
        return this.#execute(session, prepared.sql, positional(prepared, rest), reply, signal);
      }
      case 'sp_unprepare': {
        this.#find(parameters[0]);
        this.#prepared.delete(Number(parameters[0]?.value));
        return reply.finishProcedure(() => writeReturnStatus(reply.out, 0));
      }
      default:
        if (procedure.startsWith('sp_cursor')) throw unsupported(`procedure ${procedure}`);
        throw new SqlError(2812, `Could not find stored procedure '${procedure}'.`, { state: 62 });
    }
  }

  async #execute(
    session: Session,
    sql: string,
    values: ReadonlyMap<string, TypedValue>,
    reply: Reply,
    signal: AbortSignal,
    output: () => void = () => undefined,
  ): Promise<void> {
    await session.run({ sql, parameters: values, sink: reply, signal }, true);
    reply.finishProcedure(() => {
      writeReturnStatus(reply.out, reply.failed ? 1 : 0);
      output();
    });
  }

  #find(handle: RpcParameter | undefined): Prepared {
    const prepared = this.#prepared.get(Number(handle?.value));
    if (prepared === undefined)
      throw new SqlError(8179, `Could not find prepared statement with handle ${handle?.value}.`);
    return prepared;
  }
}

function text(parameter: RpcParameter | undefined): string {
  if (parameter === undefined || parameter.value === null)
    throw new SqlError(214, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.");
  return parameter.value;
}

function named(parameters: readonly RpcParameter[]): Map<string, TypedValue> {
  for (const parameter of parameters) {
    if (parameter.output) throw unsupported(`output parameter @${parameter.name}`);
    if (parameter.name === '') throw unsupported('positional parameter of sp_executesql');
  }
  return new Map(parameters.map(({ name, type, value }) => [name.toLowerCase(), { type, value }]));
}

/** Values of a prepared statement: by name when they have one, else by place. */
function positional(prepared: Prepared, parameters: readonly RpcParameter[]): Map<string, TypedValue> {
  return new Map(
    parameters.map(({ name, type, value }, i) => [
      name === '' ? (prepared.names[i] ?? '') : name.toLowerCase(),
      { type, value },
    ]),
  );
}

/** `@a int, @b nvarchar(10)` → a, b. */
function declaredNames(declarations: string): string[] {
  return [...declarations.matchAll(/@(\w+)/g)].map((match) => (match[1] ?? '').toLowerCase());
}
