import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  Message,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { beforeEach, describe, expect, it } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { PLACEHOLDER_BLOCKHASH } from '../../../src/chains/solana/message.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import { buildPayment } from '../../../src/chains/solana/transfer.js';
import type { PaymentRequest } from '../../../src/core/chain/builders/solana.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parseSignatureId } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { LentKey } from '../../../src/core/signing/wallet.js';
import { keyOf } from '../signing.js';

type Address = Parameters<LiteSVM['getBalance']>[0];
type SvmTransaction = Parameters<LiteSVM['sendTransaction']>[0];

const key = keyOf(solana);
const payer = keyOf(solana, 0x22);
const friend = keyOf(solana, 0x33).address;
const mint = keyOf(solana, 0x55);
const pub = (address: string) => new PublicKey(address);
const SOL = 1_000_000_000n;

let svm: LiteSVM;
let node: NodeClient;

beforeEach(() => {
  svm = new LiteSVM();
  for (const { address } of [key, payer]) svm.airdrop(address as Address, (10n * SOL) as never);
  node = nodeOf(svm);
});

/** The questions of a node, answered by the virtual machine that the nodes run. */
function nodeOf(machine: LiteSVM): NodeClient {
  const answers: Record<string, (params: readonly unknown[]) => unknown> = {
    getGenesisHash: () => machine.latestBlockhash(),
    getLatestBlockhash: () => ({
      context: { slot: 1 },
      value: { blockhash: machine.latestBlockhash(), lastValidBlockHeight: 150 },
    }),
    getAccountInfo([address]) {
      const account = machine.getAccount(address as Address);
      const data = account.exists ? [Buffer.from(account.data).toString('base64'), 'base64'] : [];
      return { value: account.exists ? { data, owner: account.programAddress, executable: account.executable } : null };
    },
    getMinimumBalanceForRentExemption: ([size]) => Number(machine.minimumBalanceForRentExemption(BigInt(Number(size)))),
    sendTransaction([raw]) {
      const { signatures, message } = VersionedTransaction.deserialize(Buffer.from(raw as string, 'base64'));
      const named = signatures.map((one, at) => [message.staticAccountKeys[at]!.toBase58(), one]);
      const wire = { messageBytes: message.serialize(), signatures: Object.fromEntries(named) };
      const result = machine.sendTransaction(wire as unknown as SvmTransaction);
      if (result instanceof FailedTransactionMetadata) {
        throw new CustosError('NODE_REFUSED', `${result.toString()} (code -32002)`);
      }
      return solana.keys.address(signatures[0]!, 'testnet');
    },
    getTransaction: () => ({ meta: { err: null } }),
  };
  return {
    async rpc(method, params) {
      const answer = answers[method];
      if (answer === undefined) throw new CustosError('NODE_REFUSED', `Method not found: ${method}`);
      return answer(params);
    },
    http: () => Promise.reject(new CustosError('NODE_REFUSED', 'no HTTP interface')),
  };
}

/** The whole way of a pending transaction: completed, decoded, signed, sent. */
async function carry(serializedTransaction: string, keys: readonly LentKey[] = [key]) {
  const received = {
    id: '5'.repeat(24),
    chain: 'SOL',
    hashes: keys.map(() => '26d3883e-4e17-48b3-a0ee-09a3e484ac83'),
    serializedTransaction,
  };
  const context = { network: 'testnet' as const, from: keys[0]!.address, signers: keys };
  const nextNonce = async (count: bigint) => count;
  const pending = parsePending(received, solana.id, 'testnet');
  const completed = await solana.node.complete(pending, { ...context, node, nextNonce });
  const unsigned = solana.codec.parse(completed, context);
  const recorded = { ...(await unsigned.sign(keys)), completed, sender: context.from };
  expect(await solana.node.broadcast!(recorded, node)).toBe(recorded.txId);
  return unsigned.summary;
}

function serialized(
  instructions: TransactionInstruction[],
  setting: { tables?: AddressLookupTableAccount[]; mintPK?: string } = {},
): string {
  const { tables, mintPK } = setting;
  const message = new TransactionMessage({
    payerKey: pub(key.address),
    recentBlockhash: PLACEHOLDER_BLOCKHASH,
    instructions,
  });
  const bytes = (tables ? message.compileToV0Message(tables) : message.compileToLegacyMessage()).serialize();
  return JSON.stringify({ txData: Buffer.from(bytes).toString('hex'), mintPK });
}

