import type { ParseContext, SignerFacts } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import type { JournalEntry } from '../core/store/journal.js';
import { signingWallets } from '../policy/wallet-states.js';
import { keyRefsOf, parseContext, userProof, type WantedKey, wantedKeys } from '../signing/sign.js';
import type { Claimed, LifecycleParts, Signers } from './parts.js';

type IdentifyParts = Pick<LifecycleParts, 'chains' | 'wallets' | 'publicVault' | 'signer' | 'rules' | 'onlyWallets'>;

/** Finds wallets and sender. No network, no secret. @throws CustosError WALLET_NOT_ALLOWED, WALLET_SUSPENDED, WALLET_DEACTIVATED, WALLET_DESTROYED, and what `wantedKeys` throws */
export async function identify(parts: IdentifyParts, { entry }: Claimed): Promise<Signers> {
  const { pending } = entry;
  const chain = parts.chains.get(entry.chain);
  const ids = [...new Set(keyRefsOf(chain, pending).map((key) => key.signatureId))];
  for (const id of ids) {
    if (parts.onlyWallets !== undefined && !parts.onlyWallets.has(id)) {
      throw new CustosError('WALLET_NOT_ALLOWED', `signature ID ${id} is not among those that may sign`);
    }
  }
  const sealed = await parts.wallets.get(ids);
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
