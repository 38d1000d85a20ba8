import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import type { ParseContext, SignerFacts, UnsignedTransaction } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';
import { defaultTenant } from '../core/ids.js';
import { digestOf } from '../core/signing/digest.js';
import type { KeyRequest } from '../core/signing/pending.js';
import type { IdentifyRequest, SignRequest, SignResult, WalletRevision } from '../core/signing/signer.js';
import { type ChainRules, rulesOf, type SigningRules } from '../core/signing/signing-rules.js';
import type { Vault } from '../core/signing/vault.js';
import { type KeyRef, type SealedWallet, tenantOf } from '../core/signing/wallet.js';
import { type ControlledWallet, refuseCompromised, signingWallets, type UserProof } from '../policy/wallet-states.js';
import type { Account, Gate } from './control/gate.js';
import { checkFeeLimit, checkLimits } from './limits.js';
import { decodeUnsigned } from './unsigned.js';

/** What signing needs: an open vault, all chains, and the operator's limits. */
export interface SigningParts {
  readonly vault: Vault;
  readonly chains: ChainRegistry;
  readonly rules: SigningRules;
  /** Judges by policy. */
  readonly gate: Gate;
  /** Asks whoever accounts for budgets and approvals about this signature. */
  readonly account: Account;
}

/** Signs what was decoded and judged; once. */
export type Prepared = () => Promise<SignResult>;

/**
 * Decodes one completed transaction, checks that the wallets belong to it and the keys to the sender, and has it judged. Only the
 * work that it gives back opens secrets, for the time of one signature; until then several transactions may be prepared.
 * @throws CustosError KEY_MISSING, WALLET_UNKNOWN, WALLET_CHAIN_MISMATCH, NETWORK_MISMATCH, WALLET_SUSPENDED, WALLET_DEACTIVATED,
 *   WALLET_COMPROMISED, WALLET_DESTROYED, INDEX_MISSING, INDEX_UNEXPECTED, RECORD_DAMAGED, FEE_INVALID, HAZARD_REFUSED,
 *   DIGEST_MISMATCH, and whatever `decodeUnsigned` throws. Its work: POLICY_*, BUDGET_EXCEEDED, APPROVAL_SPENT, CONTROL_OLD,
 *   SIGNATURE_INVALID
 */
export function prepareSigning(request: SignRequest, parts: SigningParts): Prepared {
  const { pending } = request;
  checkDigest(request);
  const { network } = pending;
  const chain = parts.chains.get(pending.chain);
  const wanted = wantedKeys(chain, request);
  refuseUnused(request, wanted);
  const controlled = controlledWallets(parts.vault, wanted);
  const wallets = signingWallets(controlled, userProof(pending, parts.vault));
  const known = wanted.map((key) => ({ ...key, facts: parts.vault.identify(key.sealed, key.ref) }));
  const signers = known.map(({ facts }) => facts);
  const rules = rulesOf(parts.rules, chain.id);
  const { kind, feeLimit } = pending;
  const unsigned = decodeUnsigned(
    chain,
    { kind, completed: request.completed },
    parseContext(pending, { rules, signers }),
  );
  checkLimits(unsigned.summary, { chain, network, rules });
  checkFeeLimit(unsigned.summary, feeLimit, { chain, network, rules });
  const admitted = parts.gate.admit({ request, chain, network, unsigned, signers, wallets }, parts.account);
  if (admitted === undefined) refuseCompromised(controlled);
  // Whoever runs the work gets the refusal; until then it is not unheard.
  admitted?.catch(() => undefined);
  return async () => {
    if (admitted !== undefined) await admitted;
    // A freeze may have come meanwhile.
    parts.gate.refuseFrozen({ wallets });
    const revisions = revisionsOf(controlled);
    const signed = await signAdmitted(parts.vault, known, unsigned);
    return { ...signed, ...(revisions.length > 0 && { revisions }) };
  };
}

async function signAdmitted(
  vault: Vault,
  known: Parameters<Vault['lend']>[0],
  unsigned: UnsignedTransaction,
): Promise<SignResult> {
  const start = process.hrtime.bigint();
  let opened = start;
  const signed = await vault.lend(known, (keys) => {
    opened = process.hrtime.bigint();
    return unsigned.sign(keys);
  });
  return {
    ...signed,
    timing: { open: microseconds(start, opened), sign: microseconds(opened, process.hrtime.bigint()) },
  };
}

function revisionsOf(wallets: readonly ControlledWallet[]): readonly WalletRevision[] {
  const all = wallets.map(({ signatureId, control }) => ({ id: signatureId, revision: control?.revision ?? 0 }));
  return all.filter(({ revision }) => revision > 0);
}

/** What the request says of who proved to be there, for `signingWallets`. */
export function userProof(
  { tenant = defaultTenant, user }: Pick<KeyRequest, 'tenant' | 'user'>,
  { index }: Pick<Vault, 'index'>,
): UserProof {
  return { user, tagOf: (owner) => Buffer.from(index.owner(tenant, owner)).toString('hex') };
}

