import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { verifyTypedData } from 'ethers';
import {
  type Address,
  getAddress,
  type Hex,
  keccak256,
  parseEther,
  parseTransaction,
  recoverTransactionAddress,
  serializeTransaction,
  type TransactionSerializable,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpProvider, Web3 } from 'web3';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, type Running, removeHome, start } from '../support/custos.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';
const run = promisify(execFile);
const hex = (value: bigint | number): Hex => `0x${value.toString(16)}`;

let home: string;
let node: Anvil;
let server: Running;
let url: string;
let token: string;
let from: Address;

beforeAll(async () => {
  home = makeHome();
  node = await startAnvil({ chainId: SEPOLIA });
  const env = { CUSTOS_PASSWORD };
  await custos(['init'], { home, env });
  await custos(['wallet', 'create', 'ETH', '--testnet', '--private-key'], { home, env });
  const scopes = 'wallets:read,transactions:create,messages:sign,typed-data:sign';
  token = (await custos(['token', 'create', 'tools', '--scope', scopes], { home, env })).stdout.trim();
  const given = ['--listen', '127.0.0.1:0', '--rpc-chain', 'ETH', '--node', `ETH=${node.url}`];
  server = start(['serve', '--testnet', ...given], { home, env });
  [, url = ''] = /"url": "(http:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  [from] = (await call('eth_accounts')) as [Address];
  await node.rpc('anvil_setBalance', [from, hex(parseEther('100'))]);
}, 120_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

interface Asked {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

async function ask(method: string, params: readonly unknown[] = [], path = '/rpc/ETH'): Promise<Asked> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return (await answer.json()) as Asked;
}

async function call(method: string, params: readonly unknown[] = []): Promise<unknown> {
  const { result, error } = await ask(method, params);
  if (error !== undefined) throw new Error(JSON.stringify(error));
  return result;
}

const login = {
  domain: { name: 'Login', version: '1', chainId: SEPOLIA, verifyingContract: receiver },
  types: { Login: [{ name: 'nonce', type: 'uint256' }] },
  primaryType: 'Login',
  message: { nonce: 7 },
} as const;

describe.each(['/rpc/ETH', '/'])('web3.js at %s', (path) => {
  const connected = () => {
    const providerOptions = { headers: { authorization: `Bearer ${token}` } } as RequestInit;
    const web3 = new Web3(new HttpProvider(`${url}${path}`, { providerOptions }));
    web3.eth.transactionPollingInterval = 50;
    return web3;
  };

  it('lists accounts, pays, and waits for the receipt', async () => {
    const { eth } = connected();
    expect((await eth.getAccounts()).map((one) => one.toLowerCase())).toEqual([from]);
    const receipt = await eth.sendTransaction({ from, to: receiver, value: '1000' });
    expect(receipt).toMatchObject({ status: 1n, from });
    expect(await eth.getBalance(receiver)).toBeGreaterThanOrEqual(1000n);
  });

  it('gets a signed transaction back that it can send', async () => {
    const { eth } = connected();
    const nonce = await eth.getTransactionCount(from);
    const whole = { from, to: receiver, value: '7', nonce, gas: 21_000, gasPrice: 3_000_000_000n };
    const signed = await eth.signTransaction(whole);
    const raw = String(typeof signed === 'string' ? signed : signed.raw) as Hex;
    expect(parseTransaction(raw)).toMatchObject({ nonce: Number(nonce), gas: 21_000n, value: 7n, chainId: SEPOLIA });
    expect(await eth.sendSignedTransaction(raw)).toMatchObject({ status: 1n, from });
  });

  it('signs messages and typed data that others verify', async () => {
    const web3 = connected();
    const message = web3.utils.utf8ToHex('hello');
    const recovered = (signature: unknown) => web3.eth.accounts.recover('hello', String(signature)).toLowerCase();
    expect(recovered(await web3.eth.sign(message, from))).toBe(from);
    expect(recovered(await web3.eth.personal.sign('hello', from, 'unused'))).toBe(from);
    const signature = await web3.eth.signTypedData(from, login as never);
    const types = { Login: [...login.types.Login] };
    expect(verifyTypedData(login.domain, types, login.message, String(signature)).toLowerCase()).toBe(from);
  });

  it('hears why a sender that is not there cannot pay', async () => {
    const { eth } = connected();
    const stranger = node.accounts[0]?.address ?? '';
    const sent = eth.sendTransaction({ from: stranger, to: receiver, value: '1' });
    await expect(sent).rejects.toThrow(/no unlocked account matches the sender/i);
  });
});

describe.each(['/rpc/ETH', '/'])('cast at %s', (path) => {
  /** Its environment has the address with the token, which would otherwise stand in the list of processes. */
  const cast = async (...args: readonly string[]) => {
    const [, rest = ''] = url.split('//');
    const env = { ETH_RPC_URL: `http://x:${token}@${rest}${path}`, HOME: home };
    const { stdout } = await run(castProgram(), [...args], { env });
    return stdout.trim();
  };

  it('pays, deploys and calls from an account that it calls unlocked', async () => {
    const paid = JSON.parse(
      await cast('send', '--unlocked', '--from', from, receiver, '--value', '1000', '--json', '--poll-interval', '1'),
    );
    expect(paid).toMatchObject({ status: '0x1', from });
    const code = '0x6080604052348015600e575f5ffd5b50603e80601a5f395ff3fe60806040525f5ffdfea164736f6c634300081c000a';
    const made = JSON.parse(await cast('send', '--unlocked', '--from', from, '--json', '--create', code));
    expect(made.contractAddress).toMatch(/^0x/);
    expect(await cast('code', made.contractAddress)).not.toBe('0x');
  });

  it('asks by bare methods, and verifies what was signed', async () => {
    expect(JSON.parse(await cast('rpc', 'eth_accounts'))).toEqual([from]);
    expect(await cast('chain-id')).toBe(String(SEPOLIA));
    const signature = JSON.parse(await cast('rpc', 'personal_sign', '0x68656c6c6f', from));
    expect(await cast('wallet', 'verify', '--address', from, 'hello', signature)).toContain('succeeded');
    const nonce = await cast('nonce', from);
    const members = { from, to: receiver, value: '0x1', nonce: hex(Number(nonce)), gas: '0x5208', gasPrice: hex(3e9) };
    const raw = JSON.parse(await cast('rpc', 'eth_signTransaction', JSON.stringify(members)));
    expect(JSON.parse(JSON.parse(await cast('decode-transaction', raw)))).toMatchObject({
      signer: from,
      nonce: members.nonce,
    });
    expect(JSON.parse(await cast('publish', raw))).toMatchObject({ status: '0x1' });
  });

  it('says what Custos answered to a sender that is not there', async () => {
    const sent = cast('send', '--unlocked', '--from', receiver, receiver, '--value', '1');
    await expect(sent).rejects.toMatchObject({ stderr: expect.stringMatching(/no unlocked account/i) });
  });
});

/** What go-ethereum writes for a transaction that is to be signed: absent members are null, the sender has its checksum. */
describe('the batcher and proposer of a rollup', () => {
  const capped = { type: 'eip1559', chainId: SEPOLIA, gas: 60_000n, maxFeePerGas: 3n * 10n ** 9n } as const;
  const plain = { ...capped, maxPriorityFeePerGas: 1n, to: receiver, value: 0n, data: '0xdead' } as const;
  const hashes: Hex[] = [`0x01${'ab'.repeat(31)}`, `0x01${'cd'.repeat(31)}`];
  const blobs = {
    ...plain,
    type: 'eip4844',
    blobVersionedHashes: hashes,
    maxFeePerBlobGas: 9n,
    sidecars: false,
  } as const;
  const common = (nonce: number) => ({
    from,
    to: receiver,
    gas: hex(60_000),
    maxFeePerGas: hex(3e9),
    maxPriorityFeePerGas: '0x1',
    value: '0x0',
    nonce: hex(nonce),
    chainId: hex(SEPOLIA),
  });

  /** Both clients refuse an answer whose hash to be signed is another one than that of what they asked for. */
  async function expectExactly(args: object, wanted: TransactionSerializable): Promise<void> {
    const raw = (await call('eth_signTransaction', [args])) as Hex;
    const { r: _r, s: _s, v: _v, yParity: _y, ...unsigned } = parseTransaction(raw) as TransactionSerializable;
    expect(keccak256(serializeTransaction(unsigned))).toBe(keccak256(serializeTransaction(wanted)));
    expect((await recoverTransactionAddress({ serializedTransaction: raw as never })).toLowerCase()).toBe(from);
  }

  it('op-service pings, and gets bytes of exactly what it asked for', async () => {
    expect(await call('health_status')).toBe('OK');
    const args = { ...common(900), gasPrice: null, data: null, input: '0xdead', accessList: null };
    await expectExactly(args, { ...plain, nonce: 900 });
    const batch = { ...common(901), gasPrice: null, data: null, input: '0xdead', accessList: [] };
    await expectExactly({ ...batch, blobVersionedHashes: hashes, maxFeePerBlobGas: '0x9' }, { ...blobs, nonce: 901 });
    const { to: _to, ...creation } = plain;
    await expectExactly({ ...args, ...common(902), to: null }, { ...creation, nonce: 902 });
  });

  it('Nitro gets bytes of exactly what it asked for, whatever it says beside the caps', async () => {
    const none = { maxFeePerBlobGas: null, blobs: null, commitments: null, proofs: null };
    const sender = { from: getAddress(from) };
    const args = { ...common(910), ...sender, gasPrice: hex(3e9), data: '0xdead', accessList: [], ...none };
    await expectExactly(args, { ...plain, nonce: 910 });
    // The blobs themselves are not part of what is signed, and 128 KiB each.
    const blob = `0x${'00'.repeat(131_072)}`;
    const sidecar = {
      blobs: Array(6).fill(blob),
      commitments: Array(6).fill(`0x${'c0'.padEnd(96, '0')}`),
      proofs: Array(6).fill(`0x${'c0'.padEnd(96, '0')}`),
    };
    const batch = { ...args, nonce: hex(911), blobVersionedHashes: hashes, maxFeePerBlobGas: '0x9', ...sidecar };
    await expectExactly(batch, { ...blobs, nonce: 911 });
  });

  it('a gas price beside caps that is another one, and blobs without their hashes, are refused', async () => {
    const { error } = await ask('eth_signTransaction', [{ ...common(912), gasPrice: hex(4e9), data: '0x' }]);
    expect(error).toMatchObject({ code: -32602 });
    const bare = await ask('eth_signTransaction', [{ ...common(912), data: '0x', blobs: ['0x00'] }]);
    expect(bare.error).toMatchObject({ code: -32004 });
  });

  it('an account that would be given to a contract is a hazard (EIP-7702)', async () => {
    const [owner] = node.accounts;
    const account = privateKeyToAccount(owner?.privateKey ?? '0x');
    const { r, s, yParity } = await account.signAuthorization({ address: receiver, chainId: SEPOLIA, nonce: 0 });
    const one = { chainId: hex(SEPOLIA), address: receiver, nonce: '0x0', yParity: hex(yParity ?? 0), r, s };
    const { error } = await ask('eth_signTransaction', [{ ...common(912), data: '0x', authorizationList: [one] }]);
    expect(error).toMatchObject({ code: -32003, data: { code: 'HAZARD_REFUSED' } });
  });
});

function castProgram(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/cast/package.json'));
  const manifest = require.resolve(`@foundry-rs/cast-${process.platform}-${architecture}/package.json`);
  return join(manifest, '..', 'bin', process.platform === 'win32' ? 'cast.exe' : 'cast');
}
