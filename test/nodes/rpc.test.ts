import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FetchRequest, Interface, JsonRpcProvider, TypedDataEncoder, verifyMessage, verifyTypedData } from 'ethers';
import {
  type Address,
  createPublicClient,
  createWalletClient,
  http,
  parseEther,
  parseTransaction,
  recoverMessageAddress,
  serializeTransaction,
} from 'viem';
import { sepolia } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, type Running, removeHome, start } from '../support/custos.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const run = promisify(execFile);
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';
const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

let home: string;
let node: Anvil;
let server: Running;
let url: string;
let token: string;
let blind: string;
let accounts: readonly string[];
let socket: string;

beforeAll(async () => {
  home = makeHome();
  node = await startAnvil({ chainId: SEPOLIA });
  const env = { CUSTOS_PASSWORD };
  await custos(['init'], { home, env });
  for (const kind of [['--private-key'], []])
    await custos(['wallet', 'create', 'ETH', '--testnet', ...kind], { home, env });
  const made = async (name: string, scopes: string) => {
    const { stdout } = await custos(['token', 'create', name, '--scope', scopes], { home, env });
    return /custos_[0-9a-f_]+/.exec(stdout)?.[0] ?? '';
  };
  token = await made('app', 'wallets:read,transactions:create,messages:sign,typed-data:sign');
  blind = await made('blind', 'wallets:read,hashes:sign');
  writeFileSync(join(home, 'clef.token'), token, { mode: 0o600 });
  socket = join(home, 'clef.ipc');
  const listening = ['--listen', '127.0.0.1:0', '--rpc-chain', 'ETH', '--health-port', '0'];
  const clef = ['--clef-socket', socket, '--clef-token-file', join(home, 'clef.token')];
  const more = ['--node', `ETH=${node.url}`, '--allow-hazard', 'ETH:blind-signature'];
  server = start(['serve', '--testnet', ...listening, ...clef, ...more], { home, env });
  [, url = ''] = /"url": "(http:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  accounts = (await call('eth_accounts')) as string[];
  for (const account of accounts) await node.rpc('anvil_setBalance', [account, hex(parseEther('100'))]);
}, 120_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

interface Posted {
  readonly path?: string;
  readonly auth?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function post(body: unknown, { path = '/', auth = `Bearer ${token}`, headers = {} }: Posted = {}) {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(auth !== '' && { authorization: auth }), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: tryJson(text) };
}

function tryJson(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ask = (method: string, params: readonly unknown[] = [], options: Posted = {}) =>
  post({ jsonrpc: '2.0', id: 1, method, params }, options);

async function call(method: string, params: readonly unknown[] = []): Promise<unknown> {
  const { body } = await ask(method, params);
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error));
  return body.result;
}

const from = () => accounts[0] as Address;

