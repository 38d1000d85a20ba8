import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import type { Constitution, PersonSignature } from '../../core/policy/constitution.js';
import type { Vault } from '../../core/signing/vault.js';
import type { SealedWallet, WalletControl, WalletState } from '../../core/signing/wallet.js';
import type { Journal } from '../../core/store/journal.js';
import type { WalletTable } from '../../core/store/store.js';
import { requireQuorum } from '../../policy/quorum.js';
import { type StateRequest, stateDecree } from './state-request.js';

/** How long a wallet is left after its destruction was decided, so that somebody can object. */
const DESTROY_DELAY = 24 * 60 * 60 * 1000;

/** The states from which a wallet gets to another one. */
const from: Readonly<Record<WalletState, readonly WalletState[]>> = {
  active: ['suspended', 'deactivated', 'compromised'],
  suspended: ['active'],
  deactivated: ['active', 'suspended', 'compromised'],
  compromised: ['active', 'suspended', 'deactivated'],
  destroyed: ['active', 'suspended', 'deactivated', 'compromised'],
};

/** States in which a wallet signs nothing. A compromised one may sweep, which a deactivated one may not. */
const narrowing: readonly WalletState[] = ['suspended', 'deactivated'];

/** The parts that change the state of a wallet. */
export interface StateParts {
  readonly wallets: Pick<WalletTable, 'change'>;
  /** Opened with the password. */
  readonly journal: Pick<Journal, 'wakeHeld'>;
  readonly vault: Pick<Vault, 'control' | 'withControl'>;
  readonly storeId: string;
  /** The one in force; without one the password suffices. */
  readonly constitution: Constitution | undefined;
  readonly now: number;
}

/** A change of one wallet's state. */
export interface StateChange {
  readonly id: SignatureId;
  readonly state: WalletState;
  readonly reason: string;
  readonly signatures: readonly PersonSignature[];
}

/** What a change does: at once, or announced for a later moment. */
export type Planned = Omit<WalletControl, 'revision'>;

/**
 * What persons sign so that a wallet gets a state. It names the next revision, so that a signature counts once.
 * @throws CustosError WALLET_STATE: the wallet cannot get it
 */
export function requestOf(
  { vault, storeId }: Pick<StateParts, 'vault' | 'storeId'>,
  sealed: SealedWallet,
  { state, reason }: Pick<StateChange, 'state' | 'reason'>,
): StateRequest {
  const { signatureId: wallet, chain, network } = sealed;
  const control = vault.control(sealed);
  checkStep(sealed, control, state);
  return { store: storeId, wallet, chain, network, state, reason, revision: control.revision + 1 };
}

/**
 * Gives a wallet another state. With a constitution it takes the signatures of those who decide; destroying takes the second call,
 * a day after the one that the quorum signed.
 * @returns its control after that
 * @throws CustosError WALLET_UNKNOWN, WALLET_STATE, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, RECORD_DAMAGED, STORE_*
 */
export async function changeState(parts: StateParts, change: StateChange): Promise<Planned> {
  const { id, state, reason } = change;
  let planned: Planned | undefined;
  await parts.wallets.change({
    ids: [id],
    narrows: narrowing.includes(state),
    alter(sealed) {
      planned = planOf(parts, sealed, change);
      return parts.vault.withControl(sealed, planned);
    },
    events: (wallets) => [
      {
        code: 'wallet.state',
        detail: {
          wallets,
          state: isAnnounced(planned, state) ? `${state} later` : state,
          reason,
          by: planned?.by ?? [],
        },
      },
    ],
  });
  if (planned === undefined) throw new CustosError('INTERNAL', 'the store changed no wallet');
  if (state === 'active') await parts.journal.wakeHeld();
  return planned;
}

/** Whether a wallet is not destroyed yet, only sentenced to it. */
export function isAnnounced(control: Pick<WalletControl, 'state'> | undefined, wanted: WalletState): boolean {
  return control !== undefined && control.state !== wanted;
}

function planOf(parts: StateParts, sealed: SealedWallet, change: StateChange): Planned {
  const { vault, constitution, now } = parts;
  const { state, reason, signatures } = change;
  const before = vault.control(sealed);
  const request = requestOf(parts, sealed, change);
  const { tags, owner, slot, requireUserToken, destroyFrom } = before;
  const kept = {
    tags,
    ...(owner !== undefined && { owner }),
    ...(slot !== undefined && { slot }),
    ...(requireUserToken && { requireUserToken }),
  };
  if (state === 'destroyed' && constitution !== undefined && destroyFrom !== undefined) {
    if (now < destroyFrom) throw tooEarly(sealed, destroyFrom);
    return { ...kept, state, since: now, reason, ...(before.by && { by: before.by }) };
  }
  const by = constitution === undefined ? [] : requireQuorum(constitution, stateDecree(request), signatures);
  const decided = { reason, ...(by.length > 0 && { by }) };
  if (state === 'destroyed' && constitution !== undefined) {
    const { revision: _, ...rest } = before;
    return { ...rest, ...decided, destroyFrom: now + DESTROY_DELAY };
  }
  // Whatever is decided about the wallet in between ends the plan to destroy it.
  return { ...kept, state, since: now, ...decided };
}

function checkStep({ signatureId }: SealedWallet, { state }: WalletControl, wanted: WalletState): void {
  if (from[wanted].includes(state)) return;
  const why = state === wanted ? `is ${state} already` : `is ${state}, and does not become ${wanted}`;
  throw new CustosError('WALLET_STATE', `wallet ${signatureId} ${why}`, { details: { signatureId, state } });
}

function tooEarly({ signatureId }: SealedWallet, destroyFrom: number): CustosError {
  const when = new Date(destroyFrom).toISOString();
  return new CustosError('WALLET_STATE', `wallet ${signatureId} can be destroyed from ${when} on`, {
    details: { signatureId, destroyFrom: when },
  });
}
