/**
 * A gateway as the cloud has one on port 443: takes WebSockets with the protocol AMQPWSB10 and passes their bytes on to a broker that
 * speaks plain AMQP. Only what clients send: masked binary frames without fragments, ping left out.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const closeCode = 8;

export interface Bridge {
  readonly port: number;
  /** Paths that were asked for. */
  readonly paths: string[];
  close(): Promise<void>;
}

export async function startWebSocketBridge(brokerPort: number): Promise<Bridge> {
  const sockets = new Set<Socket>();
  const paths: string[] = [];
  const server = createServer();
  server.on('upgrade', (request, stream) => {
    const client = stream as Socket;
    const broker = connect(brokerPort, '127.0.0.1');
    for (const socket of [client, broker]) sockets.add(socket.on('error', () => socket.destroy()));
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
    paths.push(request.url ?? '');
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${magic}`)
      .digest('base64');
    client.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n` +
        `Sec-WebSocket-Protocol: ${request.headers['sec-websocket-protocol']}\r\n\r\n`,
    );
    broker.on('data', (bytes) => client.write(frame(bytes)));
    let rest = Buffer.alloc(0);
    client.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let one = unframe(rest); one; one = unframe(rest)) {
        rest = rest.subarray(one.length);
        if (one.code === closeCode) client.end();
        else broker.write(one.payload);
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    paths,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function frame(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(10);
  header[0] = 0x82;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  if (payload.length >= 65_536) return Buffer.concat([header, payload]);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x82, payload.length]), payload]);
  return Buffer.concat([Buffer.from([0x82, 126, payload.length >> 8, payload.length & 0xff]), payload]);
}

/** The first whole frame of `bytes`, if there is one. */
function unframe(bytes: Buffer): { code: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start + 4) return undefined;
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, length));
  for (let i = 0; i < size; i += 1) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { code: bytes.readUInt8(0) & 0x0f, payload, length };
}
