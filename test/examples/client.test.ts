import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstruction,
  blockhash,
  createTransactionMessage,
  getBase58Decoder,
  address as kitAddress,
  pipe,
  type SignatureBytes,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signAndSendTransactionMessageWithSigners,
} from '@solana/kit';
import { PublicKey, SystemProgram, Transaction as Web3Transaction } from '@solana/web3.js';
import {
  AbstractSigner,
  ContractFactory,
  Transaction as EthersTransaction,
  JsonRpcProvider,
  verifyMessage,
  verifyTypedData,
} from 'ethers';
import ts from 'typescript';
import {
  createWalletClient,
  getAddress,
  http,
  parseTransaction,
  recoverMessageAddress,
  recoverTransactionAddress,
  recoverTypedDataAddress,
} from 'viem';
import { toAccount } from 'viem/accounts';
import { sepolia } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ethersSigner } from '../../src/client/ethers.js';
import { type CustosClient, createClient } from '../../src/client/index.js';
import { signatureBytes, solanaSigner } from '../../src/client/solana.js';
import { viemWallet } from '../../src/client/viem.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, type Running, removeHome, start } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type SvmNode, startSvmNode } from '../support/svm-node.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const COIN = 10n ** 18n;
const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/client.md'), 'utf8');

let home: string;
let node: Anvil;
let svm: SvmNode;
let server: Running;
let url: string;
let token: string;
let tokenFile: string;

/** One server for everything in this file. */
async function serve(): Promise<void> {
  const nodes = ['--node', `ETH=${node.url}`, '--node', `SOL=${svm.url}`];
  const args = ['serve', '--testnet', ...nodes, '--listen', '127.0.0.1:0'];
  server = start(args, { home, env: { CUSTOS_PASSWORD } });
  url = /"(http:[^"]+)"/.exec(await server.line(/"url": ?"http/))?.[1] ?? '';
}

