/**
 * What PostgreSQL needs to behave like SQL Server: a collation, and functions in the schema `tsql` that keep the
 * trailing blanks which PostgreSQL's own text functions strip from CHAR, and that fail with SQL Server's numbers.
 *
 * All text is `bpchar` (CHAR without or with a length): its comparison ignores trailing blanks, and the collation
 * ignores case. The `internal` functions are PostgreSQL's own, declared again over bpchar (same bytes as text) so
 * that no cast strips anything. A SQLSTATE `Tnnnn` is SQL Server's error nnnn (see pg-errors.ts).
 */

/** Collations that a server can have. */
export const collations = ['SQL_Latin1_General_CP1_CI_AS', 'SQL_Latin1_General_CP1_CS_AS'] as const;
export type CollationName = (typeof collations)[number];

/** The SQL that prepares an empty PostgreSQL database. */
export function preludeSql(collation: CollationName): string {
  const caseSensitive = collation === 'SQL_Latin1_General_CP1_CS_AS';
  // The usual spelling und-u-ks-level2 is accepted by PGlite and does nothing.
  const create = caseSensitive
    ? `CREATE COLLATION tsql.server (provider = icu, locale = 'und')`
    : `CREATE COLLATION tsql.server (provider = icu, locale = 'und@colStrength=secondary', deterministic = false)`;
  const fold = caseSensitive ? '$1' : `tsql.lower($1 COLLATE "und-x-icu")`;
  const fold2 = caseSensitive ? '$2' : `tsql.lower($2 COLLATE "und-x-icu")`;
  return `
CREATE SCHEMA tsql;
${create};

CREATE FUNCTION tsql.cat(bpchar, bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textcat';
CREATE FUNCTION tsql.rtrim(bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'rtrim1';
CREATE FUNCTION tsql.ltrim(bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'ltrim1';
CREATE FUNCTION tsql.upper(bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'upper';
CREATE FUNCTION tsql.lower(bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'lower';
CREATE FUNCTION tsql.sub(bpchar, int, int) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_substr';
CREATE FUNCTION tsql.rawlen(bpchar) RETURNS int LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textlen';
CREATE FUNCTION tsql.len(bpchar) RETURNS int LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'bpcharlen';
CREATE FUNCTION tsql.replace(bpchar, bpchar, bpchar) RETURNS bpchar LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'replace_text';
CREATE FUNCTION tsql.raw(bpchar, int) RETURNS text LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'text_substr_no_len';

CREATE FUNCTION tsql.first(bpchar, int) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN
  IF $2 < 0 THEN RAISE EXCEPTION 'Invalid length parameter passed to the LEFT function.' USING ERRCODE = 'T0537'; END IF;
  RETURN tsql.sub($1, 1, $2);
END $$;
CREATE FUNCTION tsql.last(bpchar, int) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN
  IF $2 < 0 THEN RAISE EXCEPTION 'Invalid length parameter passed to the RIGHT function.' USING ERRCODE = 'T0536'; END IF;
  RETURN tsql.sub($1, greatest(1, tsql.rawlen($1) - $2 + 1), $2);
END $$;
CREATE FUNCTION tsql.find(bpchar, bpchar) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT strpos(tsql.raw(${fold2}, 1) COLLATE "C", tsql.raw(${fold}, 1) COLLATE "C")
$$;

CREATE FUNCTION tsql.matches(bpchar, bpchar, text, unicode boolean) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  subject text := tsql.raw(${fold}, 1);
  pattern text := tsql.raw(${fold2}, 1);
BEGIN
  IF strpos(pattern COLLATE "C", '[') > 0 THEN
    RAISE EXCEPTION 'stand-in: unsupported LIKE pattern with [' USING ERRCODE = 'TUNSU';
  END IF;
  -- For non-Unicode text the trailing blanks of the subject (not of the pattern) are ignored.
  RETURN (subject COLLATE "C") LIKE (pattern COLLATE "C") ESCAPE $3
    OR (NOT unicode AND (rtrim(subject) COLLATE "C") LIKE (pattern COLLATE "C") ESCAPE $3);
END $$;

CREATE FUNCTION tsql.to_integer(bpchar, type text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE trimmed text COLLATE "C" := btrim(tsql.raw($1, 1));
BEGIN
  IF trimmed = '' THEN RETURN 0; END IF;
  IF trimmed !~ '^[+-]?[0-9]+$' THEN
    RAISE EXCEPTION 'Conversion failed when converting the varchar value ''%'' to data type %.', rtrim(tsql.raw($1, 1)), type USING ERRCODE = 'T0245';
  END IF;
  RETURN trimmed::bigint;
END $$;
CREATE FUNCTION tsql.to_decimal(bpchar) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE trimmed text COLLATE "C" := btrim(tsql.raw($1, 1));
BEGIN
  IF trimmed !~ '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$' THEN
    RAISE EXCEPTION 'Error converting data type varchar to numeric.' USING ERRCODE = 'T8114';
  END IF;
  RETURN trimmed::numeric;
END $$;
CREATE FUNCTION tsql.to_float(bpchar) RETURNS float8 LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE trimmed text COLLATE "C" := btrim(tsql.raw($1, 1));
BEGIN
  IF trimmed = '' THEN RETURN 0; END IF;
  IF trimmed !~* '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?$' THEN
    RAISE EXCEPTION 'Error converting data type varchar to float.' USING ERRCODE = 'T8114';
  END IF;
  RETURN trimmed::float8;
END $$;
CREATE FUNCTION tsql.to_instant(bpchar) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE trimmed text COLLATE "C" := btrim(tsql.raw($1, 1));
BEGIN
  IF trimmed !~ '^([0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,7})?)?)?$' THEN
    IF trimmed ~ '^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}' OR trimmed ~* '^[a-z]{3,}' THEN
      RAISE EXCEPTION 'stand-in: unsupported date format % (write YYYYMMDD or ISO 8601)', trimmed USING ERRCODE = 'TUNSU';
    END IF;
    RAISE EXCEPTION 'Conversion failed when converting date and/or time from character string.' USING ERRCODE = 'T0241';
  END IF;
  RETURN trimmed::timestamp;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
  RAISE EXCEPTION 'Conversion failed when converting date and/or time from character string.' USING ERRCODE = 'T0241';
END $$;
CREATE FUNCTION tsql.to_guid(bpchar) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE trimmed text COLLATE "C" := btrim(tsql.raw($1, 1));
BEGIN
  IF trimmed !~* '^([{][0-9a-f-]{36}[}]|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})' THEN
    RAISE EXCEPTION 'Conversion failed when converting from a character string to uniqueidentifier.' USING ERRCODE = 'T8169';
  END IF;
  RETURN left(btrim(trimmed, '{}'), 36)::uuid;
END $$;
CREATE FUNCTION tsql.from_number(text, length int, star boolean) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN
  IF char_length($1) <= length THEN RETURN $1::bpchar; END IF;
  IF star THEN RETURN '*'; END IF;
  RAISE EXCEPTION 'Arithmetic overflow error converting numeric to data type varchar.' USING ERRCODE = 'T8115';
END $$;

CREATE FUNCTION tsql.fit(bpchar, length int, place text, col text) RETURNS bpchar LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN
  IF tsql.len($1) > length THEN
    RAISE EXCEPTION 'String or binary data would be truncated in table ''%'', column ''%''. Truncated value: ''%''.',
      place, col, left(tsql.raw($1, 1), length) USING ERRCODE = 'T2628';
  END IF;
  -- Blanks beyond the length go silently.
  RETURN CASE WHEN tsql.rawlen($1) > length THEN tsql.sub($1, 1, length) ELSE $1 END;
END $$;
`;
}