const balance = (address: string) => svm.getBalance(address as Address) ?? 0n;

function tokens(owner: string, program: string = programs.token): bigint {
  const account = svm.getAccount(associatedTokenAddress(owner, mint.address, program) as Address);
  return account.exists ? Buffer.from(account.data).readBigUInt64LE(64) : 0n;
}

/** Makes a mint of six decimals, by the key that comes with the request, and mints 100 tokens for the wallet. */
async function deploy(program: string = programs.token) {
  const account = (address: string, isSigner = false) => ({ pubkey: pub(address), isSigner, isWritable: true });
  const instruction = (programId: string, keys: TransactionInstruction['keys'], data: Uint8Array) =>
    new TransactionInstruction({ programId: pub(programId), keys, data: Buffer.from(data) });
  const own = associatedTokenAddress(key.address, mint.address, program);
  const text = serialized(
    [
      SystemProgram.createAccount({
        fromPubkey: pub(key.address),
        newAccountPubkey: pub(mint.address),
        lamports: Number(svm.minimumBalanceForRentExemption(82n)),
        space: 82,
        programId: pub(program),
      }),
      instruction(program, [account(mint.address)], Uint8Array.from([20, 6, ...key.publicKey, 0])),
      instruction(
        programs.associatedToken,
        [
          account(key.address, true),
          ...[own, key.address, mint.address, programs.system, program].map((one) => account(one)),
        ],
        Uint8Array.of(0),
      ),
      instruction(
        program,
        [account(mint.address), account(own), account(key.address, true)],
        Uint8Array.from([7, ...new Uint8Array(BigUint64Array.of(100_000_000n).buffer)]),
      ),
    ],
    { mintPK: solana.keys.encodePrivateKey(mint.privateKey, 'testnet') },
  );
  return carry(text);
}

