/**
 * Functions about the server, the session and the hour. Their arguments are literals or parameters, and their value is
 * found when the statement runs.
 */
import type { Call, Expression } from '../sql/ast.ts';
import { unsupported } from '../sql/errors.ts';
import { pgLiteral } from '../sql/pg.ts';
import type { SqlType } from '../sql/types.ts';
import type { CompileContext, Operation, RunContext } from './context.ts';
import type { Value } from './scope.ts';

const int: SqlType = { kind: 'int' };
const sysname: SqlType = { kind: 'nvarchar', length: 128 };

/** What SERVERPROPERTY knows. SQL Server returns sql_variant; here it is nvarchar. */
export const serverProperties: Record<string, string> = {
  PRODUCTVERSION: '15.0.2000.5',
  PRODUCTLEVEL: 'RTM',
  EDITION: 'Stand-in Edition (64-bit)',
  SERVERNAME: 'STANDIN',
};

/** Gives an argument's text when the statement runs. */
type Argument = (run: RunContext) => string | null;

type Definition = (args: readonly Argument[], context: CompileContext, call: Call) => Value;

const definitions: Readonly<Record<string, Definition>> = {
  GETUTCDATE: (_args, context) => now(context, 'utcNow', { kind: 'datetime' }),
  SYSUTCDATETIME: (_args, context) => now(context, 'utcNow', { kind: 'datetime2', scale: 7 }),
  GETDATE: (_args, context) => now(context, 'localNow', { kind: 'datetime' }),
  SYSDATETIME: (_args, context) => now(context, 'localNow', { kind: 'datetime2', scale: 7 }),
  DB_NAME: (args, context) => {
    const [id] = args;
    if (id !== undefined) throw unsupported('DB_NAME with an argument');
    return { sql: pgLiteral(context.database.name, sysname), type: sysname };
  },
  DB_ID: ([name], context) =>
    run(context, int, (state) => {
      const id = context.catalogue.databaseId(
        name === undefined ? context.database.name : (name(state) ?? ''),
      );
      return id === undefined ? null : String(id);
    }),
  OBJECT_ID: ([name], context) =>
    run(context, int, (state) => {
      const parts = nameParts(name?.(state) ?? '');
      const database = parts.length === 3 ? context.catalogue.database(parts[0] ?? '') : context.database;
      const table = database?.table(parts.at(-1) ?? '');
      const index = table === undefined || database === undefined ? -1 : database.tables.indexOf(table);
      return index < 0 ? null : String(100_000_000 + index);
    }),
  SUSER_SNAME: (_args, context) => run(context, sysname, (state) => state.login),
  SUSER_NAME: (_args, context) => run(context, sysname, (state) => state.login),
  HAS_DBACCESS: ([name], context) =>
    run(context, int, (state) => {
      const may = state.mayEnter(name?.(state) ?? '');
      return may === undefined ? null : may ? '1' : '0';
    }),
  HAS_PERMS_BY_NAME: ([securable, kind, permission], context, call) =>
    run(context, int, (state) => {
      const operation = (permission?.(state) ?? '').toUpperCase();
      const object = (kind?.(state) ?? '').toUpperCase();
      if (object !== 'OBJECT') throw unsupported(`HAS_PERMS_BY_NAME of ${object || 'the server'}`, call.line);
      if (!['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(operation)) {
        throw unsupported(`HAS_PERMS_BY_NAME for ${operation}`, call.line);
      }
      const parts = nameParts(securable?.(state) ?? '');
      const database = parts.length === 3 ? (parts[0] ?? '') : context.database.name;
      const may = state.mayUse(database, parts.at(-1) ?? '', operation as Operation);
      return may === undefined ? null : may ? '1' : '0';
    }),
  SERVERPROPERTY: ([name], context, call) =>
    run(context, sysname, (state) => {
      const property = (name?.(state) ?? '').toUpperCase();
      const value = property === 'COLLATION' ? state.collation : serverProperties[property];
      if (value === undefined) throw unsupported(`SERVERPROPERTY('${property}')`, call.line);
      return value;
    }),
  DATABASEPROPERTYEX: ([name, which], context, call) =>
    run(context, sysname, (state) => {
      const property = (which?.(state) ?? '').toUpperCase();
      if (property !== 'COLLATION' && property !== 'STATUS')
        throw unsupported(`DATABASEPROPERTYEX('${property}')`, call.line);
      if (context.catalogue.database(name?.(state) ?? '') === undefined) return null;
      return property === 'COLLATION' ? state.collation : 'ONLINE';
    }),
};

/** The function's value, or undefined when it is not one of these. */
export function compileSystemFunction(call: Call, context: CompileContext): Value | undefined {
  const definition = definitions[call.name];
  if (definition === undefined) return undefined;
  return definition(
    call.arguments.map((argument) => constant(argument, context, call)),
    context,
    call,
  );
}

function run(context: CompileContext, type: SqlType, value: Argument): Value {
  return { sql: context.slot((state) => pgLiteral(value(state), type)), type };
}

function now(context: CompileContext, which: 'utcNow' | 'localNow', type: SqlType): Value {
  return run(context, type, (state) => state[which]);
}

function constant(argument: Expression, context: CompileContext, call: Call): Argument {
  if (argument.node === 'literal') return () => argument.value;
  if (argument.node === 'parameter') {
    context.parameterType(argument.name, argument.line);
    return (state) => state.parameters.get(argument.name.toLowerCase())?.value ?? null;
  }
  throw unsupported(`${call.name} of an expression (only literals and parameters)`, call.line);
}

/** `[A].dbo.[B]` → A, dbo, B. */
function nameParts(name: string): string[] {
  return [...name.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
