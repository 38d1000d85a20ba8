import { randomBytes } from 'node:crypto';
import type { Chain } from '../../core/chain/chain.js';
import type { CompleteContext, NodeClient, NodeRequest, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { parseChainId, quote } from '../../core/ids.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { needsCode, withoutCode } from '../evm/code.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { type Fields, isObject, readObject } from '../shared/fields.js';
import { includedAt } from '../shared/finality.js';
import { bytesToHex, quantityToHex } from '../shared/hexadecimal.js';
import { decodePrivateKey } from '../shared/hexadecimal-key.js';
import { addressOf, readAddress, showAddress } from '../shared/keccak-address.js';
import { isPrefixedHashId } from '../shared/transaction-id.js';
import {
  type Body,
  blockNumberOf,
  type Clause,
  intrinsicGas,
  readRequest,
  type VechainRequest,
  writeBody,
} from './format.js';
import { parseBody } from './summary.js';
import { tatum } from './tatum.js';

/** `xpub` on both networks, as with the Ethereum family. */
const XPUB_VERSION = 0x0488b21e;
const hosts = { mainnet: 'https://sync-mainnet.vechain.org', testnet: 'https://sync-testnet.vechain.org' } as const;
const DEFAULT_EXPIRATION = 720;
/** What the simulation of a call is topped up with, because its result depends on the state of the moment. */
const GAS_RESERVE = 15_000n;

/** VeChain Thor. Coin type 818 (SLIP-44); fees are paid in VTHO, the second coin. Nodes speak the Thorest interface. */
export const vechain: Chain = {
  id: parseChainId('VET'),
  name: 'VeChain',
  slug: 'vet',
  tatum,
  coin: 'VET',
  decimals: 18,
  feeAsset: { symbol: 'VTHO', decimals: 18 },
  feeCeiling: '10000',
  keys: {
    curves: ['secp256k1'],
    hd: bip32Scheme({
      mainnet: { path: "m/44'/818'/0'/0", version: XPUB_VERSION },
      testnet: { path: "m/44'/1'/0'/0", version: XPUB_VERSION },
    }),
    address: (key) => showAddress(addressOf(key), {}),
    publicKey,
    encodePrivateKey: bytesToHex,
    decodePrivateKey,
    normalizeAddress: (text) => showAddress(readAddress(text, {}), {}),
  },
  codec: {
    isTransactionId: isPrefixedHashId,
    parse: parseBody,
    expiry: 'renewed',
    repetition: ({ serialized }) => (isWhole(readObject(serialized)) ? 'final' : 'renewed'),
  },
  node: {
    async complete(pending, context) {
      const request = readRequest(pending.serialized, context.from);
      // Through the cloud it is the foundation's public node that is asked, and only for what cannot be done without.
      if (context.node.publicService === undefined) await checkContracts(request.clauses, context.node);
      const gas = await estimateGas(request, context);
      const chainTag = request.chainTag ?? (await genesisTag(context));
      const blockRef = request.blockRef ?? (await bestBlock(context)).id.slice(0, 18);
      const { expiration = DEFAULT_EXPIRATION, gasPriceCoef = 0, dependsOn = null, clauses } = request;
      const nonce = request.nonce ?? BigInt(`0x${randomBytes(8).toString('hex')}`);
      return writeBody({ chainTag, blockRef, expiration, clauses, gasPriceCoef, gas, dependsOn, nonce });
    },
    async broadcast({ raw, txId }, node) {
      const answer = await ask(node, { path: '/transactions', body: { raw } });
      const id = isObject(answer) ? answer['id'] : undefined;
      if (id === txId) return txId;
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node took a broadcast and answered with another id');
    },
    async fate(recorded, node) {
      if (await isFound(recorded, node)) return 'known';
      return (await isOutdated(recorded, node)) ? 'dead' : 'open';
    },
    async inclusion(recorded, node) {
      const best = readBlock(await ask(node, { path: '/blocks/best' }));
      // Thor looks in the chain that it holds for the best one, so a receipt is of no other branch.
      const receipt = await ask(node, { path: `/transactions/${recorded.txId}/receipt` });
      if (receipt === null) return { kind: (await isFound(recorded, node)) ? 'waiting' : 'absent' };
      const { meta, reverted } = isObject(receipt) ? receipt : {};
      const { txID, blockID } = isObject(meta) ? meta : {};
      if (txID !== recorded.txId || typeof reverted !== 'boolean') {
        throw new CustosError('NODE_ANSWER_INVALID', 'the VET node answered with no receipt of this transaction');
      }
      const { id, number } = readBlock({ id: blockID });
      return includedAt({ block: id, number, reverted }, best.number);
    },
  },
};

/** True when neither the random nonce nor the block that it begins with is filled in. */
function isWhole({ nonce, blockRef }: Fields): boolean {
  return (nonce ?? undefined) !== undefined && (blockRef ?? undefined) !== undefined;
}

/** In a block or in the pool. */
async function isFound({ txId }: RecordedTransaction, node: NodeClient): Promise<boolean> {
  const found = await ask(node, { path: `/transactions/${txId}?pending=true` });
  return isObject(found) && found['id'] === txId;
}

/** @throws CustosError RECEIVER_UNFIT: a call of a known method where there is no contract; NODE_* */
async function checkContracts(clauses: readonly Clause[], node: NodeClient): Promise<void> {
  const called = clauses.filter(({ to, data }) => to !== undefined && needsCode({ to: readAddress(to, {}), data }));
  for (const to of new Set(called.map((clause) => clause.to))) {
    const account = await ask(node, { path: `/accounts/${to}` });
    const hasCode = isObject(account) ? account['hasCode'] : undefined;
    if (typeof hasCode !== 'boolean')
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node answered with no account');
    if (!hasCode) throw withoutCode(String(to));
  }
}

/** The simulation of all clauses, by the account that will sign. @throws CustosError NODE_REFUSED: it is reverted */
async function estimateGas(request: VechainRequest, context: CompleteContext): Promise<bigint> {
  const { clauses, gas } = request;
  const body = {
    clauses: clauses.map(({ to, value, data }) => ({
      to: to ?? null,
      value: value === undefined ? '' : quantityToHex(value),
      data: bytesToHex(data),
    })),
    ...(gas !== undefined && { gas: Number(gas) }),
    caller: context.from,
  };
  const answer = await askPublic(context, { path: '/accounts/*?revision=best', body });
  if (!Array.isArray(answer) || answer.length !== clauses.length) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the VET node simulated another number of clauses');
  }
  const outcomes: readonly unknown[] = answer;
  let used = 0n;
  for (const outcome of outcomes) {
    const gasUsed = isObject(outcome) ? outcome['gasUsed'] : undefined;
    if (!isObject(outcome) || !Number.isSafeInteger(gasUsed) || Number(gasUsed) < 0) {
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node simulated a clause without saying its gas');
    }
    if (outcome['reverted'] === true) {
      throw new CustosError(
        'NODE_REFUSED',
        `the VET node says that the transaction is reverted: ${quote(outcome['vmError'])}`,
      );
    }
    used += BigInt(Number(gasUsed));
  }
  return intrinsicGas(clauses) + (used > 0n ? used + GAS_RESERVE : 0n);
}

