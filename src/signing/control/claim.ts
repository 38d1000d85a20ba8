import { hash } from 'node:crypto';
import type { Chain } from '../../core/chain/chain.js';
import type { SignerFacts, UnsignedTransaction } from '../../core/chain/codec.js';
import type { Network } from '../../core/ids.js';
import type { PolicyWallet } from '../../core/policy/facts.js';
import type { SignatureClaim } from '../../core/signing/control.js';
import type { SignRequest } from '../../core/signing/signer.js';

/** One transaction that a signer has decoded and is about to sign. */
export interface Admission {
  readonly request: SignRequest;
  readonly chain: Chain;
  readonly network: Network;
  readonly unsigned: UnsignedTransaction;
  /** All keys, in the order in which they will be lent. */
  readonly signers: readonly SignerFacts[];
  /** Those that sign, with what only the holder of the root key can have said about them. */
  readonly wallets: readonly PolicyWallet[];
}

/**
 * Says which bytes a signature is for, and what a network lets be used once. A number counts for its sender on one chain: the same
 * number on a development chain excludes nothing elsewhere.
 */
export function claimOf({ request, chain, network, unsigned, signers }: Omit<Admission, 'wallets'>): SignatureClaim {
  const { completed, pending } = request;
  const { kind } = pending;
  const { summary, nonce, nonceOwner = '', spends = [] } = unsigned;
  const place = `${chain.id}/${network}/${summary.chainId ?? ''}`;
  const keys = signers.map(({ address }) => address);
  return {
    mark: hash(
      'sha256',
      JSON.stringify([place, keys, completed, pending.withdrawal ?? null, ...(kind === undefined ? [] : [kind])]),
      'base64url',
    ),
    uses: [
      ...(nonce === undefined ? [] : [`${place}/${summary.from}/${nonceOwner}#${nonce}`]),
      ...spends.map((output) => `${place}/${output}`),
    ],
  };
}
