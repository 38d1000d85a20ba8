import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFingerprint, tlsOptions } from '../../src/http/tls.js';
import { askTls, type Certificate, makeCertificate, whyNoOpenssl } from '../support/certificates.js';
import { startPlain } from './server.js';
import { openMany, sendRaw } from './sockets.js';

const DAY = 24 * 60 * 60 * 1000;
const none = whyNoOpenssl();

describe.skipIf(none !== undefined)('a server of TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-tls-'));
  let own: Certificate;
  let ca: Certificate;
  let client: Certificate;
  let stranger: Certificate;

  beforeAll(() => {
    own = makeCertificate(folder, 'server');
    ca = makeCertificate(folder, 'ca');
    client = makeCertificate(folder, 'client', ca);
    stranger = makeCertificate(folder, 'stranger');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const shown = () => ({ certificate: own.cert, key: own.key, asksClients: false });

  it('a request in work by TLS is not cut for connections that say nothing', async () => {
    const server = await startPlain({ connections: 3 }, 0, shown());
    const inWork = askTls(`${server.url}/slow`, { ca: own.cert });
    await server.slow(1);
    await openMany(server.url, 8);
    expect((await askTls(server.url, { ca: own.cert })).status).toBe(200);
    server.release();
    expect((await inWork).text).toContain('late');
    await server.close(0);
  });

  it('who does not end the handshake is cut', async () => {
    const server = await startPlain({ headerTime: 100 }, 0, shown());
    const [silent] = await openMany(server.url, 1);
    await silent?.ended;
    await server.close(0);
  });

  it('who speaks no TLS is cut, and others are answered', async () => {
    const server = await startPlain({}, 0, shown());
    expect(server.url).toMatch(/^https:/);
    expect(await sendRaw(server.url, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).not.toContain('200');
    expect((await askTls(server.url, { ca: own.cert, version: 'TLSv1.2' })).status).toBe(200);
    await expect(askTls(server.url, { ca: ca.cert })).rejects.toThrow();
    await server.close(0);
  });

  it('with certificates of issuers, only clients whom one of them signed come in', async () => {
    const server = await startPlain({}, 0, { ...shown(), asksClients: true, clientCa: ca.cert });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect((await askTls(server.url, { ca: own.cert, version, client })).status).toBe(200);
      await expect(askTls(server.url, { ca: own.cert, version })).rejects.toThrow();
      await expect(askTls(server.url, { ca: own.cert, version, client: stranger })).rejects.toThrow();
    }
    await server.close(0);
  });

  it('a client is known by the fingerprint of a certificate while it is valid, whoever signed it', async () => {
    const found: (string | undefined)[] = [];
    const server = createServer(tlsOptions({ ...shown(), asksClients: true }, 60_000), ({ socket }, response) => {
      for (const days of [0, 3, -1]) found.push(clientFingerprint({ socket }, Date.now() + days * DAY));
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}`;
    await askTls(url, { ca: own.cert, client: stranger });
    await askTls(url, { ca: own.cert });
    const digits = stranger.fingerprint.replaceAll(':', '').toLowerCase();
    expect(found).toEqual([digits, undefined, undefined, undefined, undefined, undefined]);
    server.close();
    await once(server, 'close');
  });
});
