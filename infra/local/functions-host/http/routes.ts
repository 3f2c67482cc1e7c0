/**
 * Routes of HTTP triggers, in the template language of ASP.NET Core as far as the stand-in supports it: literals, `{name}`,
 * `{name?}`, `{name:int}`, `{name:guid}`, `{name:alpha}` and `{*rest}`. Literals match whatever their case.
 */

interface Segment {
  readonly kind: 'literal' | 'parameter' | 'rest';
  /** The literal in lower case, or the parameter's name. */
  readonly text: string;
  readonly optional: boolean;
  readonly constraint: RegExp | undefined;
}

const constraints: Readonly<Record<string, RegExp>> = {
  int: /^-?\d+$/,
  guid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  alpha: /^[a-z]+$/i,
};

/** Routes that the real host keeps for itself; it refuses them (and what begins like them) under any prefix. */
const reserved = /^(admin|runtime)/i;

export interface Route<Target> {
  readonly template: string;
  readonly segments: readonly Segment[];
  readonly methods: readonly string[];
  readonly target: Target;
}

/**
 * Reads the route of a function.
 * @throws on a reserved route and on template syntax that the stand-in does not support, by name.
 */
export function parseRoute<Target>(
  prefix: string,
  route: string,
  methods: readonly string[],
  target: Target,
): Route<Target> {
  const own = route.replace(/^\/+|\/+$/g, '');
  if (reserved.test(own)) {
    throw new Error(`route "${own}": The specified route conflicts with one or more built in routes.`);
  }
  const template = [prefix, own].filter((part) => part !== '').join('/');
  const segments = template === '' ? [] : template.split('/').map((part) => parseSegment(part, template));
  const misplaced = segments.findIndex(
    ({ kind, optional }, index) => (kind === 'rest' || optional) && index < segments.length - 1,
  );
  if (misplaced >= 0)
    throw new Error(`route "${template}": only the last segment can be optional or take the rest`);
  return { template, segments, methods: methods.map((method) => method.toUpperCase()), target };
}

function parseSegment(part: string, template: string): Segment {
  const parameter = /^\{(\*{0,2})(\w+)(?::(\w+))?(\?)?\}$/.exec(part);
  if (!parameter) {
    if (/[{}]/.test(part)) throw new Error(`route "${template}": the local host does not support "${part}"`);
    return { kind: 'literal', text: part.toLowerCase(), optional: false, constraint: undefined };
  }
  const [, stars, name = '', constraintName, question] = parameter;
  const constraint = constraintName === undefined ? undefined : constraints[constraintName];
  if (constraintName !== undefined && !constraint) {
    throw new Error(
      `route "${template}": the local host does not support the constraint ":${constraintName}"`,
    );
  }
  return { kind: stars ? 'rest' : 'parameter', text: name, optional: question === '?', constraint };
}

/** Orders routes as ASP.NET tries them: segment by segment literal, constrained, parameter, rest. */
export function sortRoutes<Target>(routes: readonly Route<Target>[]): Route<Target>[] {
  const rank = (segment: Segment | undefined): number => {
    if (!segment) return 0;
    if (segment.kind === 'literal') return 1;
    if (segment.kind === 'rest') return 4;
    return segment.constraint ? 2 : 3;
  };
  return [...routes].sort((a, b) => {
    for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
      const difference = rank(a.segments[index]) - rank(b.segments[index]);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Finds the route of a request; `path` is the raw path of its URL. A method that no route takes is no match (404). */
export function matchRoute<Target>(
  routes: readonly Route<Target>[],
  method: string,
  path: string,
): { target: Target; params: Record<string, string> } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  for (const route of routes) {
    if (!route.methods.includes(method)) continue;
    const params = matchSegments(route.segments, parts);
    if (params) return { target: route.target, params };
  }
  return undefined;
}

function matchSegments(
  segments: readonly Segment[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'rest') {
      const rest = parts.slice(index).map(decode);
      if (rest.length > 0) params[segment.text] = rest.join('/');
      return params;
    }
    const part = parts[index];
    if (part === undefined) return segment.optional ? params : undefined;
    const value = decode(part);
    if (segment.kind === 'literal') {
      if (value.toLowerCase() !== segment.text) return undefined;
    } else {
      if (segment.constraint && !segment.constraint.test(value)) return undefined;
      params[segment.text] = value;
    }
  }
  return parts.length > segments.length ? undefined : params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}
