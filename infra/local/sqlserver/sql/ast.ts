/**
 * The syntax tree: exactly the part of T-SQL that the stand-in imitates. What has no node here cannot get through.
 */
import type { SqlType } from './types.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expression =
  | { readonly node: 'literal'; readonly type: SqlType; readonly value: string | null }
  | { readonly node: 'parameter'; readonly name: string; readonly line: number }
  | { readonly node: 'global'; readonly name: string; readonly line: number }
  | {
      readonly node: 'column';
      readonly qualifier: readonly string[];
      readonly name: string;
      readonly line: number;
    }
  | { readonly node: 'negate'; readonly operand: Expression }
  | {
      readonly node: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly node: 'case';
      readonly operand?: Expression;
      readonly whens: readonly { readonly when: Expression | Predicate; readonly result: Expression }[];
      readonly otherwise?: Expression;
    }
  | { readonly node: 'cast'; readonly operand: Expression; readonly type: SqlType }
  | Call
  | { readonly node: 'subquery'; readonly query: Query };

export interface Call {
  readonly node: 'call';
  /** Upper case. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly over?: { readonly partitionBy: readonly Expression[]; readonly orderBy: readonly OrderItem[] };
  readonly line: number;
}

export type Predicate =
  | {
      readonly node: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly node: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly node: 'not'; readonly operand: Predicate }
  | { readonly node: 'isNull'; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly node: 'between';
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly node: 'in';
      readonly operand: Expression;
      readonly source: readonly Expression[] | Query;
      readonly negated: boolean;
    }
  | {
      readonly node: 'like';
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape?: Expression;
      readonly negated: boolean;
    }
  | { readonly node: 'exists'; readonly query: Query };

export interface OrderItem {
  readonly expression: Expression;
  readonly descending: boolean;
}

export interface Query {
  readonly node: 'query';
  readonly ctes: readonly {
    readonly name: string;
    readonly columns?: readonly string[];
    readonly query: Query;
  }[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly offset?: Expression;
  readonly fetch?: Expression;
}

export type QueryBody =
  | Select
  | {
      readonly node: 'set';
      readonly operator: 'UNION' | 'UNION ALL' | 'EXCEPT' | 'INTERSECT';
      readonly left: QueryBody;
      readonly right: QueryBody;
    };

export interface Select {
  readonly node: 'select';
  readonly distinct: boolean;
  readonly top?: Expression;
  readonly items: readonly SelectItem[];
  readonly from?: Source;
  readonly where?: Predicate;
  readonly groupBy: readonly Expression[];
  readonly having?: Predicate;
}

export type SelectItem =
  | { readonly node: 'star'; readonly qualifier: readonly string[]; readonly line: number }
  | { readonly node: 'item'; readonly expression: Expression; readonly alias?: string };

export interface TableName {
  /** As written: [database, schema, table], from the right; schema and database may be missing. */
  readonly parts: readonly string[];
  readonly line: number;
}

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS' | 'CROSS APPLY' | 'OUTER APPLY';

export type Source =
  | {
      readonly node: 'table';
      readonly name: TableName;
      readonly alias?: string;
      readonly hints: readonly string[];
    }
  | {
      readonly node: 'derived';
      readonly query: Query;
      readonly alias: string;
      readonly columns?: readonly string[];
    }
  | {
      readonly node: 'values';
      readonly rows: readonly (readonly Expression[])[];
      readonly alias: string;
      readonly columns: readonly string[];
    }
  | {
      readonly node: 'join';
      readonly kind: JoinKind;
      readonly left: Source;
      readonly right: Source;
      readonly on?: Predicate;
    };

export interface Assignment {
  readonly column: { readonly qualifier: readonly string[]; readonly name: string; readonly line: number };
  readonly value: Expression;
}

export type Statement = {
  readonly line: number /** From the comment before it. */;
  readonly name?: string;
} & (
  | { readonly node: 'select'; readonly query: Query }
  | {
      readonly node: 'insert';
      readonly target: TableName;
      readonly columns?: readonly string[];
      readonly output: readonly SelectItem[];
      readonly source: readonly (readonly Expression[])[] | Query;
    }
  | {
      readonly node: 'update';
      readonly target: TableName;
      readonly assignments: readonly Assignment[];
      readonly output: readonly SelectItem[];
      readonly from?: Source;
      readonly where?: Predicate;
    }
  | {
      readonly node: 'delete';
      readonly target: TableName;
      readonly output: readonly SelectItem[];
      readonly from?: Source;
      readonly where?: Predicate;
    }
  | { readonly node: 'set'; readonly option: string; readonly value: string }
  | { readonly node: 'transaction'; readonly action: 'begin' | 'commit' | 'rollback' }
  | { readonly node: 'execute'; readonly procedure: string }
);
