/** Scalar functions: the list of those that are imitated. A function that is not here is refused by name. */
import type { Call, Expression } from '../sql/ast.ts';
import { SqlError, unsupported } from '../sql/errors.ts';
import { collate, pgLiteral } from '../sql/pg.ts';
import {
  commonType,
  concatenated,
  isInteger,
  isNumeric,
  isText,
  isUnicode,
  type SqlType,
  type TextType,
  typeName,
} from '../sql/types.ts';
import { cast, implicit } from './convert.ts';
import type { Environment } from './environment.ts';
import type { Value } from './scope.ts';
import { compileSystemFunction } from './system-functions.ts';

export type Compile = (expression: Expression, env: Environment) => Value;
type Implementation = (values: readonly Value[]) => Value;

interface Definition {
  readonly least: number;
  readonly most: number;
  readonly build: Implementation;
}

const int: SqlType = { kind: 'int' };

/** A text result: Unicode when the source is, and variable in length. */
function variable(source: SqlType, length?: number): TextType {
  const own = isText(source) ? source.length : 8000;
  return { kind: isUnicode(source) ? 'nvarchar' : 'varchar', length: length ?? own };
}

function text(value: Value): Value {
  if (isText(value.type)) return value;
  return cast(value, { kind: 'varchar', length: 41 });
}

/** A function of one text that keeps (or shortens) it. */
const textToText = (name: string): Definition => ({
  least: 1,
  most: 1,
  build: ([value]) => {
    const source = text(value as Value);
    return { sql: `${name}(${source.sql})`, type: variable(source.type) };
  },
});

/** A function of a text and a number of characters; the length is known when the number is a literal. */
const piece = (name: string): Definition => ({
  least: 2,
  most: 2,
  build: ([value, count]) => {
    const source = text(value as Value);
    const digits = /^\d+$/.test((count as Value).sql) ? Math.max(1, Number((count as Value).sql)) : undefined;
    return { sql: `${name}(${source.sql}, ${integer(count as Value)})`, type: variable(source.type, digits) };
  },
});

const integer = (value: Value): string => cast(value, int).sql;

