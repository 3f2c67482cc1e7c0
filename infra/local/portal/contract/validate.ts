/**
 * Validation of every request and response against the contract (Ajv 2020, compiled once per schema on first use).
 *
 * Requests are held to the letter. Responses accept date-times without an offset, because the CFDI's own stamp time is
 * local time without zone and the portal hands it through.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { PortalRefusal } from '../refusal.ts';
import type { Contract, Operation, Parameter } from './contract.ts';

export type Query = Readonly<Record<string, string | number | boolean | string[]>>;

const LENIENT_DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

export class Validator {
  readonly #requests: Ajv2020;
  readonly #responses: Ajv2020;
  readonly #queries = new Map<string, ValidateFunction>();

  constructor(contract: Contract) {
    this.#requests = ajvFor(contract.document);
    this.#responses = ajvFor(contract.document);
    this.#responses.addFormat('date-time', LENIENT_DATE_TIME);
  }

  /**
   * The typed query of a request.
   * @throws PortalRefusal (400) that names the parameter at fault; unknown parameters are faults too
   */
  query(operation: Operation, given: URLSearchParams): Query {
    const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
    const query: Record<string, string | number | boolean | string[]> = {};
    for (const name of new Set(given.keys())) {
      const parameter = parameters.find((candidate) => candidate.name === name);
      if (parameter === undefined)
        throw new PortalRefusal(
          'GENERAL__BAD_REQUEST',
          `query/${name} is not a parameter of ${operation.id}`,
        );
      query[name] = coerce(parameter, given.getAll(name));
    }
    const check = this.#queryCheck(operation, parameters);
    if (!check(query)) throw new PortalRefusal('GENERAL__BAD_REQUEST', describe('query', check.errors));
    return query;
  }

  /** @throws PortalRefusal (400) naming what is wrong in the body */
  body(operation: Operation, body: Json): void {
    if (operation.body === undefined) return;
    const check = compiled(this.#requests, operation.body);
    if (!check(body)) throw new PortalRefusal('GENERAL__BAD_REQUEST', describe('body', check.errors));
  }

  /** What is wrong with a reply of ours, or undefined. A status that the contract does not name is an error body. */
  response(operation: Operation, status: number, body: Json | undefined): string | undefined {
    const pointer =
      operation.responses.get(status) ?? (status >= 400 ? '#/components/schemas/PortalError' : undefined);
    if (pointer === undefined) return `status ${status} is not in the contract of ${operation.id}`;
    if (pointer === '') return undefined;
    return this.fault(pointer.replace('#/components/schemas/', ''), body);
  }

  /** What is wrong with a value of a response schema, or undefined. */
  fault(schema: string, value: Json | undefined): string | undefined {
    const check = compiled(this.#responses, `#/components/schemas/${schema}`);
    return check(value) ? undefined : describe('body', check.errors);
  }

  #queryCheck(operation: Operation, parameters: Parameter[]): ValidateFunction {
    let check = this.#queries.get(operation.id);
    if (check === undefined) {
      check = this.#requests.compile({
        type: 'object',
        required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
        properties: Object.fromEntries(parameters.map((p) => [p.name, absolute(p.schema)])),
      });
      this.#queries.set(operation.id, check);
    }
    return check;
  }
}

function ajvFor(document: JsonObject): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'portal' });
  return ajv;
}

function compiled(ajv: Ajv2020, pointer: string): ValidateFunction {
  const check = ajv.getSchema(`portal${pointer}`);
  if (check === undefined) throw new Error(`stand-in: no schema ${pointer}`);
  return check;
}

/** The schema with its references made absolute, so that it can be compiled outside the document. */
function absolute(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `portal${value}` : absolute(value),
    ]),
  );
}

function coerce(parameter: Parameter, values: string[]): string | number | boolean | string[] {
  const value = values.at(-1) ?? '';
  switch (parameter.schema.type) {
    case 'array':
      return values;
    case 'integer':
      return /^-?\d+$/.test(value) ? Number(value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    default:
      return value;
  }
}

function describe(where: string, errors: ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (error === undefined) return `${where} is invalid`;
  const extra = error.params.additionalProperty ?? error.params.allowedValues;
  return `${where}${error.instancePath} ${error.message ?? 'is invalid'}${extra === undefined ? '' : ` (${String(extra)})`}`;
}
