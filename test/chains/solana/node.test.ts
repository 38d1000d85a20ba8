import {
  AddressLookupTableAccount,
  PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
} from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { solana } from '../../../src/chains/solana/index.js';
import { PLACEHOLDER_BLOCKHASH } from '../../../src/chains/solana/message.js';
import { fateOf, sendTransaction } from '../../../src/chains/solana/node.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { keyOf } from '../signing.js';

const key = keyOf(solana);
const friend = keyOf(solana, 0x33).address;
const blockhash = '22P7aiJEXM5dffbD9CGRWNT88KgomkogFACVqcDdsxR2';
const pub = (address: string) => new PublicKey(address);
const send = SystemProgram.transfer({ fromPubkey: pub(key.address), toPubkey: pub(friend), lamports: 1 });
const latest = { context: { slot: 1000 }, value: { blockhash, lastValidBlockHeight: 900 } };

type Answer = unknown | ((params: readonly unknown[]) => unknown);

/** A direct node with these answers by method; an Error is thrown, and a list of several answers is gone through. */
function nodeOf(answers: Record<string, Answer>, asked: string[] = []): NodeClient {
  return {
    async rpc(method, params) {
      asked.push(`${method} ${JSON.stringify(params)}`);
      const known = answers[method];
      const answer: unknown = typeof known === 'function' ? known(params) : known;
      if (answer instanceof Error) throw answer;
      if (answer === undefined) throw refused(`Method not found (code -32601)`);
      return answer;
    },
    http: () => Promise.reject(new CustosError('NODE_REFUSED', 'no HTTP interface')),
  };
}

const refused = (message: string) => new CustosError('NODE_REFUSED', message);
const viaCloud = (node: NodeClient): NodeClient => ({ ...node, cloud: () => Promise.reject(refused('no cloud')) });

interface Asked {
  readonly instructions?: TransactionInstruction[];
  readonly tables?: AddressLookupTableAccount[];
  readonly blockhash?: string;
  readonly network?: 'mainnet' | 'testnet';
}

function complete(node: NodeClient, asked: Asked = {}): Promise<string> {
  const { instructions = [send], tables, network = 'testnet' } = asked;
  const message = new TransactionMessage({
    payerKey: pub(key.address),
    recentBlockhash: asked.blockhash ?? PLACEHOLDER_BLOCKHASH,
    instructions,
  });
  const bytes = (tables ? message.compileToV0Message(tables) : message.compileToLegacyMessage()).serialize();
  const received = {
    id: '5'.repeat(24),
    chain: 'SOL',
    hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'],
    serializedTransaction: JSON.stringify({ txData: Buffer.from(bytes).toString('hex') }),
  };
  const context = { network, from: key.address, signers: [key] };
  const nextNonce = async (count: bigint) => count;
  return solana.node.complete(parsePending(received, solana.id, network), { ...context, node, nextNonce });
}

const context = { network: 'testnet' as const, from: key.address, signers: [key] };

