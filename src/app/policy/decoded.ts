import type { ChainRegistry } from '../../core/chain/chain.js';
import type { SignerFacts } from '../../core/chain/codec.js';
import { signingAddresses } from '../../core/chain/signed-by.js';
import { CustosError } from '../../core/errors.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { PublicVault, Vault } from '../../core/signing/vault.js';
import type { SealedWallet, WalletControl } from '../../core/signing/wallet.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import { policyWallet } from '../../policy/wallet-states.js';
import { keyRefsOf, parseContext, wantedKeys } from '../../signing/sign.js';
import { decodeUnsigned } from '../../signing/unsigned.js';

/** What tells of wallets: a vault, or a front that asks where it does not know. */
export interface DecodingVault extends Pick<PublicVault, 'wallet'> {
  control(sealed: SealedWallet): WalletControl | undefined;
  identify(...of: Parameters<Vault['identify']>): SignerFacts | Promise<SignerFacts>;
}

/** What a stored transaction is decoded with. */
export interface DecodingParts {
  readonly store: Pick<Store, 'wallets'>;
  readonly vault: DecodingVault;
  readonly chains: ChainRegistry;
  /** Chain ids of development chains. */
  readonly developmentChainIds: ReadonlyMap<string, bigint>;
}

/** What a decoded transaction tells a policy; time, approvals and budgets are for the caller to add. */
export type DecodedFacts = Omit<PolicyFacts, 'now' | 'used' | 'approvals'>;

/**
 * Decodes the completed form of a transaction again. Tags, owner and state of wallets are those of now. Initiators are not known.
 * @throws CustosError TRANSACTION_INVALID: it was never completed; and what decoding throws
 */
export async function decodeEntry(
  entry: Pick<JournalEntry, 'completed' | 'pending' | 'network' | 'chain'>,
  parts: DecodingParts,
): Promise<DecodedFacts> {
  const { completed, pending, network } = entry;
  if (completed === undefined) throw new CustosError('TRANSACTION_INVALID', 'the journal has no completed form of it');
  const chain = parts.chains.get(entry.chain);
  const ids = [...new Set(keyRefsOf(chain, pending).map(({ signatureId }) => signatureId))];
  const sealed = await parts.store.wallets.get(ids);
  const wanted = wantedKeys(chain, { pending, sealed });
  const signers = await Promise.all(wanted.map((key) => parts.vault.identify(key.sealed, key.ref)));
  const developmentChainId = parts.developmentChainIds.get(chain.id);
  const rules = {
    ...(developmentChainId !== undefined && { developmentChainId }),
    feeCeilings: new Map(),
    // Decoding only shows what is dangerous; the policy decides.
    allowedHazards: new Set(['foreign-key'] as const),
  };
  const unsigned = decodeUnsigned(chain, { kind: pending.kind, completed }, parseContext(pending, { rules, signers }));
  const { effects, summary } = unsigned;
  const signing = signingAddresses(unsigned, signers);
  // Only the wallets that sign are looked up: the store finds none by its address.
  const addresses = new Set(sealed.flatMap((one) => parts.vault.wallet(one).address ?? []));
  return {
    chain: chain.id,
    network,
    coin: chain.coin,
    wallets: sealed.map((one) => {
      const control = parts.vault.control(one);
      return policyWallet({ signatureId: one.signatureId, ...(control && { control }) });
    }),
    signers: signing,
    isOwn: (address) => addresses.has(address) || signing.includes(address),
    effects,
    ...(summary.feeRate !== undefined && { feeRate: summary.feeRate }),
  };
}
