import { describe, expect, it } from 'vitest';
import { isDisabled, resolveServiceBusConnection, resolveText } from './app-settings.ts';
import { parseHostJson, parseTimeSpan, readHostJson } from './host-json.ts';
import { filteredLog } from './log.ts';

describe('host.json', () => {
  it('of the product is read whole', () => {
    const settings = readHostJson('host.json');
    expect(settings).toMatchObject({
      functionTimeoutMs: 14 * 60_000,
      routePrefix: '',
      serviceBus: { maxConcurrentSessions: 8, sessionIdleMs: 2_000, maxAutoLockRenewalMs: 15 * 60_000 },
    });
  });

  it('has the defaults of the real host', () => {
    const { routePrefix, functionTimeoutMs, serviceBus } = parseHostJson({ version: '2.0' });
    expect(routePrefix).toBe('api');
    expect(functionTimeoutMs).toBeUndefined();
    expect(serviceBus).toEqual({
      autoCompleteMessages: true,
      maxConcurrentCalls: 16,
      maxConcurrentSessions: 8,
      maxAutoLockRenewalMs: 300_000,
      sessionIdleMs: 60_000,
      retry: { mode: 'exponential', tryTimeoutMs: 60_000, delayMs: 800, maxDelayMs: 60_000, maxRetries: 3 },
    });
  });

  it.each([
    [{ version: '1.0' }, 'version is "1.0"'],
    [{ version: '2.0', extensions: { kafka: {} } }, 'extensions.kafka is not known'],
    [
      { version: '2.0', extensions: { serviceBus: { messageHandlerOptions: {} } } },
      'messageHandlerOptions is not known',
    ],
    [{ version: '2.0', extensions: { serviceBus: { prefetchCount: 20 } } }, 'prefetchCount'],
    [{ version: '2.0', functionTimeout: '14 minutes' }, '"14 minutes" is not of the form hh:mm:ss'],
  ])('%j is refused', (content, message) => {
    expect(() => parseHostJson(content)).toThrow(message);
  });

  it.each([
    ['00:00:02', 2_000],
    ['00:00:00.200', 200],
    ['1.02:03:04', 93_784_000],
  ])('duration %s', (text, ms) => {
    expect(parseTimeSpan('x', text)).toBe(ms);
  });
});

describe('app settings', () => {
  it('are put into texts, and a missing one is an error', () => {
    expect(resolveText({ AGENT: 'norte' }, 'commands-%AGENT%')).toBe('commands-norte');
    expect(() => resolveText({}, 'commands-%AGENT%')).toThrow("'%AGENT%' does not resolve to a value");
  });

  it('give connections as the host finds them', () => {
    expect(resolveServiceBusConnection({ BUS: 'a', AzureWebJobsBUS: 'b' }, 'BUS')).toBe('b');
    expect(resolveServiceBusConnection({ AzureWebJobsServiceBus: 'c' }, undefined)).toBe('c');
    expect(() => resolveServiceBusConnection({}, 'BUS')).toThrow(
      "Connection string 'BUS' is missing or empty",
    );
    expect(() => resolveServiceBusConnection({ BUS__fullyQualifiedNamespace: 'n' }, 'BUS')).toThrow(
      'identity-based',
    );
  });

  it('disable functions', () => {
    expect(isDisabled({ 'AzureWebJobs.cycle.Disabled': 'True' }, 'cycle')).toBe(true);
    expect(isDisabled({ AzureWebJobs__cycle__Disabled: '1' }, 'cycle')).toBe(true);
    expect(isDisabled({}, 'cycle')).toBe(false);
  });
});

describe('filteredLog', () => {
  it('lets pass what the longest matching category allows', () => {
    const { logLevels } = parseHostJson({
      version: '2.0',
      logging: { logLevel: { default: 'Warning', Function: 'Information', 'Function.noisy': 'Error' } },
    });
    const lines: string[] = [];
    const log = filteredLog(logLevels, (line) => lines.push(line.replace(/^\S+ /, '')));
    log('information', 'Host.Startup', 'no');
    log('information', 'Function.cycle.User', 'yes');
    log('warning', 'Function.noisy', 'no');
    log('error', 'Functional', 'yes');
    expect(lines).toEqual(['information Function.cycle.User: yes', 'error       Functional: yes']);
  });
});
