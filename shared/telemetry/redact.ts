/**
 * Keeps secrets, bank data and bodies out of logs, whoever writes them.
 *
 * Three nets: field names that say "secret", values that were registered as secret (`hideValue`, called by `Secret`),
 * and patterns of credentials and bank accounts in free text (the import binary's output, driver messages).
 */

export const redacted = '[redacted]';

/** Longer texts are cut: a log line is no place for a document. */
const longestText = 2_000;
const deepest = 6;
const longestList = 50;

/** Shorter values are not registered: hiding "sa" everywhere would make logs unreadable and hide nothing. */
const shortestSecret = 6;

const secretWords = new Set([
  'password',
  'passwd',
  'pwd',
  'secret',
  'key',
  'apikey',
  'authorization',
  'clabe',
  'account',
  'token',
  'cookie',
  'credential',
  'credentials',
  'sas',
]);
const secretNames = /connection_?string|^body$|^xml$|^addenda$/i;

const patterns: readonly [RegExp, string][] = [
  // Azure connection strings and SAS links.
  [/(SharedAccessKey|AccountKey|SharedAccessSignature)=[^;\s"']+/gi, `$1=${redacted}`],
  [/([?&](?:sig|signature|token|key)=)[^&\s"']+/gi, `$1${redacted}`],
  // SQL connection strings and command lines.
  [/\b(password|pwd|secret|clave|contraseña)(\s*[=:]\s*)[^;\s"']+/gi, `$1$2${redacted}`],
  [/\b(authorization\s*[=:]\s*)(bearer|basic)?\s*[^\s"',;]+/gi, `$1${redacted}`],
  // CLABE: exactly 18 digits.
  [/(?<!\d)\d{18}(?!\d)/g, redacted],
];

const hidden = new Set<string>();

/** From now on `value` appears in no log of this process. Blank and very short values are ignored. */
export function hideValue(value: string): void {
  if (value.trim().length >= shortestSecret) hidden.add(value);
}

/** `text` without registered values, credentials or bank accounts, cut to a bearable length. */
export function redactText(text: string, longest = longestText): string {
  let out = text;
  for (const value of hidden) out = out.replaceAll(value, redacted);
  for (const [pattern, replacement] of patterns) out = out.replace(pattern, replacement);
  return out.length > longest ? `${out.slice(0, longest)}… (${out.length} characters)` : out;
}

/** A copy of `fields` that may be written: secrets gone, errors readable, bytes counted, depth and length bounded. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(source: object, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue;
    out[name] = isSecretName(name) ? redacted : redactValue(value, depth);
  }
  return out;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return '[deeper]';
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) {
    const shown = value.slice(0, longestList).map((item) => redactValue(item, depth + 1));
    return value.length > longestList ? [...shown, `… ${value.length} items`] : shown;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth + 1);
  return redactObject(value, depth + 1);
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message),
    ...('code' in error ? { code: redactValue(error.code, depth + 1) } : {}),
    ...('number' in error ? { number: redactValue(error.number, depth + 1) } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) }),
  };
}

/** `apiKey`, `API_KEY` and `key` are secret; `keyset` and `monkey` are not: whole words decide. */
function isSecretName(name: string): boolean {
  if (secretNames.test(name)) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return words.some((word) => secretWords.has(word.toLowerCase()));
}