beforeAll(async () => {
  [home, node, svm] = await Promise.all([
    makeQuickHome({ CUSTOS_PASSWORD }),
    startAnvil({ chainId: SEPOLIA }),
    startSvmNode(),
  ]);
  token = (await custos(['token', 'create', 'test'], { home, env: { CUSTOS_PASSWORD } })).stdout.trim();
  tokenFile = join(home, 'custos.token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  await serve();
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  await svm?.close();
  removeHome(home);
});

const client = (more: object = {}): CustosClient => createClient({ url, token, ...more });
const balanceOf = async (address: string) => BigInt(String(await node.rpc('eth_getBalance', [address, 'latest'])));
const nonceOf = async (address: string) => Number(await node.rpc('eth_getTransactionCount', [address, 'latest']));

/** A wallet with 100 coins. */
async function rich(): Promise<{ readonly id: string; readonly address: string }> {
  const made = await client().call('createWallet', { body: { chain: 'ETH', kind: 'key' } });
  const { id, address } = Object(made);
  await node.rpc('anvil_setBalance', [address, `0x${(100n * COIN).toString(16)}`]);
  return { id, address };
}

/** What a program of the repository prints. */
async function shown(file: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'] };
  const { stdout, stderr } = await run(process.execPath, [file, ...args], { env, cwd: home });
  expect(`${stdout}${stderr}`).not.toContain(token);
  return stdout;
}

// First: it pays from every wallet that there is.
it('the quick start of docs/client.md pays as it stands there', async () => {
  const { address } = await rich();
  const [, text = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(root, join(home, 'node_modules/custos-kms'));
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  writeFileSync(join(home, 'quick-start.mjs'), outputText.replace('http://127.0.0.1:8646', url));
  expect(await shown('quick-start.mjs')).toMatch(/^(broadcast|completed) 0x[0-9a-f]{64}\n$/);
  const txId = (await shown('quick-start.mjs')).trim().split(' ')[1] ?? '';
  expect((await node.receipt(txId)).status).toBe('0x1');
  expect([await nonceOf(address), await balanceOf('0x52908400098527886E0F7030069857D2E4169EE7')]).toEqual([
    1,
    COIN / 4n,
  ]);
});

describe('examples', () => {
  const example = (name: string) => join(root, 'examples', name);

  it('examples/withdrawals.mjs pays each withdrawal of an exchange once, and refuses what is wrong', async () => {
    const { id, address } = await rich();
    const rows = JSON.parse(await shown(example('withdrawals.mjs'), url, tokenFile, id));
    expect(rows).toMatchObject([
      { number: 4711, state: 'paid', again: true },
      { number: 4712, state: 'paid', again: true },
      { number: 4713, state: 'refused', why: 'ADDRESS_INVALID' },
    ]);
    expect(await balanceOf(rows[0].to)).toBe(COIN / 2n);
    expect([await balanceOf(rows[1].to), await nonceOf(address)]).toEqual([COIN / 4n, 2]);
  });

  it('examples/payouts.mjs pays the winners of a game, and finds them under the name of the season', async () => {
    const { id, address } = await rich();
    for (const _round of [1, 2]) {
      const said = JSON.parse(await shown(example('payouts.mjs'), url, tokenFile, id));
      expect([said.summary, said.winners, said.paid.length]).toEqual([expect.stringContaining('0.07 ETH'), 7, 7]);
      expect(said.paid.every(({ state }: { state: string }) => state === 'completed')).toBe(true);
      expect(new Set(said.paid.map(({ txId }: { txId: string }) => txId)).size).toBe(7);
    }
    expect([await nonceOf(address), await balanceOf(`0x${'7'.repeat(40)}`)]).toEqual([7, COIN / 100n]);
  });

  it('examples/deposits.mjs gives each user an address, and sweeps what arrived once', async () => {
    const treasury = '0x9999000000000000000000000000000000009999';
    const first = JSON.parse(await shown(example('deposits.mjs'), url, tokenFile, node.url, treasury));
    expect(first).toMatchObject([
      { owner: 'user-17', swept: '1.990000000000000000' },
      { owner: 'user-18', swept: null },
      { owner: 'user-19', swept: null },
    ]);
    const again = JSON.parse(await shown(example('deposits.mjs'), url, tokenFile, node.url, treasury));
    const addresses = (rows: { address: string }[]) => rows.map(({ address }) => address);
    expect([new Set(addresses(first)).size, addresses(again)]).toEqual([3, addresses(first)]);
    expect([await balanceOf(treasury), await nonceOf(addresses(first)[0] ?? '')]).toEqual([(199n * COIN) / 100n, 1]);
  });
});

it('the client follows what happens to a payment on the server', async () => {
  const { id: wallet } = await rich();
  const to = '0x4444444444444444444444444444444444444444';
  const { id } = await client().submit({ kind: 'transfer', chain: 'ETH', from: { wallet }, to, amount: '1' });
  const types: string[] = [];
  for await (const { data } of client().events({ query: { transaction: id, limit: 1 } })) {
    types.push(...data.map(({ type }) => type));
    if (types.includes('transaction.completed')) break;
  }
  expect([types[0], types.at(-1), new Set(types).size]).toEqual([
    'transaction.accepted',
    'transaction.completed',
    types.length,
  ]);
});

describe('an adapter', () => {
  const to = '0x3333333333333333333333333333333333333333';
  const domain = { name: 'Shop', version: '1', chainId: SEPOLIA, verifyingContract: to } as const;
  const types = { Mail: [{ name: 'to', type: 'Person' }], Person: [{ name: 'age', type: 'uint256' }] } as const;
  const mail = { to: { age: 2n ** 200n } };
  /** Leaves a contract of one byte behind. */
  const bytecode = '0x600160006000396001601ff3' as const;
  /** How many transactions of this id Custos knows, which it sent itself or gave back for somebody to send. */
  const known = async (txId: string, wanted: 'broadcast' | 'return' = 'broadcast') => {
    const { data } = await client().call('listTransactions', { query: { txId } });
    return data.filter(({ delivery }) => delivery === wanted).length;
  };

  it('for viem has Custos sign messages, typed data and transactions, and send', async () => {
    const { id, address } = await rich();
    const { account, actions } = await viemWallet({ custos: client(), wallet: id });
    const options = { account: toAccount(account), chain: sepolia, transport: http(node.url) };
    const wallet = createWalletClient(options).extend(actions);
    const hash = await wallet.sendTransaction({ to, value: COIN });
    expect([(await node.receipt(hash)).status, await known(hash)]).toEqual(['0x1', 1]);
    const deployed = await createWalletClient(options).extend(actions).deployContract({ abi: [], bytecode });
    // viem's own `deployContract` sends what it had signed.
    expect([await known(deployed, 'return'), (await node.receipt(deployed)).contractAddress]).toEqual([
      1,
      expect.any(String),
    ]);
    const own = await wallet.sendTransaction({ data: bytecode });
    expect([await known(own), (await node.receipt(own)).contractAddress]).toEqual([1, expect.any(String)]);
    for (const message of ['hello \u{1f600}', { raw: '0x00ff' as const }, { raw: new Uint8Array([1, 2]) }]) {
      const signature = await wallet.signMessage({ message });
      expect(await recoverMessageAddress({ message, signature })).toBe(getAddress(address));
    }
    const data = { domain, types, primaryType: 'Mail', message: mail } as const;
    const signature = await wallet.signTypedData(data);
    expect(await recoverTypedDataAddress({ ...data, signature })).toBe(getAddress(address));
    const request = await wallet.prepareTransactionRequest({ to, value: 5n, data: '0x1234' });
    const raw = await wallet.signTransaction(request);
    expect(parseTransaction(raw)).toMatchObject({ to, value: 5n, data: '0x1234', nonce: 3, chainId: SEPOLIA });
    expect(await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` })).toBe(
      getAddress(address),
    );
    expect(await nonceOf(address)).toBe(3);
    await expect(wallet.signTransaction({ ...request, blobs: ['0x'] } as never)).rejects.toThrow('blobs');
  });

  it('for ethers has Custos sign messages, typed data and transactions, and send', async () => {
    const { id, address } = await rich();
    const provider = new JsonRpcProvider(node.url, SEPOLIA, { staticNetwork: true, pollingInterval: 50 });
    const signer = await ethersSigner({ custos: client(), wallet: id, AbstractSigner, provider });
    try {
      const sent = await signer.sendTransaction({ to, value: COIN });
      expect([(await sent.wait())?.status, await known(sent.hash), sent.from]).toEqual([1, 1, getAddress(address)]);
      const contract = await new ContractFactory([], bytecode, signer).deploy();
      await contract.waitForDeployment();
      expect(await known(contract.deploymentTransaction()?.hash ?? '')).toBe(1);
      const text = 'hello \u{1f600}';
      expect(verifyMessage(text, await signer.signMessage(text))).toBe(getAddress(address));
      const own = { Mail: [...types.Mail], Person: [...types.Person] };
      const signature = await signer.signTypedData(domain, own, mail);
      expect(verifyTypedData(domain, own, mail, signature)).toBe(getAddress(address));
      expect(signer.connect(null)).toBeInstanceOf(AbstractSigner);
      await expect(signer.sendTransaction({ from: to, to, value: 1n })).rejects.toThrow('from');
      const parsed = EthersTransaction.from(await signer.signTransaction({ to, value: 5n }));
      expect([parsed.from, parsed.value, parsed.nonce]).toEqual([getAddress(address), 5n, 2]);
    } finally {
      provider.destroy();
    }
  });

  it('for Solana has Custos sign and send what the kit and web3.js make', async () => {
    const made = await client().call('createWallet', { body: { chain: 'SOL', kind: 'key' } });
    const { id, address } = Object(made);
    svm.fund(address, 10_000_000_000n);
    const signer = await solanaSigner<Address, SignatureBytes>({ custos: client(), wallet: id });
    const receiver = new PublicKey(new Uint8Array(32).fill(9));
    const transfer = SystemProgram.transfer({ fromPubkey: new PublicKey(address), toPubkey: receiver, lamports: 1e9 });
    const first = new Web3Transaction({ feePayer: new PublicKey(address), recentBlockhash: address }).add(transfer);
    expect(await known(await signer.sendTransaction(first))).toBe(1);
    expect(svm.balance(receiver.toBase58())).toBe(1_000_000_000n);
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (one) => setTransactionMessageFeePayerSigner(signer, one),
      (one) =>
        setTransactionMessageLifetimeUsingBlockhash({ blockhash: blockhash(address), lastValidBlockHeight: 1n }, one),
      (one) =>
        appendTransactionMessageInstruction(
          {
            programAddress: kitAddress('11111111111111111111111111111111'),
            accounts: [
              { address: signer.address, role: AccountRole.WRITABLE_SIGNER },
              { address: kitAddress(receiver.toBase58()), role: AccountRole.WRITABLE },
            ],
            data: Uint8Array.from([
              ...transfer.data.subarray(0, 4),
              ...new Uint8Array(new BigUint64Array([7n]).buffer),
            ]),
          },
          one,
        ),
    );
    const signature = await signAndSendTransactionMessageWithSigners(message);
    expect(await known(getBase58Decoder().decode(signature))).toBe(1);
    expect(svm.balance(receiver.toBase58())).toBe(1_000_000_007n);
    expect(signatureBytes(await signer.signOffchainMessage('hello'))).toHaveLength(64);
  });
});

/** Stands before the server, so that the server may come back elsewhere. The first answer goes nowhere. */
async function swallowing(onAnswer: () => void): Promise<{ readonly url: string; close(): Promise<void> }> {
  let isFirst = true;
  const open = new Set<Socket>();
  const door = createServer((inner: Socket) => {
    const outer = connect(Number(new URL(url).port), '127.0.0.1');
    const end = () => {
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) open.add(socket.on('error', end).on('close', end));
    inner.pipe(outer);
    outer.on('data', (part) => {
      if (!isFirst) inner.write(part);
      else {
        isFirst = false;
        onAnswer();
        end();
      }
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${Object(door.address()).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => door.close(resolve));
    },
  };
}

it('a server that is killed between a payment and its answer pays once, although the client asks again', async () => {
  const { id, address } = await rich();
  let isAnswered = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    isAnswered = resolve;
  });
  const front = await swallowing(() => isAnswered());
  const paying = client({ url: front.url, retries: 200 });
  const receivers = [1, 2, 3, 4].map((last) => `0x${'ab'.repeat(19)}0${last}`);
  const asked = receivers.map((to) =>
    paying.submit({ kind: 'transfer', chain: 'ETH', from: { wallet: id }, to, amount: '1' }),
  );
  // The server has one request durably, and has answered it; the others are somewhere on their way.
  await answered;
  await server.kill('SIGKILL');
  await serve();
  const handles = await Promise.all(asked);
  const ends = await Promise.all(handles.map((handle) => handle.wait({ until: 'completed', timeout: 240_000 })));
  expect(new Set(ends.map(({ txId }) => txId)).size).toBe(4);
  expect(await Promise.all(receivers.map(balanceOf))).toEqual(receivers.map(() => COIN));
  expect(await nonceOf(address)).toBe(4);
  await front.close();
});