async function genesisTag(context: CompleteContext): Promise<number> {
  return Number.parseInt((await block(context, '0')).id.slice(-2), 16);
}

function bestBlock(context: CompleteContext) {
  return block(context, 'best');
}

async function block(context: CompleteContext, revision: string) {
  return readBlock(await askPublic(context, { path: `/blocks/${revision}` }));
}

function readBlock(value: unknown): { readonly id: string; readonly number: number } {
  const id = isObject(value) ? value['id'] : undefined;
  if (typeof id !== 'string' || !/^0x[0-9a-f]{64}$/.test(id)) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the VET node answered with no block');
  }
  return { id, number: blockNumberOf(id) };
}

/** Through the cloud the foundation's public node is asked, as the cloud itself has none. */
function askPublic({ node, network }: CompleteContext, request: NodeRequest): Promise<unknown> {
  const { path, ...rest } = request;
  return node.publicService === undefined ? node.http(request) : node.publicService(`${hosts[network]}${path}`, rest);
}

function ask(node: NodeClient, request: NodeRequest): Promise<unknown> {
  return node.http(request);
}

/** A transaction lives for `expiration` blocks from the one that it refers to, and is never taken afterwards. */
async function isOutdated({ completed }: RecordedTransaction, node: NodeClient): Promise<boolean> {
  const body: Pick<Body, 'blockRef' | 'expiration'> = JSON.parse(completed) as Body;
  const { number } = readBlock(await ask(node, { path: '/blocks/best' }));
  return number > blockNumberOf(body.blockRef) + body.expiration;
}
