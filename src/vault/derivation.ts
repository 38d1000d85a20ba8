import type { Chain } from '../core/chain/chain.js';
import type { HdScheme } from '../core/chain/keys.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import { mnemonicToEntropy, mnemonicToSeed } from '../crypto/mnemonic.js';

/** A chain with the derivation that one wallet has. */
export interface Derivation {
  readonly chain: Chain;
  /** Absent for the chain's default one. */
  readonly name?: string | undefined;
  readonly network: Network;
}

/** @throws CustosError SECRET_UNSUPPORTED: the chain has no mnemonic wallets, or no derivation of that name */
export function schemeOf({ chain, name }: Pick<Derivation, 'chain' | 'name'>): HdScheme {
  const derivations = chain.keys.derivations ?? {};
  const named = name !== undefined && Object.hasOwn(derivations, name) ? derivations[name] : undefined;
  const scheme = name === undefined ? chain.keys.hd : named;
  if (scheme !== undefined) return scheme;
  if (chain.keys.hd === undefined) throw new CustosError('SECRET_UNSUPPORTED', `${chain.id} has no mnemonic wallets`);
  const names = Object.keys(derivations);
  const known = names.length === 0 ? 'has its default derivation only' : `knows the derivations ${names.join(', ')}`;
  // The name is not repeated: it may be a secret that came into the wrong field.
  throw new CustosError('SECRET_UNSUPPORTED', `${chain.id} ${known}`);
}

/**
 * Derives the account of a mnemonic.
 * @param mnemonic - as `parseMnemonic` returned it
 * @returns `node` is secret: the caller wipes it
 * @throws CustosError SECRET_UNSUPPORTED
 */
export async function deriveAccount(
  mnemonic: string,
  derivation: Derivation,
): Promise<ReturnType<HdScheme['account']>> {
  const scheme = schemeOf(derivation);
  const source = scheme.source === 'entropy' ? mnemonicToEntropy(mnemonic) : await mnemonicToSeed(mnemonic);
  try {
    return scheme.account(source, derivation.network);
  } finally {
    source.fill(0);
  }
}

/** Address of a key of a mnemonic wallet. */
export function hdAddress(publicKey: Uint8Array, derivation: Derivation): string {
  const { chain, network } = derivation;
  return schemeOf(derivation).address?.(publicKey, network) ?? chain.keys.address(publicKey, network);
}
