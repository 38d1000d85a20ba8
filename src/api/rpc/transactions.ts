import { CustosError } from '../../core/errors.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { Delivery } from '../../core/store/intake-facts.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { requireScope } from '../caller.js';
import { addressText, type CallContext, type Method, objectAt, paramsInvalid, requireAccount } from './method.js';
import { askedBy, signerOf, takeOver } from './taking.js';

type Members = Readonly<Record<string, unknown>>;

/** Signs and sends. @returns the transaction id */
export const sendTransaction: Method = async (params, context) => {
  const members = objectAt(params, 0, 'transaction');
  if (isGiven(members, 'blobVersionedHashes') || isGiven(members, 'blobs')) {
    throw new CustosError(
      'TRANSACTION_UNSUPPORTED',
      'blobs are signed by eth_signTransaction, and sent by whoever has them',
    );
  }
  const { txId } = await requested(members, 'broadcast', context);
  if (txId === undefined) throw new CustosError('INTERNAL', 'a sent transaction has no id');
  return txId;
};

/** Signs what is complete, and changes nothing of it. @returns the signed bytes */
export const signTransaction: Method = async (params, context) => {
  const members = completeMembers(objectAt(params, 0, 'transaction'));
  return bytesOf(await requested(members, 'return', context));
};

/** The same as clef answers it: the bytes, and the transaction as a node shows it. */
export const accountSignTransaction: Method = async (params, context) => {
  const members = completeMembers(objectAt(params, 0, 'transaction'));
  const raw = bytesOf(await requested(members, 'return', context));
  return { raw, tx: context.parts.words.signedJson(raw) };
};

async function requested(members: Members, delivery: Delivery, context: CallContext): Promise<JournalEntry> {
  requireScope(context.caller, 'transactions:create');
  const { from } = members;
  if (typeof from !== 'string') throw paramsInvalid('the transaction has no sender (from)');
  const { key, wallets } = await requireAccount(from, context);
  const form = formOf({ ...members, from: addressText(from) }, { key, delivery, context });
  const call = [delivery, form.unsigned];
  return takeOver(context, call, () => context.parts.transactions.submit({ ...askedBy(context), form, wallets }));
}

interface Sending {
  readonly key: KeyRef;
  readonly delivery: Delivery;
  readonly context: CallContext;
}

function formOf(members: Members, { key, delivery, context }: Sending) {
  const { chain } = context;
  const kind = 'raw' as const;
  return { kind, chain: chain.id, keys: [signerOf(key)], unsigned: JSON.stringify(withLimit(members)), delivery };
}

/** Some chains replace a `gas` by the node's estimate, as the cloud does, and none of them a `gasLimit`: who calls here sets a limit. */
function withLimit({ gas, ...members }: Members): Members {
  return isGiven({ gas }, 'gas') && !isGiven(members, 'gasLimit') ? { ...members, gasLimit: gas } : { ...members, gas };
}

/**
 * What is signed of a transaction that has to be complete: what a signer fills in by itself, the caller does not know, and compares
 * with what comes back.
 * @throws CustosError PARAMS_INVALID
 */
function completeMembers(members: Members): Members {
  requireComplete(members);
  const left = new Set<string>();
  // go-ethereum's own price of a transaction with caps is the higher one, and clients that copy it out send it along.
  if (isSameQuantity(members['gasPrice'], members['maxFeePerGas'])) left.add('gasPrice');
  // The hashes say all of the blobs, which are large and go to the network without Custos.
  if (isGiven(members, 'blobVersionedHashes')) for (const name of sidecar) left.add(name);
  return Object.fromEntries(Object.entries(members).filter(([name]) => !left.has(name)));
}

const sidecar = ['blobs', 'commitments', 'proofs'] as const;

function requireComplete(members: Members): void {
  if (!isGiven(members, 'nonce')) throw paramsInvalid('the transaction has no nonce; eth_sendTransaction gives it one');
  if (!isGiven(members, 'gas') && !isGiven(members, 'gasLimit')) throw paramsInvalid('the transaction has no gas');
  if ([members['gas'], members['gasLimit']].some(isZero)) throw paramsInvalid('the gas is 0');
  const hasCaps = isGiven(members, 'maxFeePerGas') && isGiven(members, 'maxPriorityFeePerGas');
  if (!hasCaps && !isGiven(members, 'gasPrice')) {
    throw paramsInvalid('the transaction has neither gasPrice nor maxFeePerGas and maxPriorityFeePerGas');
  }
  if (isGiven(members, 'gasPrice') && isZero(members['gasPrice'])) throw paramsInvalid('the gasPrice is 0');
}

function isGiven(members: Members, name: string): boolean {
  return members[name] !== undefined && members[name] !== null;
}

/** Two texts of the same number, as Ethereum's clients write numbers. */
function isSameQuantity(one: unknown, other: unknown): boolean {
  const [first, second] = [one, other].map((value) => /^0x0*([0-9a-f]+)$/i.exec(String(value))?.[1]?.toLowerCase());
  return first !== undefined && first === second;
}

/** A price of 0 stands for the usual one, and a gas of 0 for the node's estimate, where a cloud says so: both would be replaced. */
function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && /^0(x0*)?$/.test(value));
}

function bytesOf({ signed }: JournalEntry): string {
  if (signed === undefined) throw new CustosError('INTERNAL', 'a signed transaction has no bytes');
  return signed;
}