const hot = { signatureId: parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83') };

/** The serialized form of a payment that came in at the gateway. */
async function build({ feePayer, ...change }: Partial<Omit<PaymentRequest, 'feePayer'>> & { feePayer?: string } = {}) {
  const request = { from: { address: key.address, key: hot }, to: friend, amount: '1.5', ...change };
  const paying = feePayer === undefined ? {} : { feePayer: { address: feePayer, key: hot } };
  return (await buildPayment({ ...request, ...paying }, { network: 'testnet', node })).serialized;
}

describe('the machine that the nodes run', () => {
  it('the runtime of the nodes moves coins as the summary says', async () => {
    const before = balance(key.address);
    const { value, fee } = await carry(await build());
    expect(balance(friend)).toBe(1_500_000_000n);
    expect(balance(key.address)).toBe(before - value.amount - fee.amount);
    expect([value.amount, fee.amount]).toEqual([1_500_000_000n, 5000n]);
  });

  it('the runtime takes the fee from a wallet that pays for another', async () => {
    const before = balance(payer.address);
    const { fee, from } = await carry(await build({ feePayer: payer.address }), [key, payer]);
    expect(from).toBe(key.address);
    expect(balance(payer.address)).toBe(before - fee.amount);
    expect(balance(key.address)).toBe(10n * SOL - 1_500_000_000n);
  });

  it.each([programs.token, programs.token2022])(
    'the runtime makes a token of %s with the key of its mint, and moves it',
    async (program) => {
      const deployed = await deploy(program);
      expect(deployed).toMatchObject({ kind: 'other', opaque: false, tokens: [{ action: 'mint', to: key.address }] });
      expect(tokens(key.address, program)).toBe(100_000_000n);
      for (const total of [2_500_000n, 5_000_000n]) {
        const summary = await carry(await build({ contractAddress: mint.address, amount: '2.5', digits: 6 }));
        expect(summary).toMatchObject({
          kind: 'token-transfer',
          opaque: false,
          tokens: [{ contract: mint.address, from: key.address, amount: 2_500_000n }],
        });
        expect(tokens(friend, program)).toBe(total);
        svm.expireBlockhash();
      }
      expect(tokens(key.address, program)).toBe(95_000_000n);
    },
  );

  it('the runtime opens the token account of the receiver, and the fee payer pays for it', async () => {
    await deploy();
    const before = balance(key.address);
    const text = await build({ contractAddress: mint.address, amount: '2.5', feePayer: payer.address });
    const summary = await carry(text, [key, payer]);
    expect(summary).toMatchObject({ kind: 'token-transfer', to: friend, tokens: [{ to: friend }] });
    expect(summary.text).toContain(`pays the rent of a token account of ${friend}`);
    expect(tokens(friend)).toBe(2_500_000n);
    expect(balance(key.address)).toBe(before);
  });

  it('the runtime takes a message of version 0 with a lookup table', async () => {
    svm.warpToSlot(100n);
    const [create, address] = AddressLookupTableProgram.createLookupTable({
      authority: pub(key.address),
      payer: pub(key.address),
      recentSlot: 99,
    });
    const entries = [pub(programs.memo), pub(friend)];
    const data = Buffer.alloc(56);
    // Kind, the slot in which it ends, and that nothing was added of late.
    data.writeUInt32LE(1, 0);
    data.writeBigUInt64LE(2n ** 64n - 1n, 4);
    expect(create.programId.toBase58()).toBe(programs.addressLookupTable);
    svm.setAccount({
      address: address.toBase58() as Address,
      programAddress: programs.addressLookupTable as Address,
      data: Buffer.concat([data, ...entries.map((one) => one.toBuffer())]),
      executable: false,
      lamports: SOL,
      space: BigInt(56 + 64),
    } as unknown as Parameters<LiteSVM['setAccount']>[0]);
    const state = {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: entries,
    };
    const tables = [new AddressLookupTableAccount({ key: address, state })];
    const send = SystemProgram.transfer({ fromPubkey: pub(key.address), toPubkey: pub(friend), lamports: SOL });
    const summary = await carry(serialized([send], { tables }));
    expect(summary).toMatchObject({ kind: 'transfer', to: friend, value: { amount: SOL }, opaque: true });
    expect(balance(friend)).toBe(SOL);
  });

  it('the runtime does not accept the signature of another key', async () => {
    const text = await build();
    const { txData } = JSON.parse(text) as { txData: string };
    const forged = txData.replace(
      Buffer.from(key.publicKey).toString('hex'),
      Buffer.from(payer.publicKey).toString('hex'),
    );
    await expect(carry(JSON.stringify({ txData: forged }))).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });

  it('the runtime refuses what the wallet does not have, and Custos says so', async () => {
    await expect(carry(await build({ amount: '11' }))).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });
});

describe('a transfer that is built', () => {
  it('a built transfer is a legacy message that the official library reads, with a placeholder for the blockhash', async () => {
    const { txData, ...rest } = JSON.parse(await build({ feePayer: payer.address })) as { txData: string };
    expect(rest).toEqual({});
    const message = Message.from(Buffer.from(txData, 'hex'));
    expect(message.recentBlockhash).toBe(PLACEHOLDER_BLOCKHASH);
    expect(message.serialize().toString('hex')).toBe(txData);
    const roles = message.accountKeys.map((one, at) => [
      one.toBase58(),
      message.isAccountSigner(at),
      message.isAccountWritable(at),
    ]);
    expect(roles).toEqual([
      [payer.address, true, true],
      [key.address, true, true],
      [friend, false, true],
      [programs.system, false, false],
    ]);
  });

  it.each(['0', '-1', '', '1e3', '0.0000000001', '18446744073.709551616', '1,5', '.5'])(
    'a transfer with the amount %j is refused',
    async (amount) => {
      await expect(build({ amount })).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
    },
  );

  it('a transfer is refused without a valid wallet or token, or with other decimals', async () => {
    await deploy();
    const contractAddress = mint.address;
    const cases: [Parameters<typeof build>[0], string][] = [
      [{ to: 'x' }, 'ADDRESS_INVALID'],
      [{ feePayer: 'x' }, 'ADDRESS_INVALID'],
      [{ contractAddress: 'x' }, 'ADDRESS_INVALID'],
      [{ contractAddress, to: associatedTokenAddress(friend, contractAddress, programs.token) }, 'ADDRESS_INVALID'],
      [{ contractAddress, digits: 9 }, 'AMOUNT_INVALID'],
      [{ contractAddress, amount: '0.0000001' }, 'AMOUNT_INVALID'],
      [{ contractAddress: friend }, 'TRANSACTION_UNSUPPORTED'],
      [{ contractAddress: key.address }, 'TRANSACTION_UNSUPPORTED'],
      [
        { contractAddress: associatedTokenAddress(key.address, contractAddress, programs.token) },
        'TRANSACTION_UNSUPPORTED',
      ],
    ];
    for (const [change, code] of cases) await expect(build(change)).rejects.toMatchObject({ code });
    node = { ...node, rpc: async () => 'nonsense' };
    await expect(build({ contractAddress })).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });
});
