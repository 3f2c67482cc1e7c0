/**
 * The line under TDS: plain, or with TLS 1.2 whose handshake travels inside PRELOGIN packets and whose data then run
 * over the bare socket.
 */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { MessageAssembler, packetType, tlsRecord, toPackets } from './packets.ts';

const firstPacketSize = 4096;

/**
 * Starts TLS on a socket after the PRELOGIN exchange.
 *
 * Node says "secure" before the server's last flight has left, so that output goes on being wrapped until the client's
 * first bare TLS record has come: that is the moment at which the client, too, has gone over.
 * @returns the stream that carries TDS in the clear.
 */
export function startTls(socket: Socket, certificate: Certificate): TLSSocket {
  const assembler = new MessageAssembler();
  let bare = false;
  const wire = new Duplex({
    read() {
      socket.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      socket.write(bare ? chunk : toPackets(packetType.prelogin, chunk, firstPacketSize), done);
    },
    final(done) {
      socket.end(done);
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    let records: Buffer = chunk;
    if (!bare && assembler.isEmpty && chunk[0] !== packetType.prelogin) bare = true;
    if (!bare) records = Buffer.concat(assembler.push(chunk).map((message) => message.body));
    if (records.length > 0 && !wire.push(records)) socket.pause();
    // The client's first bare record can share a chunk with its last wrapped one.
    if (!bare && assembler.startsWith(tlsRecord)) {
      bare = true;
      wire.push(assembler.rest());
    }
  });
  socket.on('close', () => wire.destroy());
  const context = createSecureContext({ ...certificate, maxVersion: 'TLSv1.2' });
  return new TLSSocket(wire, { isServer: true, secureContext: context });
}
