import { type Hex, parseTransaction, recoverTransactionAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askTls, type Certificate, makeCertificate, whyNoOpenssl } from '../support/certificates.js';
import { custos, makeHome, type Running, removeHome, start } from '../support/custos.js';

const env = { CUSTOS_PASSWORD: 'correct horse battery staple' };
const none = whyNoOpenssl();

describe.skipIf(none !== undefined)('clients that have a certificate and no token', () => {
  let home: string;
  let server: Running;
  let url: string;
  let own: Certificate;
  let batcher: Certificate;
  let former: Certificate;
  let unknown: Certificate;
  let stranger: Certificate;
  let reader: { readonly id: string; readonly token: string };

  const run = (...args: readonly string[]) => custos(args, { home, env });
  const made = async (name: string, scopes: string): Promise<typeof reader> =>
    JSON.parse((await run('token', 'create', name, '--scope', scopes, '--json')).stdout);

  beforeAll(async () => {
    home = makeHome();
    own = makeCertificate(home, 'server');
    const ca = makeCertificate(home, 'ca');
    batcher = makeCertificate(home, 'batcher', ca);
    former = makeCertificate(home, 'former', ca);
    unknown = makeCertificate(home, 'unknown', ca);
    stranger = makeCertificate(home, 'stranger');
    await run('init');
    await run('wallet', 'create', 'ETH', '--testnet', '--private-key');
    const signer = await made('batcher', 'wallets:read,transactions:create');
    const revoked = await made('former', 'wallets:read');
    reader = await made('reader', 'transactions:read');
    await run('token', 'revoke', revoked.id);
    const clients = `${batcher.fingerprint}=${signer.id},${former.fingerprint}=${revoked.id}`;
    const shown = ['--tls-certificate', own.certificateFile, '--tls-key', own.keyFile];
    const known = ['--tls-client-ca', ca.certificateFile, '--tls-client', clients];
    const given = ['--testnet', '--listen', '127.0.0.1:0', '--rpc-chain', 'ETH', '--node', 'ETH=http://127.0.0.1:9'];
    server = start(['serve', ...given, ...shown, ...known], { home, env });
    [, url = ''] = /"url": "(https:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  }, 120_000);
  afterAll(async () => {
    await server?.kill('SIGTERM');
    removeHome(home);
  });

  const ask = async (client: Certificate, method: string, params: readonly unknown[] = [], authorization?: string) => {
    const body = { jsonrpc: '2.0', id: 1, method, params };
    const headers = authorization === undefined ? {} : { authorization };
    const { status, text } = await askTls(url, { ca: own.cert, version: 'TLSv1.3', client, headers, body });
    return { status, body: JSON.parse(text) };
  };

  it('a batcher pings by TLS 1.3, finds its account, and gets a signed transaction', async () => {
    expect(await ask(batcher, 'health_status')).toMatchObject({ status: 200, body: { result: 'OK' } });
    const [from] = (await ask(batcher, 'eth_accounts')).body.result;
    const members = {
      ...{ from, to: from, gas: '0xea60', gasPrice: null, data: null, input: '0xdead', value: '0x0', nonce: '0x5' },
      ...{ maxFeePerGas: '0xb2d05e00', maxPriorityFeePerGas: '0x1', chainId: '0xaa36a7', accessList: null },
    };
    const raw = (await ask(batcher, 'eth_signTransaction', [members])).body.result as Hex;
    expect(parseTransaction(raw)).toMatchObject({ nonce: 5, data: '0xdead' });
    expect((await recoverTransactionAddress({ serializedTransaction: raw as never })).toLowerCase()).toBe(from);
  });

  it('a certificate gives the rights of its token and no others, and none once that is revoked', async () => {
    const beyond = await ask(batcher, 'personal_sign', ['0x00', '0x0000000000000000000000000000000000000001']);
    expect(beyond.body.error).toMatchObject({ code: 4100, data: { code: 'SCOPE_MISSING' } });
    expect(await ask(former, 'eth_accounts')).toMatchObject({ status: 401, body: { error: { code: 4100 } } });
    expect((await askTls(`${url}/v1/wallets`, { ca: own.cert, client: batcher })).status).toBe(200);
  });

  it('a certificate without a token is nobody, and one of another issuer does not come in', async () => {
    expect(await ask(unknown, 'eth_accounts')).toMatchObject({ status: 401, body: { error: { code: 4100 } } });
    await expect(ask(stranger, 'eth_accounts')).rejects.toThrow();
  });

  it('a token that is sent counts, and not the certificate', async () => {
    const sent = await ask(batcher, 'eth_accounts', [], `Bearer ${reader.token}`);
    expect(sent.body.error).toMatchObject({ data: { code: 'SCOPE_MISSING' } });
    expect((await ask(batcher, 'eth_accounts', [], 'Bearer wrong')).status).toBe(401);
    const listed = await askTls(`${url}/v1/transactions`, {
      ...{ ca: own.cert, client: unknown, headers: { authorization: `Bearer ${reader.token}` } },
    });
    expect(listed.status).toBe(200);
  });
});
