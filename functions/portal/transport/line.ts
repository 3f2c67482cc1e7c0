/** The HTTP side: one axios instance per client, kept-alive connections, the tenant's headers, raw text back. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import type { RawAnswer } from './failures.ts';
import { type Operation, queryText } from './operation.ts';
import { serialise } from './serialise.ts';

/** A list page of 200 CFDIs stays below 10 MB; anything much larger is not an answer of this API. */
const LARGEST_ANSWER = 50_000_000;

export interface LineSettings {
  readonly baseUrl: string;
  readonly key: string;
  readonly secret: string;
  readonly connections: number;
}

export class Line {
  readonly #http: AxiosInstance;
  readonly #agents: readonly [HttpAgent, HttpsAgent];
  readonly #credentials: Readonly<Record<string, string>>;

  constructor({ baseUrl, key, secret, connections }: LineSettings) {
    const agent = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
    this.#agents = [new HttpAgent(agent), new HttpsAgent(agent)];
    this.#credentials = { PDPTenantKey: key, PDPTenantSecret: secret };
    this.#http = axios.create({
      baseURL: baseUrl.replace(/\/+$/, ''),
      httpAgent: this.#agents[0],
      httpsAgent: this.#agents[1],
      // Redirects lead to login pages, and would carry the credentials along.
      maxRedirects: 0,
      maxContentLength: LARGEST_ANSWER,
      responseType: 'text',
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      proxy: false,
    });
  }

  /** Sends and gives whatever came back. @throws axios' error when nothing whole came back */
  async send(operation: Operation, signal: AbortSignal): Promise<RawAnswer> {
    const hasBody = operation.body !== undefined;
    const response: AxiosResponse<string> = await this.#http.request({
      method: operation.method,
      url: `${operation.path}${queryText(operation.query)}`,
      ...(hasBody ? { data: serialise(operation.body) } : {}),
      headers: {
        Accept: 'application/json',
        ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
        ...this.#credentials,
      },
      signal,
    });
    return {
      status: response.status,
      text: response.data ?? '',
      contentType: header(response, 'content-type') ?? '',
      retryAfter: header(response, 'retry-after'),
    };
  }

  /** Gets a signed link, without the tenant's credentials. @throws axios' error when it does not come whole */
  async fetchFile(url: string, maxBytes: number, signal: AbortSignal) {
    const response: AxiosResponse<ArrayBuffer> = await this.#http.get(url, {
      baseURL: '',
      responseType: 'arraybuffer',
      maxContentLength: maxBytes,
      headers: { Accept: '*/*' },
      signal,
    });
    const contentType = header(response, 'content-type') ?? '';
    return {
      status: response.status,
      bytes: Buffer.from(response.data),
      contentType,
      retryAfter: header(response, 'retry-after'),
    };
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}

function header(response: AxiosResponse, name: string): string | undefined {
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
}