describe('completing', () => {
  const genesis = {
    mainnet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
    devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
    testnet: '4uhcVJyU9pJkvQyS88uRDiswHScSCQY3XkwcoP7vFDvU',
    own: blockhash,
  };

  it('completing asks an own node for its network, because keys and addresses are the same on all', async () => {
    const code = async (name: keyof typeof genesis, network: 'mainnet' | 'testnet') => {
      const node = nodeOf({ getLatestBlockhash: latest, getGenesisHash: genesis[name] });
      return complete(node, { network }).then(
        () => 'completed',
        (error: CustosError) => error.code,
      );
    };
    expect(await code('mainnet', 'mainnet')).toBe('completed');
    expect(await code('mainnet', 'testnet')).toBe('NETWORK_MISMATCH');
    for (const name of ['devnet', 'testnet', 'own'] as const) {
      expect(await code(name, 'testnet')).toBe('completed');
      expect(await code(name, 'mainnet')).toBe('NETWORK_MISMATCH');
    }
  });

  it('completing asks the cloud only for the receivers of coins and the blockhash', async () => {
    const asked: string[] = [];
    await complete(viaCloud(nodeOf({ getLatestBlockhash: latest }, asked)));
    expect(asked).toEqual([
      expect.stringContaining('getMultipleAccounts'),
      'getLatestBlockhash [{"commitment":"finalized"}]',
    ]);
  });

  it.each([
    ['no object', 'text'],
    ['no blockhash', { ...latest, value: { lastValidBlockHeight: 1 } }],
    ['a blockhash that is none', { ...latest, value: { blockhash: 'x', lastValidBlockHeight: 1 } }],
    ['the placeholder', { ...latest, value: { blockhash: PLACEHOLDER_BLOCKHASH, lastValidBlockHeight: 1 } }],
    ['no end', { ...latest, value: { blockhash } }],
    ['no slot', { value: latest.value }],
  ])('completing takes no answer with %s', async (_what, getLatestBlockhash) => {
    await expect(complete(viaCloud(nodeOf({ getLatestBlockhash })))).rejects.toMatchObject({
      code: 'NODE_ANSWER_INVALID',
    });
  });

  it('completing keeps the value of a durable nonce, which lasts until it is used', async () => {
    const advance = SystemProgram.nonceAdvance({ noncePubkey: pub(friend), authorizedPubkey: pub(key.address) });
    const asked: string[] = [];
    const node = viaCloud(nodeOf({ getLatestBlockhash: latest }, asked));
    const text = await complete(node, { instructions: [advance, send], blockhash });
    expect(asked).toEqual([expect.stringContaining('getMultipleAccounts')]);
    expect(JSON.parse(text)).not.toHaveProperty('lastValidBlockHeight');
    const { summary, sign } = solana.codec.parse(text, context);
    expect(summary).toMatchObject({ kind: 'transfer', opaque: false });
    const recorded = { ...(await sign([key])), completed: text, sender: key.address };
    const answers = { getSignatureStatuses: { context: { slot: 10 ** 9 }, value: [null] } };
    expect(await fateOf(recorded, nodeOf(answers))).toBe('open');
    // In any other place it is an ordinary instruction, and the blockhash is one, too.
    const second = await complete(node, { instructions: [send, advance], blockhash });
    expect(JSON.parse(second)).toMatchObject({ lastValidBlockHeight: '900', slot: '1000' });
  });

  const addresses = [pub(programs.memo), pub(friend), pub(programs.token)];
  const table = new AddressLookupTableAccount({
    key: pub(keyOf(solana, 0x66).address),
    state: { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0, addresses },
  });
  const header = Buffer.alloc(56);
  header[0] = 1;
  const accountOf = (data: Buffer, owner: string = programs.addressLookupTable) => ({
    value: { data: [data.toString('base64'), 'base64'], owner },
  });
  const whole = Buffer.concat([header, ...addresses.map((one) => one.toBuffer())]);

  it('completing reads lookup tables as the network has them', async () => {
    const asked: string[] = [];
    const node = viaCloud(nodeOf({ getLatestBlockhash: latest, getAccountInfo: accountOf(whole) }, asked));
    const text = await complete(node, { tables: [table] });
    expect(asked[0]).toBe(`getAccountInfo ["${table.key.toBase58()}",{"encoding":"base64","commitment":"finalized"}]`);
    expect(solana.codec.parse(text, context).summary).toMatchObject({
      to: friend,
      opaque: true,
      value: { amount: 1n },
    });
  });

  it.each([
    ['that is missing', { value: null }, 'TRANSACTION_INVALID'],
    ['of another program', accountOf(whole, programs.system), 'TRANSACTION_INVALID'],
    ['that is too short', accountOf(whole.subarray(0, 80)), 'TRANSACTION_INVALID'],
    ['that is empty', accountOf(Buffer.alloc(0)), 'TRANSACTION_INVALID'],
    ['that is not set up', accountOf(Buffer.alloc(200)), 'TRANSACTION_INVALID'],
    ['that cannot be read', { value: { data: 'x', owner: 'y' } }, 'NODE_ANSWER_INVALID'],
    [
      'that is not base64',
      { value: { data: ['*', 'base64'], owner: programs.addressLookupTable } },
      'NODE_ANSWER_INVALID',
    ],
  ])('completing refuses a lookup table %s', async (_what, getAccountInfo, code) => {
    const node = viaCloud(nodeOf({ getLatestBlockhash: latest, getAccountInfo }));
    await expect(complete(node, { tables: [table] })).rejects.toMatchObject({ code });
  });
});

const completed = await complete(viaCloud(nodeOf({ getLatestBlockhash: latest })));
const signed = await solana.codec.parse(completed, context).sign([key]);
const { txId } = signed;
const recorded = { ...signed, completed, sender: key.address };
const landed = { meta: { err: null } };
const failed = { meta: { err: { InstructionError: [0, { Custom: 1 }] } } };
const status = (value: unknown, slot = 2000) => ({ context: { slot }, value: [value] });

/** Waits take no time, and are remembered. */
function clockOf(waits: number[] = []) {
  return { wait: async (milliseconds: number) => void waits.push(milliseconds) };
}

