import type { Chain } from '../../core/chain/chain.js';
import type { EndSignal } from '../../core/end-signal.js';
import { CustosError } from '../../core/errors.js';
import type { ReadWallets } from '../../core/network/intake.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { Idempotency } from '../../core/store/queue.js';
import { isRecord } from '../../http/json.js';
import { type Caller, includesWallet, requireChain, requireUser } from '../caller.js';
import type { RpcParts } from './parts.js';

/** Who calls, for which chain. */
export interface CallContext {
  readonly parts: RpcParts;
  readonly caller: Caller;
  readonly chain: Chain;
  /** Aborted when the client is gone. */
  readonly signal: EndSignal;
  /** Of a single call that came with a key of its own. */
  readonly idempotency?: Idempotency;
}

/** @throws CustosError PARAMS_INVALID, SCOPE_MISSING, WALLET_UNKNOWN, and what the method throws */
export type Method = (params: readonly unknown[], context: CallContext) => Promise<unknown>;

type Record_ = Readonly<Record<string, unknown>>;

export function paramsInvalid(why: string): CustosError {
  return new CustosError('PARAMS_INVALID', why);
}

/** @throws CustosError PARAMS_INVALID */
export function textAt(params: readonly unknown[], at: number, name: string): string {
  const value = params[at];
  if (typeof value === 'string') return value;
  throw paramsInvalid(`parameter ${at + 1}, ${name}, is not a text`);
}

/** @throws CustosError PARAMS_INVALID */
export function objectAt(params: readonly unknown[], at: number, name: string): Record_ {
  const value = params[at];
  if (isRecord(value)) return value;
  throw paramsInvalid(`parameter ${at + 1}, ${name}, is not an object`);
}

/** @throws CustosError PARAMS_INVALID: a text that is no bytes would be read as bytes by some signers and as words by others */
export function bytesAt(params: readonly unknown[], at: number, name: string): string {
  const text = textAt(params, at, name);
  if (/^0x([0-9a-fA-F]{2})*$/.test(text)) return text;
  throw paramsInvalid(`parameter ${at + 1}, ${name}, is not 0x and pairs of hexadecimal digits`);
}

/** Some clients leave 0x away. */
export function addressText(text: string): string {
  return /^[0-9a-fA-F]{40}$/.test(text) ? `0x${text}` : text;
}

/** A key that the caller may use, and its wallet as it was read for this call. */
export interface Account {
  readonly key: KeyRef;
  readonly wallets: ReadWallets;
}

/**
 * The key of an address, if the caller may use it.
 * @throws CustosError WALLET_UNKNOWN (the same for another tenant's), USER_TOKEN_REQUIRED, ADDRESS_INVALID, SCOPE_MISSING
 */
export async function requireAccount(address: string, { parts, caller, chain }: CallContext): Promise<Account> {
  requireChain(caller, chain.id);
  const place = { chain: chain.id, network: parts.network, address: addressText(address) };
  const at = performance.now();
  const own = await parts.wallets.findKey(caller.tenant, place, (wallet) => includesWallet(caller, wallet));
  if (own === undefined) {
    parts.missing();
    throw new CustosError('WALLET_UNKNOWN', 'no unlocked account matches the Sender');
  }
  const { wallet, sealed, index } = own;
  requireUser(caller, wallet);
  return {
    key: { signatureId: wallet.signatureId, ...(index !== undefined && { index }) },
    wallets: { sealed: [sealed], at },
  };
}