const definitions: Readonly<Record<string, Definition>> = {
  RTRIM: textToText('tsql.rtrim'),
  LTRIM: textToText('tsql.ltrim'),
  UPPER: textToText('tsql.upper'),
  LOWER: textToText('tsql.lower'),
  LEFT: piece('tsql.first'),
  RIGHT: piece('tsql.last'),
  TRIM: {
    least: 1,
    most: 1,
    build: ([value]) => {
      const source = text(value as Value);
      return { sql: `tsql.ltrim(tsql.rtrim(${source.sql}))`, type: variable(source.type) };
    },
  },
  LEN: {
    least: 1,
    most: 1,
    build: ([value]) => ({ sql: `tsql.len(${text(value as Value).sql})`, type: int }),
  },
  SUBSTRING: {
    least: 3,
    most: 3,
    build: ([value, start, length]) => {
      const source = text(value as Value);
      return {
        sql: `tsql.sub(${source.sql}, ${integer(start as Value)}, ${integer(length as Value)})`,
        type: variable(source.type),
      };
    },
  },
  REPLACE: {
    least: 3,
    most: 3,
    build: (values) => {
      const [source, search, replacement] = values.map(text) as [Value, Value, Value];
      const unicode = [source, search, replacement].some((value) => isUnicode(value.type));
      // An empty search text leaves the source as it is.
      return {
        sql: `tsql.replace(${source.sql}, ${search.sql}, ${replacement.sql})`,
        type: unicode ? { kind: 'nvarchar', length: 4000 } : { kind: 'varchar', length: 8000 },
      };
    },
  },
  CHARINDEX: {
    least: 2,
    most: 2,
    build: (values) => {
      const [search, source] = values.map(text) as [Value, Value];
      return { sql: `tsql.find(${search.sql}, ${source.sql})`, type: int };
    },
  },
  CONCAT: {
    least: 2,
    most: 254,
    build: (values) => {
      const parts = values.map((value) =>
        value.type.kind === 'null' ? cast(value, { kind: 'varchar', length: 1 }) : text(value),
      );
      const type = parts.map((part) => part.type as TextType).reduce(concatenated);
      const blank = pgLiteral('', { kind: 'varchar', length: 1 });
      const sql = parts
        .map((part) => `COALESCE(${part.sql}, ${blank})`)
        .reduce((left, right) => `tsql.cat(${left}, ${right})`);
      return { sql, type };
    },
  },
  ISNULL: {
    least: 2,
    most: 2,
    build: ([value, replacement]) => {
      const first = value as Value;
      const second = replacement as Value;
      const type = first.type.kind === 'null' ? second.type : first.type;
      // Unlike COALESCE, the result has the first argument's type: the replacement is cut to it.
      return { sql: `COALESCE(${implicit(first, type).sql}, ${cast(second, type).sql})`, type };
    },
  },
  COALESCE: {
    least: 2,
    most: 254,
    build: (values) => {
      const type = values.map((value) => value.type).reduce(commonType);
      return { sql: `COALESCE(${values.map((value) => implicit(value, type).sql).join(', ')})`, type };
    },
  },
  NULLIF: {
    least: 2,
    most: 2,
    build: ([value, other]) => {
      const [left, right] = [value as Value, other as Value];
      const common = commonType(left.type, right.type);
      const equal = `${implicit(left, common).sql} = ${implicit(right, common).sql}`;
      return {
        sql: `(CASE WHEN ${equal} THEN ${pgLiteral(null, left.type)} ELSE ${left.sql} END)`,
        type: left.type,
      };
    },
  },
  ABS: {
    least: 1,
    most: 1,
    build: ([value]) => ({ sql: `abs(${number(value as Value, 'ABS').sql})`, type: (value as Value).type }),
  },
  ROUND: {
    least: 2,
    most: 2,
    build: ([value, digits]) => {
      const source = number(value as Value, 'ROUND');
      if (source.type.kind !== 'decimal') throw unsupported(`ROUND of ${typeName(source.type)}`);
      return { sql: `round(${source.sql}, ${integer(digits as Value)})`, type: source.type };
    },
  },
  FLOOR: whole('floor'),
  CEILING: whole('ceil'),
  NEWID: {
    least: 0,
    most: 0,
    build: () => ({ sql: 'gen_random_uuid()', type: { kind: 'uniqueidentifier' } }),
  },
};

function number(value: Value, name: string): Value {
  if (!isNumeric(value.type)) throw unsupported(`${name} of ${typeName(value.type)}`);
  return value;
}

function whole(name: string): Definition {
  return {
    least: 1,
    most: 1,
    build: ([value]) => {
      const source = number(value as Value, name.toUpperCase());
      if (isInteger(source.type)) return source;
      const type: SqlType = source.type.kind === 'decimal' ? { ...source.type, scale: 0 } : source.type;
      return { sql: `${name}(${source.sql})`, type };
    },
  };
}

/** @throws SqlError 50000 for a function that is not imitated, 174 for a wrong number of arguments. */
export function compileFunction(call: Call, env: Environment, compile: Compile): Value {
  if (call.star || call.distinct || call.over !== undefined)
    throw unsupported(`use of ${call.name} as an aggregate`, call.line);
  const definition = definitions[call.name];
  if (definition === undefined) {
    const system = compileSystemFunction(call, env.context);
    if (system !== undefined) return system;
    throw unsupported(`function ${call.name}`, call.line);
  }
  if (call.arguments.length < definition.least || call.arguments.length > definition.most) {
    throw new SqlError(
      174,
      `The ${call.name.toLowerCase()} function requires ${definition.least} argument(s).`,
      {
        severity: 15,
        line: call.line,
      },
    );
  }
  const value = definition.build(call.arguments.map((argument) => compile(argument, env)));
  return isText(value.type) ? { sql: `(${value.sql} ${collate})`, type: value.type } : value;
}
