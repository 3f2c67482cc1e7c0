/** Compares what a command needs with what a database has. */
import { familyOf, type Tables } from './contract.ts';
import type { FoundColumns } from './read.ts';

/** @returns one short English phrase per fault, in the order of the contract; empty when all is there. */
export function schemaFaults(needed: Tables, found: FoundColumns): string[] {
  return Object.entries(needed).flatMap(([table, columns]) => {
    const there = found.get(table.toUpperCase());
    if (there === undefined) return [`table ${table} is missing or not readable`];
    return Object.entries(columns).flatMap(([column, family]) => {
      const type = there.get(column.toUpperCase());
      if (type === undefined) return [`column ${table}.${column} is missing`];
      return familyOf(type) === family ? [] : [`column ${table}.${column} is ${type}, not ${family}`];
    });
  });
}
