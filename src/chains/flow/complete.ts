import { hex } from '@scure/base';
import type { CompleteContext, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isCount, isObject } from '../../core/json.js';
import { type AccountKey, accountKeys, chainName, type FlowAccess, FULL_WEIGHT, keyAt, newestBlock } from './access.js';
import { payloadMessage } from './encoding.js';
import { type FlowFilling, payloadOf } from './format.js';
import { curveOf, type FlowHash } from './key.js';
import type { FlowAction } from './request.js';

/** The cloud's operation, as a node client has it. */
export type Cloud = NonNullable<NodeClient['cloud']>;

/** Asks for everything that a request leaves open. A cloud's accounts propose and pay; without a cloud the account itself does. */
export async function fillRequest(action: FlowAction, context: CompleteContext): Promise<FlowFilling> {
  const { cloud } = context.node;
  const payer = cloud && (await payerOf(cloud));
  if (cloud === undefined || payer === undefined) return fillAlone(action, context);
  return fillSponsored(action, context, { cloud, payer });
}

/** The account of a cloud that pays. @returns undefined where the cloud has none, as a self-hosted gateway says */
async function payerOf(cloud: Cloud): Promise<CloudKey | undefined> {
  try {
    return await cloudKey(cloud, true);
  } catch (error) {
    if (error instanceof CustosError && error.details['status'] === 501) return undefined;
    throw error;
  }
}

/** Asks a cloud for a signature of one of its keys. @returns 64 bytes. @throws CustosError NODE_ANSWER_INVALID, CLOUD_* */
export async function signByCloud(cloud: Cloud, message: Uint8Array, isPayer: boolean): Promise<Uint8Array> {
  const answer = await cloud({ path: '/v3/flow/sign', body: { data: hex.encode(message), isPayer } });
  const signature = isObject(answer) ? answer['signature'] : undefined;
  if (typeof signature === 'string' && /^[0-9a-f]{128}$/i.test(signature)) return hex.decode(signature.toLowerCase());
  throw new CustosError('NODE_ANSWER_INVALID', 'the cloud answered with no FLOW signature');
}

interface CloudKey {
  readonly address: string;
  readonly keyId: number;
}

async function fillSponsored(
  action: FlowAction,
  context: CompleteContext,
  { cloud, payer }: { readonly cloud: Cloud; readonly payer: CloudKey },
): Promise<FlowFilling> {
  const { node, network } = context;
  const access = { node, network };
  const proposer = await cloudKey(cloud, false);
  if ([payer.address, proposer.address].includes(action.account)) {
    throw new CustosError('NODE_ANSWER_INVALID', `the cloud names 0x${action.account} itself as payer or proposer`);
  }
  const referenceBlock = await newestBlock(access, 'final');
  const key = await keyAt(access, proposer, 'block_height=sealed&expand=contracts,keys');
  const authorizer = await authorizerOf(action, context, access);
  const filling = { referenceBlock, payer, authorizer, proposer: { ...proposer, sequenceNumber: key.sequenceNumber } };
  const signature = await signByCloud(cloud, payloadMessage(payloadOf(action, filling)), false);
  return { ...filling, proposer: { ...filling.proposer, signature } };
}

async function cloudKey(cloud: Cloud, isPayer: boolean): Promise<CloudKey> {
  const answer = await cloud({ path: `/v3/flow/proposal/${isPayer}` });
  const { address, keyId } = isObject(answer) ? answer : {};
  const digits = typeof address === 'string' ? /^(?:0x)?([0-9a-f]{16})$/i.exec(address)?.[1] : undefined;
  const index = typeof keyId === 'string' && /^\d{1,6}$/.test(keyId) ? Number(keyId) : keyId;
  if (digits === undefined || !isCount(index)) {
    throw new CustosError('NODE_ANSWER_INVALID', `the cloud answered with no FLOW key: ${quote(address)}`);
  }
  return { address: digits.toLowerCase(), keyId: index };
}

/**
 * A cloud makes accounts with one key of secp256k1, which is the first and hashes with SHA3-256. Keys of P-256 come from
 * elsewhere, so the node is asked about their account.
 */
async function authorizerOf({ account }: FlowAction, { from }: CompleteContext, access: FlowAccess) {
  if (curveOf(from) === 'ecdsasecp256k1') return { keyId: 0, hash: 'SHA3_256' as const };
  const key = ownKey(await accountKeys(access, account, 'block_height=sealed&expand=keys'), { account, from });
  return { keyId: key.index, hash: hashOf(key) };
}

async function fillAlone(action: FlowAction, context: CompleteContext): Promise<FlowFilling> {
  const { node, network, from } = context;
  const access = { node, network };
  const { account } = action;
  const name = await chainName(access);
  if (name !== `flow-${network}`) {
    throw new CustosError('CHAIN_ID_MISMATCH', `the FLOW node serves ${quote(name)}, not flow-${network}`);
  }
  const referenceBlock = await newestBlock(access, 'sealed');
  const key = ownKey(await accountKeys(access, account, 'block_height=sealed&expand=keys'), { account, from });
  const sequenceNumber = await context.nextNonce(key.sequenceNumber);
  return {
    referenceBlock,
    proposer: { address: account, keyId: key.index, sequenceNumber },
    payer: { address: account, keyId: key.index },
    authorizer: { keyId: key.index, hash: hashOf(key) },
  };
}

function ownKey(keys: readonly AccountKey[], { account, from }: { account: string; from: string }): AccountKey {
  const curve = curveOf(from);
  const own = keys.filter((key) => key.publicKey === from && key.curve === curve && !key.revoked);
  const key = own.find(({ weight }) => weight >= FULL_WEIGHT);
  if (key !== undefined) return key;
  const why = own.length === 0 ? 'is not a living key' : `has less than the full weight of ${FULL_WEIGHT}`;
  throw new CustosError('SENDER_MISMATCH', `the wallet's key ${why} of the account 0x${account}`);
}

function hashOf({ hash }: AccountKey): FlowHash {
  if (hash === 'sha3256') return 'SHA3_256';
  if (hash === 'sha2256') return 'SHA2_256';
  throw new CustosError('TRANSACTION_UNSUPPORTED', `account keys that hash with ${quote(hash)} are not known`);
}
