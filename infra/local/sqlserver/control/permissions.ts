/**
 * What each login may do. The first login is like `sa`: everything. Others have grants, and what is not granted is error
 * 229; a database without any grant is closed to them (916, at login 4060).
 */
import type { ObjectUse, Operation } from '../compile/context.ts';
import type { Catalogue } from '../schema/catalogue.ts';
import { SqlError } from '../sql/errors.ts';

export interface Grant {
  readonly database: string;
  /** A table, or `*` for all. */
  readonly table: string;
  readonly operations: readonly Operation[];
}

export interface Login {
  readonly user: string;
  readonly password: string;
  /** Absent = everything is allowed. */
  readonly grants?: readonly Grant[];
}

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

export class Permissions {
  readonly #logins: readonly Login[];
  readonly #catalogue: Catalogue;

  /** @throws when a grant names a database or a table that does not exist. */
  constructor(logins: readonly Login[], catalogue: Catalogue) {
    this.#logins = logins;
    this.#catalogue = catalogue;
    for (const grant of logins.flatMap((login) => login.grants ?? [])) {
      const database = catalogue.database(grant.database);
      if (database === undefined) throw new Error(`grant on unknown database ${grant.database}`);
      if (grant.table !== '*' && database.table(grant.table) === undefined) {
        throw new Error(`grant on unknown table ${grant.database}.dbo.${grant.table}`);
      }
    }
  }

  /** Whether the login exists with that password; the user's name ignores case. */
  authenticates(user: string, password: string): boolean {
    return this.#logins.some((login) => same(login.user, user) && login.password === password);
  }

  /** Undefined when the database does not exist. */
  mayEnter(user: string, database: string): boolean | undefined {
    const found = this.#catalogue.database(database);
    if (found === undefined) return undefined;
    const grants = this.#grants(user);
    return (
      grants === undefined ||
      found.name === 'master' ||
      grants.some((grant) => same(grant.database, found.name))
    );
  }

  /** Undefined when the table does not exist. */
  mayUse(user: string, database: string, table: string, operation: Operation): boolean | undefined {
    if (this.#catalogue.database(database)?.table(table) === undefined) return undefined;
    const grants = this.#grants(user);
    if (grants === undefined) return true;
    return grants.some(
      (grant) =>
        same(grant.database, database) &&
        (grant.table === '*' || same(grant.table, table)) &&
        grant.operations.includes(operation),
    );
  }

  /** @throws SqlError 229 or 916 for the first object that the login may not use so. */
  check(user: string, objects: readonly ObjectUse[]): void {
    for (const { database, table, operation } of objects) {
      if (this.mayEnter(user, database) === false) {
        throw new SqlError(
          916,
          `The server principal "${user}" is not able to access the database "${database}" under the current security context.`,
          { severity: 14 },
        );
      }
      if (this.mayUse(user, database, table, operation) === false) {
        throw new SqlError(
          229,
          `The ${operation} permission was denied on the object '${table}', database '${database}', schema 'dbo'.`,
          { severity: 14, state: 5 },
        );
      }
    }
  }

  #grants(user: string): readonly Grant[] | undefined {
    return this.#logins.find((login) => same(login.user, user))?.grants;
  }
}
