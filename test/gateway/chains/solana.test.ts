import { VersionedTransaction } from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { editionAddress, metadataAddress } from '../../../src/chains/solana/building/metadata.js';
import { solana } from '../../../src/chains/solana/index.js';
import { decodeMessage, resolveInstructions } from '../../../src/chains/solana/message.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import { keyOf } from '../../chains/signing.js';
import { type Answer, signatureId } from '../running.js';
import { type Carrying, expectStrict, type Question, startCarrying } from './carrying.js';

type Address = Parameters<LiteSVM['getBalance']>[0];
type SvmTransaction = Parameters<LiteSVM['sendTransaction']>[0];

const key = keyOf(solana);
const from = key.address;
const payer = keyOf(solana, 0x22);
const friend = keyOf(solana, 0x33).address;
const payerId = '6d78dad2-518f-4e76-8255-8f1df0de6884';
/** The virtual machine that the nodes run. */
const svm = new LiteSVM();
for (const { address } of [key, payer]) svm.airdrop(address as Address, 10_000_000_000n as never);

const answers: Record<string, (params: readonly unknown[]) => unknown> = {
  getGenesisHash: () => svm.latestBlockhash(),
  getLatestBlockhash() {
    svm.expireBlockhash();
    return { context: { slot: 1 }, value: { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 150 } };
  },
  getAccountInfo([address]) {
    const account = svm.getAccount(address as Address);
    const data = account.exists ? [Buffer.from(account.data).toString('base64'), 'base64'] : [];
    return { value: account.exists ? { data, owner: account.programAddress, executable: account.executable } : null };
  },
  getMinimumBalanceForRentExemption: ([size]) => Number(svm.minimumBalanceForRentExemption(BigInt(Number(size)))),
  getTransaction: () => ({ meta: { err: null } }),
  sendTransaction([raw]) {
    const { signatures, message } = VersionedTransaction.deserialize(Buffer.from(raw as string, 'base64'));
    const named = signatures.map((one, at) => [message.staticAccountKeys[at]!.toBase58(), one]);
    const wire = { messageBytes: message.serialize(), signatures: Object.fromEntries(named) };
    const result = svm.sendTransaction(wire as unknown as SvmTransaction);
    if (result instanceof FailedTransactionMetadata) throw new Error(result.toString());
    return solana.keys.address(signatures[0]!, 'testnet');
  },
};

function ledger({ body: { id, method, params } }: Question): unknown {
  try {
    return { jsonrpc: '2.0', id, result: answers[method]?.(params) };
  } catch (error) {
    return { jsonrpc: '2.0', id, error: { code: -32002, message: String(error) } };
  }
}

let carrying: Carrying;
beforeAll(async () => {
  carrying = await startCarrying('SOL', ledger);
});
afterAll(() => carrying.close());

const deployment = { chain: 'SOL', from, address: friend, supply: '1000.5', digits: 3, signatureId };
const metadata = { name: 'My NFT', symbol: 'NFT', uri: 'https://example.com/1', sellerFeeBasisPoints: 500 };
const mint = { chain: 'SOL', from, to: from, metadata, signatureId };

interface Mint {
  readonly address: string;
  readonly supply: bigint;
  readonly decimals: number;
  readonly authority: string;
  readonly freezer: string;
}

/** The mint whose key came with the request, as the network holds it. */
function mintOf(queued: string): Mint {
  const { mintPK } = JSON.parse(queued) as { mintPK: string };
  const address = solana.keys.address(Buffer.from(mintPK.slice(64), 'hex'), 'testnet');
  const account = svm.getAccount(address as Address);
  if (!account.exists) throw new Error('there is no mint');
  const data = Buffer.from(account.data);
  const shown = (at: number) => solana.keys.address(data.subarray(at, at + 32), 'testnet');
  const amounts = { supply: data.readBigUInt64LE(36), decimals: data[44] ?? 0 };
  return { address, ...amounts, authority: shown(4), freezer: shown(50) };
}

function tokens(owner: string, token: string): bigint {
  const account = svm.getAccount(associatedTokenAddress(owner, token, programs.token) as Address);
  return account.exists ? Buffer.from(account.data).readBigUInt64LE(64) : 0n;
}

/** Program, data and accounts of each instruction of a queued message. */
async function instructionsOf(answer: Answer) {
  const { txData } = JSON.parse(await carrying.queued(answer)) as { txData: string };
  return resolveInstructions(decodeMessage(Buffer.from(txData, 'hex')), []);
}

