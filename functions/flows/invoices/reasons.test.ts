import { expect, it } from 'vitest';
import { MalformedCfdiError, TruncatedCfdiError, UnsafeCfdiError } from '../../../shared/cfdi/errors.ts';
import { es } from '../../ledger/messages/es.ts';
import { FileTooLarge } from './portal-port.ts';
import { setbackOfDelivery, setbackOfDownload } from './reasons.ts';

const delivery = (code: string, remedy: 'retry' | 'human' | 'uncertain') =>
  setbackOfDelivery(remedy === 'uncertain' ? 'uncertain' : 'rejected', { code, remedy, message: 'm' });

it.each([
  ['disk_full', 'retry', 'failed', 'disk_full'],
  ['inbox_unavailable', 'retry', 'failed', 'inbox_unavailable'],
  ['wrong_uuid', 'human', 'blocked', 'wrong_uuid'],
  ['schema_mismatch', 'human', 'blocked', 'schema_mismatch'],
  ['addenda_malformed', 'human', 'blocked', 'refused_by_agent'],
  ['bus_away', 'retry', 'failed', 'agent_away'],
  ['no_answer', 'uncertain', 'uncertain', 'delivery_uncertain'],
] as const)('a delivery that ends with %s', (code, remedy, to, reason) => {
  expect(delivery(code, remedy)).toMatchObject({ to, reason });
  expect(es.cfdi.reasons).toHaveProperty(reason);
});

it('tells a file that is wrong from a download that may be tried again', () => {
  expect(setbackOfDownload(new MalformedCfdiError('m'))).toMatchObject({
    to: 'blocked',
    reason: 'malformed_xml',
  });
  expect(setbackOfDownload(new UnsafeCfdiError('m'))).toMatchObject({ to: 'blocked', reason: 'unsafe_xml' });
  expect(setbackOfDownload(new TruncatedCfdiError('m'))).toMatchObject({
    to: 'failed',
    reason: 'download_failed',
  });
  expect(setbackOfDownload(new FileTooLarge('m'))).toMatchObject({ to: 'blocked', reason: 'too_large' });
  expect(setbackOfDownload(new Error('timeout'))).toMatchObject({
    to: 'failed',
    reason: 'portal_unavailable',
  });
});
