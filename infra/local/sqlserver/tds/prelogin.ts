/** PRELOGIN: version and whether the line is encrypted. */

export const encryption = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

const option = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, end: 0xff } as const;

/** What the client wants of encryption. */
export function readPrelogin(body: Buffer): { readonly encryption: number } {
  for (let at = 0; at < body.length && body[at] !== option.end; at += 5) {
    const offset = body.readUInt16BE(at + 1);
    if (body[at] === option.encryption) return { encryption: body[offset] ?? encryption.notSupported };
  }
  return { encryption: encryption.notSupported };
}

/** The server's answer. @param encrypts whether TLS follows. */
export function preloginAnswer(encrypts: boolean): Buffer {
  const options: [number, Buffer][] = [
    [option.version, Buffer.from([15, 0, 0x07, 0xd0, 0, 0])],
    [option.encryption, Buffer.from([encrypts ? encryption.on : encryption.notSupported])],
    [option.instance, Buffer.from([0])],
    [option.thread, Buffer.alloc(0)],
    [option.mars, Buffer.from([0])],
  ];
  const head = Buffer.alloc(options.length * 5 + 1);
  let offset = head.length;
  for (const [i, [token, data]] of options.entries()) {
    head[i * 5] = token;
    head.writeUInt16BE(offset, i * 5 + 1);
    head.writeUInt16BE(data.length, i * 5 + 3);
    offset += data.length;
  }
  head[head.length - 1] = option.end;
  return Buffer.concat([head, ...options.map(([, data]) => data)]);
}
