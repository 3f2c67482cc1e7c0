/** Reading a request's body and sending replies, whole or broken. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../json.ts';

export interface Reply {
  readonly status: number;
  /** JSON unless it is text or bytes with a content type of its own; undefined = no body. */
  readonly body?: Json | Buffer | undefined;
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Larger bodies are cut off: no request of the contract comes near. */
const LARGEST_BODY = 20_000_000;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_BODY) throw new Error(`request body larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export function send(response: ServerResponse, reply: Reply): void {
  const bytes = bytesOf(reply);
  response.writeHead(reply.status, {
    ...(bytes.length > 0 ? { 'content-type': reply.contentType ?? 'application/json' } : {}),
    'content-length': bytes.length,
    ...reply.headers,
  });
  response.end(bytes);
}

/**
 * Sends only half of the body. With the right content length the reply is whole for HTTP and broken as JSON; with the
 * wrong one the connection ends in the middle.
 */
export function sendHalf(response: ServerResponse, reply: Reply, contentLength: 'right' | 'wrong'): void {
  const bytes = bytesOf(reply);
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'application/json',
    'content-length': contentLength === 'right' ? half.length : bytes.length,
  });
  if (contentLength === 'right') response.end(half);
  else response.write(half, () => response.destroy());
}

function bytesOf({ body, contentType }: Reply): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string' && contentType !== undefined && !contentType.includes('json'))
    return Buffer.from(body);
  return Buffer.from(JSON.stringify(body));
}