describe('Web3Signer', () => {
  it('lists its accounts, and passes what it does not know to the node', async () => {
    expect(accounts).toHaveLength(2);
    expect(await ask('eth_chainId')).toMatchObject({ status: 200, body: { id: 1, result: hex(SEPOLIA) } });
    expect(await ask('net_version')).toMatchObject({ body: { result: String(SEPOLIA) } });
    expect(await ask('anvil_mine')).toMatchObject({ status: 400, body: { error: { code: -32601 } } });
  });

  it('sends legacy and EIP-1559 transactions, and takes a sender without 0x', async () => {
    const value = hex(1000);
    const legacy = await call('eth_sendTransaction', [
      { from: from(), to: receiver, value, gas: '0x5208', gasPrice: hex(2e9) },
    ]);
    expect(await node.receipt(String(legacy))).toMatchObject({ status: '0x1', type: '0x0' });
    const caps = { maxFeePerGas: hex(3e9), maxPriorityFeePerGas: hex(1e9) };
    const capped = await call('eth_sendTransaction', [{ from: from().slice(2), to: receiver, value, ...caps }]);
    expect(await node.receipt(String(capped))).toMatchObject({ status: '0x1', type: '0x2' });
    const code = '0x6080604052348015600e575f5ffd5b50603e80601a5f395ff3fe60806040525f5ffdfea164736f6c634300081c000a';
    const deployed = await call('eth_sendTransaction', [{ from: from(), data: code }]);
    expect((await node.receipt(String(deployed))).contractAddress).toMatch(/^0x/);
  });

  it('refuses an unknown sender with status 400 and the code of Web3Signer', async () => {
    const answer = await ask('eth_sendTransaction', [{ from: receiver, to: receiver, value: '0x1' }]);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: -32000 } } });
    expect(answer.body.error.message).toMatch(/no unlocked account matches the sender/i);
  });

  it('passes on what the node says about funds, numbers and chains', async () => {
    const much = await ask('eth_sendTransaction', [{ from: from(), to: receiver, value: hex(parseEther('10000')) }]);
    expect(much).toMatchObject({
      status: 200,
      body: { error: { message: expect.stringMatching(/insufficient funds/i) } },
    });
    const low = await ask('eth_sendTransaction', [
      { from: from(), to: receiver, value: '0x1', nonce: '0x0', gas: '0x5208', gasPrice: hex(3e9) },
    ]);
    expect(low.body.error.message).toMatch(/nonce/i);
    const foreign = await ask('eth_sendTransaction', [{ from: from(), to: receiver, value: '0x1', chainId: '0x1' }]);
    expect(foreign).toMatchObject({
      status: 400,
      body: { error: { code: -32602, data: { code: 'CHAIN_ID_MISMATCH' } } },
    });
  });

  it('gives 50 transactions at once without a nonce a number each', async () => {
    const sender = accounts[1] as Address;
    const before = Number(await node.rpc('eth_getTransactionCount', [sender, 'latest']));
    const one = { from: sender, to: receiver, value: '0x1' };
    const sent = await Promise.all(Array.from({ length: 50 }, () => call('eth_sendTransaction', [one])));
    expect(new Set(sent).size).toBe(50);
    for (const id of sent) expect((await node.receipt(String(id))).status).toBe('0x1');
    expect(Number(await node.rpc('eth_getTransactionCount', [sender, 'latest'])) - before).toBe(50);
  });

  it('signs a whole transaction without a change, and no other', async () => {
    const whole = { from: from(), to: receiver, value: '0x7', nonce: hex(900), gas: '0x5208', gasPrice: hex(5e9) };
    const raw = String(await call('eth_signTransaction', [whole]));
    const { gas, gasPrice, nonce, value, to, chainId } = parseTransaction(raw as `0x${string}`);
    expect({ gas, gasPrice, nonce, value, chainId }).toEqual({
      gas: 21_000n,
      gasPrice: 5_000_000_000n,
      nonce: 900,
      value: 7n,
      chainId: SEPOLIA,
    });
    expect(to?.toLowerCase()).toBe(receiver.toLowerCase());
    for (const missing of ['nonce', 'gas', 'gasPrice']) {
      const less = Object.fromEntries(
        Object.entries({ ...whole, nonce: hex(901) }).filter(([name]) => name !== missing),
      );
      expect(await ask('eth_signTransaction', [less])).toMatchObject({
        status: 400,
        body: { error: { code: -32602 } },
      });
    }
  });

  it('signs blobs by their hashes, as a batcher of a rollup asks', async () => {
    const blobs = { blobVersionedHashes: [`0x01${'ab'.repeat(31)}`], maxFeePerBlobGas: hex(1e9) };
    const caps = { maxFeePerGas: hex(3e9), maxPriorityFeePerGas: hex(1e9) };
    const batch = { from: from(), to: receiver, value: '0x0', nonce: hex(902), gas: hex(21_000), ...caps, ...blobs };
    const raw = String(await call('eth_signTransaction', [{ ...batch, chainId: hex(SEPOLIA), input: '0x' }]));
    expect(parseTransaction(raw as `0x${string}`)).toMatchObject({ type: 'eip4844', nonce: 902 });
    const sent = await ask('eth_sendTransaction', [batch]);
    expect(sent.body.error).toMatchObject({ code: -32004, data: { code: 'TRANSACTION_UNSUPPORTED' } });
  });

  it('shows its public keys, and signs what is no transaction with one of them', async () => {
    const keys = JSON.parse(
      await (await fetch(`${url}/api/v1/eth1/publicKeys`, { headers: { authorization: `Bearer ${blind}` } })).text(),
    );
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(key).toMatch(/^0x[0-9a-f]{128}$/);
    const sign = (key: string, data: string, auth = `Bearer ${blind}`) =>
      post({ data }, { path: `/api/v1/eth1/sign/${key}`, auth });
    const signed = await sign(keys[0], '0x48656c6c6f');
    expect([signed.status, signed.text]).toEqual([200, expect.stringMatching(/^0x[0-9a-f]{128}(1b|1c)$/)]);
    expect((await sign(keys[0], '0x48656c6c6f', `Bearer ${token}`)).status).toBe(403);
    expect((await sign(`0x${'11'.repeat(64)}`, '0x48656c6c6f')).status).toBe(404);
    expect((await sign(keys[0], 'hello')).status).toBe(400);
    const transaction = serializeTransaction({
      chainId: SEPOLIA,
      nonce: 1,
      to: receiver,
      gas: 21_000n,
      maxFeePerGas: 9n,
    });
    for (const data of [transaction, `0x1901${'00'.repeat(64)}`]) expect((await sign(keys[0], data)).status).toBe(403);
  });

  it('says that it is up, and counts by the names of Web3Signer', async () => {
    expect(await (await fetch(`${url}/upcheck`)).text()).toBe('OK');
    expect(await (await fetch(`${url}/healthcheck`)).json()).toMatchObject({ status: 'UP' });
    expect((await fetch(`${url}/reload`, { method: 'POST' })).status).toBe(202);
    const [, health = ''] = /"url":"(http:[^"]+)"/.exec(await server.line(/health server listening/)) ?? [];
    const series = await (await fetch(`${health}/metrics`)).text();
    expect(series).toMatch(/^signing_secp256k1_signing_duration_count [1-9]/m);
    expect(series).toMatch(/^signing_secp256k1_missing_identifier_count_total [1-9]/m);
  });

  it.each([
    ['Bearer', () => ({ auth: `Bearer ${token}` })],
    ['Basic, the token as the password', () => ({ auth: `Basic ${btoa(`x:${token}`)}` })],
    ['Basic, the token as the name', () => ({ auth: `Basic ${btoa(`${token}:`)}` })],
    ['the path', () => ({ auth: '', path: `/${token}` })],
    ['the path of a chain', () => ({ auth: '', path: `/rpc/ETH/${token}` })],
  ])('takes a token from %s', async (_where, options) => {
    expect(await ask('eth_chainId', [], options())).toMatchObject({ status: 200, body: { result: hex(SEPOLIA) } });
  });

  it('asks for a token, and lets no scope pass that it does not have', async () => {
    expect(await ask('eth_chainId', [], { auth: '' })).toMatchObject({ status: 401, body: { error: { code: 4100 } } });
    const denied = await ask('eth_sendTransaction', [{ from: from(), to: receiver }], { auth: `Bearer ${blind}` });
    expect(denied).toMatchObject({ status: 400, body: { error: { code: 4100, data: { code: 'SCOPE_MISSING' } } } });
  });
});