/** Each wallet once, with what its record says that only the holder of the root key can have written. @throws CustosError RECORD_DAMAGED */
function controlledWallets(vault: Pick<Vault, 'control'>, wanted: readonly WantedKey[]): readonly ControlledWallet[] {
  const records = new Set(wanted.map(({ sealed }) => sealed));
  return [...records].map((sealed) => ({ signatureId: sealed.signatureId, control: vault.control(sealed) }));
}

/** Whoever accounts takes every record of a request for one that was opened: none of them may be made up. @throws CustosError WALLET_UNKNOWN */
function refuseUnused({ sealed }: Pick<SignRequest, 'sealed'>, wanted: readonly WantedKey[]): void {
  const used = new Set(wanted.map((key) => key.sealed));
  const unused = sealed.find((record) => !used.has(record));
  if (unused === undefined) return;
  throw new CustosError('WALLET_UNKNOWN', `wallet ${unused.signatureId} has no key that signs this transaction`);
}

/** Checks that the transaction is the approved one, whatever happened to it since. @throws CustosError DIGEST_MISMATCH */
function checkDigest({ completed, digest }: SignRequest): void {
  if (digest === undefined || digest === digestOf(completed)) return;
  throw new CustosError('DIGEST_MISMATCH', 'the completed form is not the one that was approved');
}

/** What `parse` needs besides the transaction. @param signers - facts of all keys, in order. @throws CustosError KEY_MISSING */
export function parseContext(
  pending: KeyRequest,
  { rules, signers }: { readonly rules: ChainRules; readonly signers: readonly SignerFacts[] },
): ParseContext {
  const { developmentChainId, allowedHazards } = rules;
  const [first] = signers;
  if (first === undefined) throw noKey();
  return {
    network: pending.network,
    from: first.address,
    signers,
    ...(pending.withdrawal !== undefined && { withdrawal: pending.withdrawal }),
    ...(developmentChainId !== undefined && { developmentChainId }),
    ...(allowedHazards.has('foreign-key') && { allowForeignKey: true }),
  };
}

/** The keys that a pending transaction needs, in the order in which they are lent. */
export function keyRefsOf(chain: Chain, pending: KeyRequest): readonly KeyRef[] {
  return (pending.kind === undefined ? chain.codec.keyRefs?.(pending) : undefined) ?? pending.keys;
}

export interface WantedKey {
  readonly sealed: SealedWallet;
  readonly ref: KeyRef;
}

/**
 * Checks that the wallet of every key is present and was made for this tenant, chain and network.
 * @returns record and reference of each key; the first one's address is the sender of account-based chains
 * @throws CustosError KEY_MISSING, WALLET_UNKNOWN, WALLET_CHAIN_MISMATCH, NETWORK_MISMATCH
 */
export function wantedKeys(chain: Chain, request: Pick<SignRequest, 'pending' | 'sealed'>): readonly WantedKey[] {
  const { pending, sealed } = request;
  const { tenant = defaultTenant } = pending;
  const byId = new Map(sealed.map((record) => [record.signatureId, record]));
  const refs = keyRefsOf(chain, pending);
  if (refs.length === 0) throw noKey();
  return refs.map((ref) => {
    const { signatureId } = ref;
    const record = byId.get(signatureId);
    // What another tenant has is answered as what does not exist.
    if (record === undefined || tenantOf(record) !== tenant) {
      throw new CustosError('WALLET_UNKNOWN', `signature ID ${signatureId} is not in this store`);
    }
    if (record.chain !== pending.chain) {
      const text = `wallet ${signatureId} is of ${record.chain}, not ${pending.chain}`;
      throw new CustosError('WALLET_CHAIN_MISMATCH', text);
    }
    if (record.network !== pending.network) {
      const text = `wallet ${signatureId} is of ${record.network}, not ${pending.network}`;
      throw new CustosError('NETWORK_MISMATCH', text);
    }
    return { sealed: record, ref };
  });
}

/** The public side of keys, for a front that cannot derive it. @throws CustosError WALLET_UNKNOWN, INDEX_*, RECORD_DAMAGED */
export function identifyKeys({ sealed, keys }: IdentifyRequest, vault: Vault): readonly SignerFacts[] {
  const byId = new Map(sealed.map((record) => [record.signatureId, record]));
  return keys.map((ref) => {
    const record = byId.get(ref.signatureId);
    if (record === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${ref.signatureId} is not at hand`);
    return vault.identifyKey(record, ref);
  });
}

function noKey(): CustosError {
  return new CustosError('KEY_MISSING', 'the pending transaction names no signature ID');
}

function microseconds(from: bigint, to: bigint): number {
  return Number((to - from) / 1000n);
}
