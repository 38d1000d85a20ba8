import type { ParseContext, SignerFacts } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import type { ReadWallets } from '../core/network/intake.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { JournalEntry } from '../core/store/journal.js';
import { signingWallets } from '../policy/wallet-states.js';
import { keyRefsOf, parseContext, userProof, type WantedKey, wantedKeys } from '../signing/sign.js';
import type { Claimed, LifecycleParts, Signers } from './parts.js';

/** For so many milliseconds a wallet that was read is as it was. From reading to signing takes as long under load. */
const FRESH = 100;

type IdentifyParts = Pick<LifecycleParts, 'chains' | 'wallets' | 'publicVault' | 'signer' | 'rules' | 'onlyWallets'>;

/**
 * Finds wallets and sender. No network, no secret.
 * @param read - wallets that were read for the transaction a moment ago
 * @throws CustosError WALLET_NOT_ALLOWED, WALLET_SUSPENDED, WALLET_DEACTIVATED, WALLET_DESTROYED, and what `wantedKeys` throws
 */
export async function identify(parts: IdentifyParts, { entry }: Claimed, read?: ReadWallets): Promise<Signers> {
  const { pending } = entry;
  const chain = parts.chains.get(entry.chain);
  const ids = [...new Set(keyRefsOf(chain, pending).map((key) => key.signatureId))];
  for (const id of ids) {
    if (parts.onlyWallets !== undefined && !parts.onlyWallets.has(id)) {
      throw new CustosError('WALLET_NOT_ALLOWED', `signature ID ${id} is not among those that may sign`);
    }
  }
  const sealed = stillTrue(ids, read) ?? (await parts.wallets.get(ids));
  // A compromised wallet is for the policy, and for the signer, which goes by the original.
  const controlled = sealed.filter(({ controlBox }) => controlBox !== undefined);
  if (controlled.length > 0) {
    signingWallets(
      controlled.map((one) => parts.publicVault.wallet(one)),
      userProof(pending, parts.publicVault),
    );
  }
  const signers = await factsOf(parts, wantedKeys(chain, { pending, sealed }));
  const { from } = contextOf(parts, entry, signers);
  return { chain, sealed, signers, from };
}

/** @returns undefined if they have to be read: some are missing, or somebody may have suspended one since and been told so */
function stillTrue(ids: readonly SignatureId[], read: ReadWallets | undefined): readonly SealedWallet[] | undefined {
  if (read === undefined || performance.now() - read.at > FRESH) return undefined;
  const known = read.sealed.filter(({ signatureId }) => ids.includes(signatureId));
  return known.length === ids.length ? known : undefined;
}

/** Reads public halves; asks the signer for keys that only secrets derive. */
async function factsOf(parts: IdentifyParts, wanted: readonly WantedKey[]): Promise<readonly SignerFacts[]> {
  const known = wanted.map(({ sealed, ref }) => parts.publicVault.facts(sealed, ref));
  if (known.every((facts) => facts !== undefined)) return known;
  return parts.signer.identify({ sealed: wanted.map(({ sealed }) => sealed), keys: wanted.map(({ ref }) => ref) });
}

/** What a chain needs to complete and decode the transaction. */
export function contextOf(
  { rules }: Pick<LifecycleParts, 'rules'>,
  { chain, pending }: JournalEntry,
  signers: readonly SignerFacts[],
): ParseContext {
  return parseContext(pending, { rules: rulesOf(rules, chain), signers });
}
