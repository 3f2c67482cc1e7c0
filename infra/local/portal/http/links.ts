/** Signed, expiring links to the XML of a document: `/files/<tenant>/<cfdiId>.xml?expires=…&signature=…`. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Temporal } from 'temporal-polyfill';
import { PortalRefusal } from '../refusal.ts';
import type { PortalState } from '../state/state.ts';
import type { Reply } from './send.ts';

export const FILES = '/files/';

export class Links {
  /** Links do not outlive the process; they expire anyway. */
  readonly #secret = randomBytes(32);
  readonly #validSeconds: number;

  constructor(validSeconds: number) {
    this.#validSeconds = validSeconds;
  }

  make(base: string, tenantId: string, cfdiId: string, now: Temporal.Instant) {
    const expires = now.add({ seconds: this.#validSeconds });
    const path = `${FILES}${encodeURIComponent(tenantId)}/${encodeURIComponent(cfdiId)}.xml`;
    const query = `expires=${expires.epochMilliseconds}&signature=${this.#sign(path, String(expires.epochMilliseconds))}`;
    return { url: `${base}${path}?${query}`, validFrom: now.toString(), validTo: expires.toString() };
  }

  /**
   * The file of a link.
   * @throws PortalRefusal 403 when the link is expired or tampered with, 400 when credentials were sent along
   */
  open(url: URL, request: IncomingMessage, state: PortalState, now: Temporal.Instant): Reply {
    if (request.headers.pdptenantkey !== undefined || request.headers.pdptenantsecret !== undefined) {
      throw new PortalRefusal(
        'GENERAL__BAD_REQUEST',
        'a signed link must be fetched without the tenant credentials',
      );
    }
    const expires = url.searchParams.get('expires') ?? '';
    const given = Buffer.from(url.searchParams.get('signature') ?? '');
    const expected = Buffer.from(this.#sign(url.pathname, expires));
    const genuine = given.length === expected.length && timingSafeEqual(given, expected);
    if (!genuine || Number(expires) < now.epochMilliseconds) {
      throw new PortalRefusal('GENERAL__FORBIDDEN', 'the link has expired or is not genuine');
    }
    const { tenantId, cfdiId } = partsOf(url.pathname);
    const file = state.tenant(tenantId)?.files.get(cfdiId);
    if (file === undefined) throw new PortalRefusal('GENERAL__NOT_FOUND', `no file ${cfdiId}.xml`);
    return { status: 200, body: file, contentType: 'application/xml' };
  }

  #sign(path: string, expires: string): string {
    return createHmac('sha256', this.#secret).update(`${path}\n${expires}`).digest('hex');
  }
}

/** Tenant and document of a link's path; blank when it is none. */
export function partsOf(path: string): { tenantId: string; cfdiId: string } {
  const [tenant = '', file = ''] = path.slice(FILES.length).split('/');
  return { tenantId: decodeURIComponent(tenant), cfdiId: decodeURIComponent(file).replace(/\.xml$/, '') };
}
