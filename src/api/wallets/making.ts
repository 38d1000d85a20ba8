import { CustosError, type ErrorCode } from '../../core/errors.js';
import type { OwnerId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { requestInvalid } from '../../http/problems.js';
import { type Caller, ownerFor, requireChain } from '../caller.js';
import type { ApiParts } from '../parts.js';
import type { Answer } from '../route.js';
import { type WalletForm, walletJson } from './forms.js';

type MakingParts = Pick<ApiParts, 'wallets' | 'network'>;
const inBody = { CHAIN_UNKNOWN: 'body/chain' } as const;

/** Makes what a request asks for: a wallet of an owner's slot, a new one, or several. */
export async function madeAnswer(parts: MakingParts, caller: Caller, form: WalletForm): Promise<Answer> {
  const { count } = form;
  requireMaking(caller, form);
  const owner = ownerFor(caller, form.owner);
  if (owner !== undefined && count === undefined) {
    return inFields(() => placedAnswer(parts, caller, { ...form, owner }), inBody);
  }
  const wanted = { ...wantedOf(form), chain: form.chain, network: parts.network, ...(owner && { owner }) };
  const made = await inFields(() => parts.wallets.create(caller.tenant, wanted, count), inBody);
  const [first] = made;
  if (count === undefined && first !== undefined) return newAnswer(first);
  return { status: 201, body: { data: made.map((one) => walletJson(one)) } };
}

/** Without the members that are undefined. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** @throws CustosError SCOPE_MISSING */
export function requireMaking(caller: Caller, { chain: id, owner: of }: Pick<WalletForm, 'chain' | 'owner'>): void {
  requireChain(caller, id);
  if (caller.user !== undefined && caller.user.owner !== of) {
    throw new CustosError('SCOPE_MISSING', 'a request with a proof of a user makes wallets of this user only');
  }
  if (caller.wallets === undefined) return;
  throw new CustosError('SCOPE_MISSING', 'the token is bound to wallets, so it makes no others');
}

type Placed = Pick<WalletForm, 'chain' | 'slot' | 'kind' | 'label' | 'tags' | 'requireUserToken'> & {
  readonly owner: OwnerId;
};

/** @throws CustosError WALLET_PLACE_TAKEN: the wallet of this slot is not what was asked for */
export async function placedAnswer(
  { wallets, network }: MakingParts,
  { tenant }: Caller,
  form: Placed,
): Promise<Answer> {
  const { chain: id, owner: of, slot, kind, requireUserToken = false } = form;
  const place = { chain: id, network, owner: of, ...(slot !== undefined && { slot }) };
  const { wallet: known, isNew } = await wallets.getOrCreate(tenant, place, wantedOf(form));
  if (isNew) return newAnswer(known);
  const isLess = requireUserToken && known.control?.requireUserToken !== true;
  if (isLess || (kind ?? known.kind) !== known.kind) {
    throw new CustosError('WALLET_PLACE_TAKEN', 'the owner has another kind of wallet in this slot');
  }
  return { status: 200, body: walletJson(known), headers: { location: `/v1/wallets/${known.signatureId}` } };
}

function wantedOf({ kind, label: text, tags, requireUserToken }: Omit<Placed, 'owner'>) {
  return given({ kind, label: text, tags, requireUserToken });
}

/** What only the server knows of a field is a fault of that field. @throws CustosError REQUEST_INVALID, and what `work` throws */
export async function inFields<T>(work: () => T | Promise<T>, fields: Partial<Record<ErrorCode, string>>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const property = error instanceof CustosError ? fields[error.code] : undefined;
    if (property === undefined || !(error instanceof CustosError)) throw error;
    throw requestInvalid([{ property, rule: error.code, text: error.message }]);
  }
}

function newAnswer(made: Wallet): Answer {
  return { status: 201, body: walletJson(made), headers: { location: `/v1/wallets/${made.signatureId}` } };
}