describe('forms of Solana', () => {
  test('a token is made, and its receiver gets all of it', async () => {
    const queued = await carrying.queued(await carrying.ask.post('/v3/blockchain/token/deploy', deployment));
    await carrying.carry(key);
    const made = mintOf(queued);
    expect(made).toMatchObject({ supply: 1_000_500n, decimals: 3, authority: from, freezer: from });
    expect(tokens(friend, made.address)).toBe(1_000_500n);
  });

  test('tokens are sent to a wallet without an account for them', async () => {
    const own = { ...deployment, address: from };
    const queued = await carrying.queued(await carrying.ask.post('/v3/blockchain/token/deploy', own));
    await carrying.carry(key);
    const { address: contractAddress } = mintOf(queued);
    const transfer = { chain: 'SOL', from, to: friend, contractAddress, digits: 3, amount: '2.5', signatureId };
    await carrying.queued(await carrying.ask.post('/v3/blockchain/token/transaction', transfer));
    await carrying.carry(key);
    expect(tokens(friend, contractAddress)).toBe(2_500n);
  });

  test('another wallet pays for a token, and another one may freeze it', async () => {
    const before = svm.getBalance(payer.address as Address) ?? 0n;
    const paid = { feePayer: payer.address, feePayerSignatureId: payerId, freezeAuthority: friend };
    const given = await carrying.ask.post('/v3/blockchain/token/deploy', { ...deployment, ...paid });
    const queued = await carrying.queued(given);
    await carrying.carry(key, payer);
    expect(mintOf(queued)).toMatchObject({ authority: from, freezer: friend });
    expect(before - (svm.getBalance(payer.address as Address) ?? 0n) > 1_461_600n).toBe(true);
  });

  test('a unique token is sent to a wallet without an account for it', async () => {
    const one = { ...deployment, address: from, supply: '1', digits: 0 };
    const queued = await carrying.queued(await carrying.ask.post('/v3/blockchain/token/deploy', one));
    await carrying.carry(key);
    const { address: contractAddress } = mintOf(queued);
    const move = { chain: 'SOL', from, to: friend, contractAddress, signatureId };
    await carrying.queued(await carrying.ask.post('/v3/nft/transaction', move));
    await carrying.carry(key);
    expect([tokens(from, contractAddress), tokens(friend, contractAddress)]).toEqual([0n, 1n]);
    const group = { collection: friend, collectionAddress: friend, nftAddress: contractAddress };
    for (const [path, number] of [
      ['/v3/nft/burn', 29],
      ['/v3/nft/verify', 30],
    ] as const) {
      const answer = await carrying.ask.post(path, { ...move, ...group });
      const [instruction, ...others] = await instructionsOf(answer);
      expect([instruction?.program, [...(instruction?.data ?? [])], others]).toEqual([
        programs.tokenMetadata,
        [number],
        [],
      ]);
      expect(instruction?.accounts[0]?.address).toBe(metadataAddress(contractAddress));
      await carrying.ask.call('DELETE', `/v3/kms/${answer.body.signatureId}`);
    }
  });

  test('a unique token is minted with its metadata, and one only for ever', async () => {
    const answer = await carrying.ask.post('/v3/nft/mint', mint);
    const instructions = await instructionsOf(answer);
    const [, , , , description, edition] = instructions;
    expect(instructions.map(({ program }) => program)).toEqual([
      ...[programs.system, programs.token, programs.associatedToken, programs.token],
      ...[programs.tokenMetadata, programs.tokenMetadata],
    ]);
    const token = instructions[1]?.accounts[0]?.address ?? '';
    expect(description?.accounts[0]?.address).toBe(metadataAddress(token));
    expect(Buffer.from(description?.data ?? []).toString()).toContain('https://example.com/1');
    expect(edition?.accounts[0]?.address).toBe(editionAddress(token));
    // The virtual machine has no Token Metadata program, so it is taken back.
    await carrying.ask.call('DELETE', `/v3/kms/${answer.body.signatureId}`);
  });

  test.each([
    ['/v3/blockchain/token/deploy', deployment, ['from', 'address', 'supply', 'digits', 'signatureId']],
    ['/v3/nft/mint', mint, ['from', 'to', 'metadata', 'signatureId']],
    ['/v3/nft/transaction', { ...mint, contractAddress: friend }, ['from', 'to', 'contractAddress', 'signatureId']],
    ['/v3/nft/burn', { chain: 'SOL', from, contractAddress: friend, signatureId }, ['from', 'contractAddress']],
    [
      '/v3/nft/verify',
      { chain: 'SOL', from, nftAddress: friend, collectionAddress: friend, signatureId },
      ['chain', 'from', 'nftAddress', 'collectionAddress', 'signatureId'],
    ],
  ])('%s names the member that is missing or wrong', async (path, form, members) => {
    await expectStrict(carrying, path, { form, members });
  });

  test.each<[string, object, string]>([
    ['/v3/nft/burn', { chain: 'SOL', from, contractAddress: friend, signatureId }, 'TRANSACTION_UNSUPPORTED'],
    [
      '/v3/nft/mint',
      { ...mint, metadata: { ...metadata, creators: [{ address: from, share: 99 }] } },
      'AMOUNT_INVALID',
    ],
    ['/v3/nft/mint', { ...mint, to: programs.token }, 'ADDRESS_INVALID'],
    ['/v3/blockchain/token/deploy', { ...deployment, supply: '18446744073709551.616' }, 'AMOUNT_INVALID'],
    ['/v3/blockchain/token/deploy', { ...deployment, feePayer: payer.address }, 'validation.failed'],
  ])('%s refuses what the network would refuse (%#)', async (path, form, code) => {
    const { status, body } = await carrying.ask.post(path, form);
    expect([status >= 400, body.errorCode], JSON.stringify(body)).toEqual([true, code]);
  });
});