it('the commands of the page pay and sign, and a repeated payment is the same one', async () => {
  writeFileSync(join(home, 'token.header'), `Authorization: Bearer ${token}\n`, { mode: 0o600 });
  const page = readFileSync(new URL('../../docs/json-rpc.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const calls = blocks.filter((text) => text.startsWith('curl'));
  const env = { PATH: process.env['PATH'], URL: url, FROM: from(), TO: receiver };
  const shell = async (text: string) => JSON.parse((await run('bash', ['-euc', text], { env, cwd: home })).stdout);
  const [listed, paid, signed] = [
    await shell(calls[0] ?? ''),
    await shell(calls[1] ?? ''),
    await shell(calls[2] ?? ''),
  ];
  expect(listed.result).toEqual(accounts);
  expect((await node.receipt(paid.result)).status).toBe('0x1');
  expect(verifyMessage('hello', signed.result).toLowerCase()).toBe(from());
  const again = (calls[1] ?? '').replace('"id":2', '"id":99');
  expect(await shell(again)).toEqual({ ...paid, id: 99 });
  for (const flag of ['--rpc-chain ETH', '--clef-socket', '--clef-token-file']) expect(page).toContain(flag);
});

describe('viem', () => {
  const clients = () => {
    const transport = http(`${url}/rpc/ETH`, { fetchOptions: { headers: { authorization: `Bearer ${token}` } } });
    return {
      wallet: createWalletClient({ account: from(), chain: sepolia, transport }),
      open: createPublicClient({ chain: sepolia, transport, pollingInterval: 50 }),
    };
  };

  it('viem lists accounts, pays, and waits for the receipt', async () => {
    const { wallet, open } = clients();
    expect((await wallet.getAddresses()).map((one) => one.toLowerCase())).toEqual([...accounts]);
    const hash = await wallet.sendTransaction({ to: receiver, value: 5n });
    expect((await open.waitForTransactionReceipt({ hash })).status).toBe('success');
  });

  it('viem signs messages and typed data that it verifies', async () => {
    const { wallet } = clients();
    const signature = await wallet.signMessage({ message: 'hello' });
    expect((await recoverMessageAddress({ message: 'hello', signature })).toLowerCase()).toBe(from());
    const typed = {
      domain: { name: 'Login', version: '1', chainId: SEPOLIA, verifyingContract: receiver },
      types: { Login: [{ name: 'nonce', type: 'uint256' }] },
      primaryType: 'Login',
      message: { nonce: 7n },
    } as const;
    const signed = await wallet.signTypedData(typed);
    expect(verifyTypedData(typed.domain, { Login: [...typed.types.Login] }, typed.message, signed).toLowerCase()).toBe(
      from(),
    );
    expect(TypedDataEncoder.hash(typed.domain, { Login: [...typed.types.Login] }, typed.message)).toMatch(/^0x/);
  });

  it('viem reads why a contract refuses a call', async () => {
    const code = '0x63deadbeef5f526004601cfd';
    await node.rpc('anvil_setCode', [receiver, code]);
    const thrown = await clients()
      .open.call({ to: receiver, data: '0x12345678' })
      .catch((error: unknown) => error);
    expect(String(thrown)).toContain('0xdeadbeef');
    await node.rpc('anvil_setCode', [receiver, '0x']);
  });
});

describe('ethers', () => {
  it('ethers pays and signs, with its calls in batches', async () => {
    const request = new FetchRequest(`${url}/rpc/ETH`);
    request.setHeader('authorization', `Bearer ${token}`);
    const provider = new JsonRpcProvider(request, SEPOLIA, { staticNetwork: true, pollingInterval: 50 });
    try {
      const signer = await provider.getSigner(from());
      const sent = await signer.sendTransaction({ to: receiver, value: 3n });
      expect((await sent.wait())?.status).toBe(1);
      const signature = await signer.signMessage('hello');
      expect(verifyMessage('hello', signature).toLowerCase()).toBe(from());
      const domain = { name: 'Login', chainId: SEPOLIA, verifyingContract: receiver };
      const types = { Login: [{ name: 'who', type: 'address' }] };
      const typed = await signer.signTypedData(domain, types, { who: receiver });
      expect(verifyTypedData(domain, types, { who: receiver }, typed).toLowerCase()).toBe(from());
      const all = await Promise.all([
        provider.getBlockNumber(),
        provider.getBalance(receiver),
        provider.send('eth_accounts', []),
      ]);
      expect(all[2]).toEqual(accounts);
      expect(new Interface(['function f()']).getFunction('f')?.selector).toMatch(/^0x/);
    } finally {
      provider.destroy();
    }
  });
});

describe('clef', () => {
  /** Asks through the socket as go-ethereum does: one value, then the answer's line. */
  const clef = (method: string, params: readonly unknown[] = [], end = '\n') =>
    new Promise<{ readonly result?: never; readonly error?: { readonly code: number } }>((resolve, reject) => {
      const stream = connect(socket, () =>
        stream.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}${end}`),
      );
      let text = '';
      stream.on('data', (part) => {
        text += String(part);
        if (!text.endsWith('\n')) return;
        stream.destroy();
        resolve(JSON.parse(text));
      });
      stream.on('error', reject);
    });

  it('answers on its socket what go-ethereum asks', async () => {
    expect(await clef('account_version')).toMatchObject({ result: '6.1.0' });
    expect(await clef('account_list', [], '')).toMatchObject({ result: accounts });
    expect(await clef('health_status')).toMatchObject({ result: 'OK' });
    const { result: signed } = await clef('account_signData', ['text/plain', from(), '0x68656c6c6f']);
    expect(verifyMessage('hello', String(signed)).toLowerCase()).toBe(from());
    expect(await clef('account_signData', ['application/x-clique-header', from(), '0xf8'])).toMatchObject({
      error: { code: expect.any(Number) },
    });
  });

  it('answers a signed transaction with the members that go-ethereum reads', async () => {
    const whole = {
      from: from(),
      to: receiver,
      value: '0x7',
      nonce: hex(950),
      gas: '0x5208',
      chainId: hex(SEPOLIA),
      data: '0x',
    };
    const capped = await clef('account_signTransaction', [
      { ...whole, maxFeePerGas: hex(3e9), maxPriorityFeePerGas: '0x1' },
    ]);
    const { raw, tx } = capped.result as unknown as { raw: `0x${string}`; tx: Record<string, string> };
    const parsed = parseTransaction(raw);
    expect(tx).toMatchObject({
      type: '0x2',
      nonce: hex(950),
      gas: '0x5208',
      value: '0x7',
      input: '0x',
      chainId: hex(SEPOLIA),
      accessList: [],
    });
    expect([tx['r'], tx['s'], tx['yParity']].map((one) => BigInt(one ?? 0))).toEqual([
      BigInt(parsed.r ?? 0),
      BigInt(parsed.s ?? 0),
      BigInt(parsed.yParity ?? 9),
    ]);
    const old = await clef('account_signTransaction', [{ ...whole, nonce: hex(951), gasPrice: hex(3e9) }]);
    const legacy = old.result as unknown as { tx: Record<string, string> };
    expect(legacy.tx).toMatchObject({
      type: '0x0',
      gasPrice: hex(3e9),
      chainId: hex(SEPOLIA),
      to: receiver.toLowerCase(),
    });
    expect(legacy.tx['hash']).toMatch(/^0x[0-9a-f]{64}$/);
  });
});
