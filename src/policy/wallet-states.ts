import { CustosError, type ErrorCode } from '../core/errors.js';
import type { PolicyWallet } from '../core/policy/facts.js';
import type { Wallet, WalletState } from '../core/signing/wallet.js';

/** A wallet with what is decided about it: the front's copy, or what the signer opened, which decides. */
export type ControlledWallet = Pick<Wallet, 'signatureId' | 'control'>;

/** Who proved to be there for a request, as the request says. */
export interface UserProof {
  /** Blind index of that owner; undefined: nobody did. */
  readonly user: string | undefined;
  /** Blind index of an owner of the request's tenant. */
  tagOf(owner: string): string;
}

const noProof: UserProof = { user: undefined, tagOf: (owner) => owner };

const refusals: Readonly<Partial<Record<WalletState, ErrorCode>>> = {
  suspended: 'WALLET_SUSPENDED',
  deactivated: 'WALLET_DEACTIVATED',
  destroyed: 'WALLET_DESTROYED',
};

/**
 * What policies and freezes know of wallets that are to sign. A compromised one is let through, marked: whoever judges by a policy
 * denies what no permit with `sweep` covers, and whoever has no policy calls `refuseCompromised`.
 * @throws CustosError WALLET_SUSPENDED, WALLET_DEACTIVATED, WALLET_DESTROYED, USER_TOKEN_REQUIRED
 */
export function signingWallets(
  wallets: readonly ControlledWallet[],
  { user, tagOf }: UserProof = noProof,
): readonly PolicyWallet[] {
  for (const wallet of wallets) {
    const { state = 'active', requireUserToken, owner } = wallet.control ?? {};
    const code = refusals[state];
    if (code !== undefined) throw refusal(code, wallet);
    const isProved = user !== undefined && owner !== undefined && tagOf(owner) === user;
    if (requireUserToken && !isProved) throw withoutOwner(wallet);
  }
  return wallets.map(policyWallet);
}

/** What policies know of a wallet, whether it may sign or not. Nothing said means no tags, which is known. */
export function policyWallet({ signatureId, control }: ControlledWallet): PolicyWallet {
  const { tags = [], owner, state } = control ?? {};
  return {
    id: signatureId,
    tags,
    ...(owner !== undefined && { owner }),
    ...(state === 'compromised' && { compromised: true }),
  };
}

/** Without a policy there is no permit with `sweep`. @throws CustosError WALLET_COMPROMISED */
export function refuseCompromised(wallets: readonly ControlledWallet[]): void {
  const wallet = wallets.find(({ control }) => control?.state === 'compromised');
  if (wallet !== undefined) throw refusal('WALLET_COMPROMISED', wallet);
}

function withoutOwner({ signatureId }: ControlledWallet): CustosError {
  const text = `wallet ${signatureId} signs with a proof of its owner only, and the request has none`;
  return new CustosError('USER_TOKEN_REQUIRED', text, { details: { signatureId } });
}

function refusal(code: ErrorCode, { signatureId, control }: ControlledWallet): CustosError {
  const { state, since, reason } = control ?? {};
  const when = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return new CustosError(code, `wallet ${signatureId} is ${state}${when}${why}`, { details: { signatureId } });
}
