import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as requestPlain, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { custos } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

const credentials = 'me:pr0xy-s3cret';
const basic = `Basic ${Buffer.from(credentials).toString('base64')}`;
let kms: Kms;
let proxy: Server;
let tls: Server;
let number = 0;
/** What the proxy was asked: `CONNECT host:port`, or the method and whole URL. */
const asked: string[] = [];
let authorizations: (string | undefined)[] = [];
let refuses = false;

/** Certificates are made by it. */
const noOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn('tests of proxies are skipped: there is no openssl to make certificates');
    return true;
  }
})();

beforeAll(async () => {
  kms = await startKms();
  if (noOpenssl) return;
  const file = (name: string) => join(kms.home, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('tls.key')];
  const out = ['-x509', '-days', '2', '-subj', '/CN=cloud.example', '-out', file('tls.crt')];
  const names = ['-addext', 'subjectAltName=DNS:cloud.example,DNS:approve.example'];
  execFileSync('openssl', ['req', ...key, ...out, ...names], { stdio: 'ignore' });
  const { port: stubPort } = new URL(kms.stub.url);
  const pair = { key: readFileSync(file('tls.key')), cert: readFileSync(file('tls.crt')) };
  // What the TLS server and the proxy are asked in clear goes on to the stub.
  const forward: Parameters<typeof createServer>[1] = (incoming, response) => {
    const path = (incoming.url ?? '').replace(/^http:\/\/[^/]+/, '');
    const { method, headers } = incoming;
    const on = requestPlain({ port: stubPort, host: '127.0.0.1', path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(on);
  };
  tls = createTlsServer(pair, forward);
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
  proxy = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    authorizations.push(incoming.headers['proxy-authorization']);
    if (refuses) response.writeHead(407).end();
    else forward(incoming, response);
  });
  proxy.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    authorizations.push(incoming.headers['proxy-authorization']);
    if (refuses) return void socket.end(`HTTP/1.1 407 no ${credentials}\r\n\r\n`);
    const there = connect((tls.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 ok\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterEach(() => {
  kms.stub.queue('ETH').splice(0);
  asked.splice(0);
  authorizations = [];
  refuses = false;
});
afterAll(async () => {
  for (const server of [proxy, tls]) {
    server?.close();
    server?.closeAllConnections();
  }
  await kms.close();
});

function queue(): string {
  number += 1;
  const id = `proxied-${number}`;
  kms.stub.queue('ETH').push(transfer(id, kms.ids.key, { request: { nonce: number } }));
  return id;
}

const proxyUrl = () => `http://${credentials}@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const daemon = (env: Record<string, string>, ...flags: string[]) =>
  custos(['daemon', '--runOnce', '--testnet', '--log-level=debug', ...flags], {
    home: kms.home,
    env: { ...kms.env, NODE_EXTRA_CA_CERTS: join(kms.home, 'tls.crt'), ...env },
  });
const isSent = (id: string) => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);

describe.skipIf(noOpenssl)('a proxy', () => {
  it('a proxy opens a tunnel to an https cloud and four-eye service, and their certificates are checked', async () => {
    const id = queue();
    const env = { CUSTOS_CLOUD_URL: 'https://cloud.example', HTTPS_PROXY: proxyUrl() };
    const ended = await daemon(env, '--chain=ETH', '--external-url=https://approve.example/approve');
    expect(ended).toMatchObject({ code: 0 });
    expect(isSent(id)).toBe(true);
    // Connections are kept: one tunnel to each, though the cloud was asked several times.
    expect([...asked].sort()).toEqual(['CONNECT approve.example:443', 'CONNECT cloud.example:443']);
    expect(new Set(authorizations)).toEqual(new Set([basic]));
    expect(ended.stderr).not.toContain('s3cret');
    const untrusted = await daemon({ ...env, NODE_EXTRA_CA_CERTS: '' });
    expect(untrusted.code).toBe(1);
    expect(untrusted.stderr).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  });

  it('a proxy gets whole URLs of plain requests, including those to an own node', async () => {
    const id = queue();
    kms.stub.queue('ETH').splice(0, 1, transfer(id, kms.ids.key, { request: { chainId: undefined, nonce: 90 } }));
    const env = { CUSTOS_CLOUD_URL: 'http://cloud.example', http_proxy: proxyUrl() };
    await daemon(env, '--node=ETH=http://node.example:8545/rpc');
    expect(asked).toContain('POST http://cloud.example/v3/kms/pending/ETH');
    expect(asked).toContain('POST http://node.example:8545/rpc');
    expect(new Set(authorizations)).toEqual(new Set([basic]));
  });

  it('a proxy is not used for this machine or for the hosts in NO_PROXY', async () => {
    const id = queue();
    expect(await daemon({ HTTPS_PROXY: proxyUrl(), HTTP_PROXY: proxyUrl() })).toMatchObject({ code: 0 });
    expect(isSent(id)).toBe(true);
    expect(asked).toEqual([]);
    const next = queue();
    expect(await daemon({ HTTP_PROXY: proxyUrl() }, '--proxy-loopback')).toMatchObject({ code: 0 });
    expect(isSent(next)).toBe(true);
    expect(asked.length).toBeGreaterThan(0);
    const count = asked.length;
    await daemon({ CUSTOS_CLOUD_URL: 'http://cloud.example', HTTP_PROXY: proxyUrl(), NO_PROXY: '.example' });
    expect(asked).toHaveLength(count);
  });

  it('the error of a proxy that refuses shows its status but not its password, and ends nothing', async () => {
    refuses = true;
    for (const url of ['https://cloud.example', 'http://cloud.example']) {
      const ended = await daemon({ CUSTOS_CLOUD_URL: url, HTTPS_PROXY: proxyUrl(), HTTP_PROXY: proxyUrl() });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('poll failed');
      expect(ended.stderr).toContain('407');
      expect(ended.stderr).not.toContain('s3cret');
    }
    const socks = await daemon({ HTTPS_PROXY: 'socks5://me:pr0xy-s3cret@127.0.0.1:1' });
    expect(socks.code).toBe(2);
    expect(socks.stderr).toContain('CONFIG_INVALID');
    expect(socks.stderr).not.toContain('s3cret');
  });
});

it('header files add headers for the cloud and the four-eye service, and are not shown', async () => {
  const [cloud, fourEye] = ['cloud.headers', 'four-eye.headers'].map((name) => join(kms.home, name));
  writeFileSync(cloud!, 'authorization: Basic Y2xvdWQ6aGVhZGVyLXMzY3JldA==\n', { mode: 0o600 });
  writeFileSync(fourEye!, 'authorization: Bearer four-eye-header-s3cret\n', { mode: 0o600 });
  const id = queue();
  kms.stub.requests.splice(0);
  const ended = await daemon(
    { CUSTOS_FOUR_EYE_HEADER_FILE: fourEye! },
    `--cloud-header-file=${cloud}`,
    `--external-url=${kms.stub.approveUrl}`,
  );
  expect(ended).toMatchObject({ code: 0 });
  expect(isSent(id)).toBe(true);
  for (const { path, headers } of kms.stub.requests) {
    const isFourEye = path.startsWith('/approve');
    expect(headers.authorization).toBe(
      isFourEye ? 'Bearer four-eye-header-s3cret' : 'Basic Y2xvdWQ6aGVhZGVyLXMzY3JldA==',
    );
  }
  expect(ended.stderr).not.toMatch(/s3cret|Y2xvdWQ6/);
});