const outcome = (answers: Record<string, Answer>, waits: number[] = []) =>
  sendTransaction(signed, nodeOf(answers), clockOf(waits)).catch((error: CustosError) => error.code);

describe('sending', () => {
  it('sending hands over the bytes as recorded, and waits until they are confirmed', async () => {
    const asked: string[] = [];
    const answers = [null, null, landed];
    const node = nodeOf({ sendTransaction: txId, getTransaction: () => answers.shift() }, asked);
    const waits: number[] = [];
    expect(await sendTransaction(signed, node, clockOf(waits))).toBe(txId);
    const look = `getTransaction ["${txId}",{"commitment":"confirmed"}]`;
    const options = '{"encoding":"base64","preflightCommitment":"confirmed"}';
    expect(asked).toEqual([`sendTransaction ["${signed.raw}",${options}]`, look, look, look]);
    expect(waits).toEqual([500, 500]);
  });

  it('the chain offers the tested way of sending', async () => {
    expect(await solana.node.broadcast!(recorded, nodeOf({ sendTransaction: txId, getTransaction: landed }))).toBe(
      txId,
    );
    expect(solana.node.sendsByNode).toBe(true);
    expect(solana.codec.expiry).toBe('renewed');
  });

  it('sending asks for transactions of version 0 in a form that nodes answer', async () => {
    const message = new TransactionMessage({
      payerKey: pub(key.address),
      recentBlockhash: blockhash,
      instructions: [send],
    }).compileToV0Message();
    const txData = Buffer.from(message.serialize()).toString('hex');
    const text = JSON.stringify({ txData, slot: 1, lastValidBlockHeight: 2 });
    const versioned = await solana.codec.parse(text, context).sign([key]);
    const asked: string[] = [];
    await sendTransaction(versioned, nodeOf({ sendTransaction: versioned.txId, getTransaction: landed }, asked));
    expect(asked[1]).toBe(
      `getTransaction ["${versioned.txId}",{"commitment":"confirmed","maxSupportedTransactionVersion":0}]`,
    );
  });

  it('sending bytes that are already in a block succeeds', async () => {
    const sendTransaction = refused('Transaction simulation failed: This transaction has already been processed');
    expect(await outcome({ sendTransaction, getTransaction: landed })).toBe(txId);
    // Without a look-up the node's word counts.
    expect(await outcome({ sendTransaction })).toBe(txId);
  });

  it('sending trusts the status where a node keeps no transactions', async () => {
    const confirmed = status({ err: null, confirmationStatus: 'confirmed' });
    expect(await outcome({ sendTransaction: txId, getSignatureStatuses: confirmed })).toBe(txId);
    const broken = status({ err: { InstructionError: [0, 'InvalidArgument'] }, confirmationStatus: 'finalized' });
    expect(await outcome({ sendTransaction: txId, getSignatureStatuses: broken })).toBe('BROADCAST_REFUSED');
    const early = status({ err: null, confirmationStatus: 'processed' });
    expect(await outcome({ sendTransaction: txId, getSignatureStatuses: early })).toBe('NODE_ANSWER_INVALID');
    expect(await outcome({ sendTransaction: txId })).toBe(txId);
  });

  it('sending that is not confirmed in time is tried again with the same bytes', async () => {
    const waits: number[] = [];
    expect(await outcome({ sendTransaction: txId, getTransaction: null }, waits)).toBe('NODE_ANSWER_INVALID');
    expect(waits.reduce((sum, one) => sum + one, 0)).toBe(12_000);
  });

  it('a transaction that fails in a block has failed for good', async () => {
    expect(await outcome({ sendTransaction: txId, getTransaction: failed })).toBe('BROADCAST_REFUSED');
  });

  it.each([
    ['insufficient funds', 'Transaction simulation failed: insufficient lamports (code -32002)', 'BROADCAST_REFUSED'],
    ['a bad signature', 'Transaction signature verification failure (code -32003)', 'BROADCAST_REFUSED'],
    ['a node that lags', 'Node is behind by 42 slots (code -32005)', 'NODE_ANSWER_INVALID'],
    ['a node that failed', 'Internal error (code -32603)', 'NODE_ANSWER_INVALID'],
    ['too many questions', 'Too many requests for a specific RPC call (code -32429)', 'NODE_ANSWER_INVALID'],
  ])('sending is refused because of %s', async (_what, message, code) => {
    expect(await outcome({ sendTransaction: refused(message) })).toBe(code);
  });

  it('an unknown blockhash proves nothing about sent bytes, unless they are in a block', async () => {
    const sendTransaction = refused('Transaction simulation failed: Blockhash not found (code -32002)');
    const waits: number[] = [];
    expect(await outcome({ sendTransaction, getTransaction: null }, waits)).toBe('NODE_ANSWER_INVALID');
    expect(await outcome({ sendTransaction })).toBe('NODE_ANSWER_INVALID');
    expect(await outcome({ sendTransaction, getTransaction: landed })).toBe(txId);
    expect(await outcome({ sendTransaction, getTransaction: failed })).toBe('BROADCAST_REFUSED');
    expect(waits).toEqual([]);
  });

  it('sending passes on network errors, and takes no foreign id', async () => {
    const unreachable = new CustosError('NODE_UNREACHABLE', 'no way');
    expect(await outcome({ sendTransaction: unreachable })).toBe('NODE_UNREACHABLE');
    expect(await outcome({ sendTransaction: txId, getTransaction: unreachable })).toBe('NODE_UNREACHABLE');
    expect(await outcome({ sendTransaction: blockhash })).toBe('NODE_ANSWER_INVALID');
  });
});

