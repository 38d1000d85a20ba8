import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, SummaryOutput } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { blake2b } from '../../crypto/hash.js';
import { type CallRules, type Content, describe } from '../evm/calls/call.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { addressOf, readAddress, showAddress } from '../shared/keccak-address.js';
import { keyOf } from '../shared/key-of.js';
import { recoverableOf } from '../shared/signature.js';
import { type Body, blockNumberOf, type Clause, encodeBody, intrinsicGas, readBody } from './format.js';

/** Last byte of the genesis ids. */
const chainTags: Readonly<Record<Network, number>> = { mainnet: 0x4a, testnet: 0x27 };
/** Smallest units of VTHO for one gas at a coefficient of 0, since the vote of 2021. */
const BASE_GAS_PRICE = 10n ** 13n;
/** A day of blocks, one every ten seconds. */
const DAY = 8640;
/** VeChain's proposals with the methods of a token standard of Ethereum; it has none for the others. */
const standards: Readonly<Record<number, string>> = { 20: 'VIP-180', 721: 'VIP-181', 1155: 'VIP-210' };
const rules: CallRules = {
  coin: 'VET',
  decimals: 18,
  show: (address) => showAddress(address, {}),
  standard: (number) => standards[number] ?? `ERC-${number}`,
};

/** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, GAS_TOO_LOW */
export function parseBody(completed: string, context: ParseContext): UnsignedTransaction {
  const body = readBody(completed);
  const tag = chainTags[context.network];
  if (body.chainTag !== tag && BigInt(body.chainTag) !== context.developmentChainId) {
    const text = `the transaction is for chain tag ${body.chainTag}, the ${context.network} of VET has ${tag}`;
    throw new CustosError('CHAIN_ID_MISMATCH', text);
  }
  const least = intrinsicGas(body.clauses);
  if (body.gas < least)
    throw new CustosError('GAS_TOO_LOW', `the gas limit is ${body.gas}, at least ${least} are needed`);
  return {
    summary: summarize(body, context.from),
    sign: async (keys) => sign(body, keyOf(keys, context.from, addressOfKey), context.from),
  };
}

function summarize(body: Body, from: string): Summary {
  const { clauses, gas, gasPriceCoef } = body;
  const contents = clauses.map((clause) => describe(messageOf(clause), from, rules));
  const [first] = contents;
  const fee = (gas * BASE_GAS_PRICE * BigInt(255 + gasPriceCoef)) / 255n;
  const single = clauses.length === 1 ? clauses[0] : undefined;
  const sentences = contents.map(({ text }) => text);
  return {
    kind: kindOf(contents),
    from,
    ...(single?.to !== undefined && { to: single.to }),
    value: { asset: 'VET', amount: clauses.reduce((sum, { value = 0n }) => sum + value, 0n) },
    tokens: contents.flatMap(({ tokens }) => tokens),
    hazards: [...contents.flatMap(({ hazards }) => hazards), ...lifetimeOf(body)],
    ...(clauses.length > 1 && { outputs: outputsOf(clauses) }),
    fee: { asset: 'VTHO', amount: fee },
    chainId: BigInt(body.chainTag),
    ...(single !== undefined && first?.method !== undefined && { method: first.method }),
    opaque: contents.some(({ opaque }) => opaque),
    notes: [...clauseNotes(clauses, contents), ...notesOf(body)],
    text: `${from} ${sentences.join(', then ')}; the fee is at most ${formatUnits(fee, 18)} VTHO`,
  };
}

/** Where the coins of several clauses go, as their sum says of none. */
function outputsOf(clauses: readonly Clause[]): readonly SummaryOutput[] {
  return clauses.flatMap(({ to, value: amount = 0n }) =>
    amount === 0n ? [] : [{ ...(to !== undefined && { address: to }), amount, change: false }],
  );
}

function lifetimeOf({ expiration }: Body): Hazard[] {
  if (expiration <= DAY) return [];
  return [{ kind: 'long-lived', text: `valid for ${expiration} blocks, about ${Math.floor(expiration / DAY)} days` }];
}

/** Of several clauses each one by itself, because the summary's own fields say only what all do together. */
function clauseNotes(clauses: readonly Clause[], contents: readonly Content[]): SummaryNote[] {
  return contents.flatMap(({ method, notes }, at) => {
    const { to = 'a new contract', value = 0n } = clauses[at] ?? {};
    if (clauses.length === 1) return notes;
    const clause = `clause ${at + 1}`;
    const call = method === undefined ? '' : `, ${method}`;
    const own = notes.map((note) => ({ ...note, name: `${clause}, ${note.name}` }));
    return [{ name: clause, value: `${value} smallest units to ${to}${call}` }, ...own];
  });
}

/** What else is signed. */
function notesOf({ gas, gasPriceCoef, blockRef, expiration, dependsOn, nonce }: Body): SummaryNote[] {
  const note = (name: string, value: string | bigint | number) => ({ name, value: value.toString() });
  return [
    note('gas', gas),
    note('gasPriceCoef', gasPriceCoef),
    note('blockRef', blockRef),
    note('expiration', `${expiration} blocks, up to block ${blockNumberOf(blockRef) + expiration}`),
    ...(dependsOn === null ? [] : [note('dependsOn', dependsOn)]),
    note('nonce', nonce),
  ];
}

function kindOf(contents: readonly Content[]): Summary['kind'] {
  const kinds = new Set(contents.map(({ kind }) => kind));
  const [only = 'other'] = kinds;
  return kinds.size === 1 ? only : 'other';
}

function messageOf({ to, value = 0n, data }: Clause) {
  return { ...(to !== undefined && { to: readAddress(to, {}) }), value, data };
}

/** The id is the hash over signed hash and signer, so that it does not depend on the signature. */
async function sign(body: Body, key: SigningKey, from: string): Promise<SignedTransaction> {
  const hash = blake2b(encodeBody(body), 32);
  const { signature, recoveryId } = await recoverableOf(key, hash);
  const raw = encodeBody(body, Uint8Array.from([...signature, recoveryId]));
  const id = blake2b(Uint8Array.from([...hash, ...(hexToBytes(from) ?? [])]), 32);
  return { raw: bytesToHex(raw), txId: bytesToHex(id) };
}

function addressOfKey(publicKey: Uint8Array): string {
  return rules.show(addressOf(publicKey));
}
