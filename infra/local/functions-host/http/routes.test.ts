import { describe, expect, it } from 'vitest';
import { matchRoute, parseRoute, sortRoutes } from './routes.ts';

const table = (...templates: string[]) =>
  sortRoutes(templates.map((template) => parseRoute('', template, ['get'], template)));

describe('matchRoute', () => {
  it.each([
    ['/api/runs', 'api/runs', {}],
    ['/API/Runs/', 'api/runs', {}],
    ['/api/runs/12', 'api/runs/{id:int}', { id: '12' }],
    ['/api/runs/last', 'api/runs/{name}', { name: 'last' }],
    ['/api/runs/a%20b', 'api/runs/{name}', { name: 'a b' }],
    ['/', '{*path}', {}],
    ['/assets/app.js', '{*path}', { path: 'assets/app.js' }],
    ['/api/runs/1/2', '{*path}', { path: 'api/runs/1/2' }],
    ['/files', 'files/{name?}', {}],
    ['/files/x', 'files/{name?}', { name: 'x' }],
  ])('%s → %s', (path, template, params) => {
    const routes = table('{*path}', 'api/runs/{name}', 'api/runs/{id:int}', 'api/runs', 'files/{name?}');
    expect(matchRoute(routes, 'GET', path)).toEqual({ target: template, params });
  });

  it('finds nothing for another method', () => {
    expect(matchRoute(table('x'), 'POST', '/x')).toBeUndefined();
  });

  it('puts the prefix in front', () => {
    const route = parseRoute('api', 'health', ['GET'], 1);
    expect(matchRoute([route], 'GET', '/api/health')).toEqual({ target: 1, params: {} });
    expect(matchRoute([route], 'GET', '/health')).toBeUndefined();
  });
});

describe('parseRoute', () => {
  it.each([
    ['admin/x', 'conflicts with one or more built in routes'],
    ['administration', 'conflicts with one or more built in routes'],
    ['runtime/x', 'conflicts with one or more built in routes'],
    ['x-{name}', 'does not support "x-{name}"'],
    ['{day:datetime}', 'does not support the constraint ":datetime"'],
    ['{*rest}/x', 'only the last segment'],
  ])('refuses %s', (template, message) => {
    expect(() => parseRoute('api', template, ['GET'], 1)).toThrow(message);
  });
});