describe('the fate of signed bytes', () => {
  const epoch = (blockHeight: number, absoluteSlot = 1500) => ({ blockHeight, absoluteSlot });
  const fate = (answers: Record<string, Answer>) => fateOf(recorded, nodeOf(answers));
  const valid = (value: unknown, slot: unknown = 1500) => ({ context: { slot }, value });
  const past = {
    getEpochInfo: epoch(901),
    isBlockhashValid: valid(false),
    getSignatureStatuses: status(null),
    getFirstAvailableBlock: 1000,
  };

  it('signed bytes are known when a block holds them', async () => {
    expect(await fate({ ...past, getSignatureStatuses: status({ err: null }) })).toBe('known');
  });

  it('signed bytes are dead when the chain is past their end and the history does not have them', async () => {
    const asked: string[] = [];
    expect(await fateOf(recorded, nodeOf(past, asked))).toBe('dead');
    expect(asked).toEqual([
      'getEpochInfo [{"commitment":"finalized"}]',
      `isBlockhashValid ["${blockhash}",{"commitment":"finalized"}]`,
      `getSignatureStatuses [["${txId}"],{"searchTransactionHistory":true}]`,
      'getFirstAvailableBlock []',
    ]);
  });

  it('signed bytes are open while the chain takes their blockhash, whatever was said of its end before', async () => {
    expect(await fate({ ...past, isBlockhashValid: valid(true) })).toBe('open');
    expect(await fate({ ...past, isBlockhashValid: valid(false, 1499) })).toBe('open');
    expect(await fate({ ...past, isBlockhashValid: valid(false, 10_000) })).toBe('open');
    expect(await fate({ ...past, isBlockhashValid: undefined }).catch(({ code }) => code)).toBe('NODE_REFUSED');
  });

  it('signed bytes are open where their blockhash came from a slot that the chain has not reached', async () => {
    expect(await fate({ ...past, getEpochInfo: epoch(901, 999) })).toBe('open');
  });

  it('signed bytes are open while their end has not passed', async () => {
    expect(await fate({ ...past, getEpochInfo: epoch(900) })).toBe('open');
  });

  it('signed bytes are open where the node that looked is behind the one that counted', async () => {
    expect(await fate({ ...past, getSignatureStatuses: status(null, 1499) })).toBe('open');
  });

  it('signed bytes that failed in a block are never dead, so that no other fee is paid', async () => {
    expect(await fate({ ...past, getSignatureStatuses: status({ err: { InstructionError: [0, 'X'] } }) })).toBe('open');
  });

  it('signed bytes have an unknown fate at a node with too short a history', async () => {
    await expect(fate({ ...past, getFirstAvailableBlock: 1001 })).rejects.toMatchObject({ code: 'NODE_REFUSED' });
    await expect(fate({ ...past, getSignatureStatuses: undefined })).rejects.toMatchObject({ code: 'NODE_REFUSED' });
  });

  it.each([
    ['getEpochInfo', {}],
    ['getEpochInfo', { blockHeight: '901', absoluteSlot: 1 }],
    ['isBlockhashValid', null],
    ['isBlockhashValid', { value: false }],
    ['isBlockhashValid', valid('false')],
    ['isBlockhashValid', valid(false, -1)],
    ['getSignatureStatuses', null],
    ['getSignatureStatuses', { context: { slot: 1 }, value: [] }],
    ['getSignatureStatuses', { value: [null] }],
    ['getSignatureStatuses', status('x')],
    ['getFirstAvailableBlock', -1],
  ])('the fate of signed bytes is not guessed from a strange answer to %s', async (method, answer) => {
    await expect(fate({ ...past, [method]: answer })).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });
});
