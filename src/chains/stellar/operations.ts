import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { plainAccount, showAccount } from './address.js';
import { claimClaimableBalance, clawbackClaimableBalance, createClaimableBalance } from './claimable.js';
import { COIN, type Form, type Part, shownAmount, shownUnits } from './form.js';
import { setOptions } from './options.js';
import { assetOf, moveOf, name, readAccount, readAsset, readCode, readMuxed, readPool, readText } from './parts.js';
import {
  createPassiveSellOffer,
  liquidityPoolDeposit,
  liquidityPoolWithdraw,
  manageBuyOffer,
  manageSellOffer,
  pathPaymentStrictReceive,
  pathPaymentStrictSend,
} from './trade.js';
import type { XdrReader } from './xdr.js';

/** One operation of a transaction. */
export interface Operation {
  /** Account for which it acts, where that is not the transaction's source. */
  readonly source?: string;
  readonly form: Form;
  readonly parts: readonly Part[];
}

/** Reads one operation. @throws CustosError TRANSACTION_UNSUPPORTED (contracts, sponsorship of entries), TRANSACTION_INVALID */
export function readOperation(read: XdrReader): Operation {
  const source = read.optional(() => readMuxed(read));
  const type = read.uint32();
  const form = forms[type];
  if (form === undefined)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Stellar operations of type ${type} are not signed`);
  const parts = form.read(read);
  return { form, parts: withLoss(parts, form), ...(source !== undefined && { source }) };
}

/** The account that gets a payment by an operation. */
export function receiverOf({ form, parts }: Pick<Operation, 'form' | 'parts'>): string | undefined {
  return form.isPayment === true ? parts[0]?.to : undefined;
}

/** The form of an operation of this name. */
export function formNamed(method: string | undefined): Form | undefined {
  return Object.values(forms).find((form) => form.method === method);
}

/** The account of zeros: nobody has its key. */
const NOBODY = showAccount(new Uint8Array(32));

/** A payment to nobody is lost. One that is dangerous otherwise, too, has a part of its own for it. */
function withLoss(parts: readonly [Part, ...(readonly Part[])], form: Form): readonly Part[] {
  const to = receiverOf({ form, parts });
  if (to === undefined || plainAccount(to) !== NOBODY) return parts;
  const code = 'unspendable-destination';
  const [first, ...others] = parts;
  if (first.code === undefined && others.length === 0) return [{ ...first, code }];
  return [...parts, { op: 'note', code, to }];
}

const createAccount: Form = {
  method: 'CreateAccount',
  kind: () => 'transfer',
  isPayment: true,
  read(read) {
    const [to, amount] = [readAccount(read), read.amount()];
    return [{ ...moveOf(COIN, amount), to }];
  },
  say: ({ effect }) => `creates the account ${effect.to} with ${shownAmount(effect.amount)}`,
};

const payment: Form = {
  method: 'Payment',
  kind: ({ asset }) => (asset === COIN ? 'transfer' : 'token-transfer'),
  isPayment: true,
  read(read) {
    const [to, asset, amount] = [readMuxed(read), readAsset(read), read.amount()];
    return [{ ...moveOf(name(asset), amount), to }];
  },
  say: ({ effect }) => `sends ${shownAmount(effect.amount, effect.asset)} to ${effect.to}`,
};

/** A limit is no amount that leaves, so it stands in the arguments. */
const changeTrust: Form = {
  method: 'ChangeTrust',
  read(read) {
    const type = read.uint32();
    const asset = type === 3 ? undefined : assetOf(read, type);
    const line = asset === undefined ? readPool(read) : name(asset);
    const party = asset?.issuer === undefined ? {} : { to: asset.issuer };
    return [{ op: 'account', code: 'account-settings', ...party, args: { line, limit: read.amount() } }];
  },
  say({ field }) {
    const [line, limit] = [field('line'), field('limit')];
    return limit === '0' ? `ends its trust line to ${line}` : `trusts ${line} up to ${shownUnits(limit)}`;
  },
  hazard: (_effect, { field }) => ({ asset: field('line'), amount: BigInt(field('limit')), text: 'ChangeTrust' }),
};

const allowTrust: Form = {
  method: 'AllowTrust',
  read(read) {
    const [to, asset, authorize] = [readAccount(read), readCode(read, read.uint32()), read.uint32()];
    return [{ op: 'issuer', code: 'issuer-settings', to, args: { asset, authorize } }];
  },
  say: ({ effect, field }) => `sets the right of ${effect.to} to hold ${field('asset')} to ${field('authorize')}`,
  hazard: (_effect, { field }) => ({ asset: field('asset'), text: `AllowTrust ${field('authorize')}` }),
};

const setTrustLineFlags: Form = {
  method: 'SetTrustLineFlags',
  read(read) {
    const [to, asset, clearFlags, setFlags] = [readAccount(read), readAsset(read), read.uint32(), read.uint32()];
    return [{ op: 'issuer', code: 'issuer-settings', to, args: { asset: name(asset), clearFlags, setFlags } }];
  },
  say: ({ effect, field }) =>
    `changes the right of ${effect.to} to hold ${field('asset')} ` +
    `(clears ${field('clearFlags')}, sets ${field('setFlags')})`,
  hazard: (_effect, { field }) => ({
    asset: field('asset'),
    text: `SetTrustLineFlags: clears ${field('clearFlags')}, sets ${field('setFlags')}`,
  }),
};

const accountMerge: Form = {
  method: 'AccountMerge',
  isPayment: true,
  read: (read) => [{ op: 'account', code: 'closes-account', to: readMuxed(read), asset: COIN }],
  say: ({ effect }) => `gives ALL its lumens to ${effect.to} and ends the account`,
  hazard: ({ asset = '' }) => ({ asset, text: 'AccountMerge' }),
};

const inflation: Form = {
  method: 'Inflation',
  read: () => [{ op: 'account' }],
  say: () => 'asks for the inflation payout',
};

const manageData: Form = {
  method: 'ManageData',
  read(read) {
    const [key, value] = [readText(read, 64), read.optional(() => read.variable(64))];
    const args = { dataName: key, dataValue: value && hex.encode(value) };
    return [{ op: 'account', code: 'account-settings', args }];
  },
  say({ effect, field }) {
    const entry = quote(field('dataName'));
    const isRemoved = effect.args?.some((argument) => argument.name === 'dataValue') !== true;
    return isRemoved
      ? `removes the data entry ${entry}`
      : `sets the data entry ${entry} (${field('dataValue').length / 2} bytes)`;
  },
  hazard: (_effect, { field }) => ({ text: `ManageData ${field('dataName')}` }),
};

/** After the largest number no other is left, so the account would be dead. */
const bumpSequence: Form = {
  method: 'BumpSequence',
  read: (read) => [{ op: 'account', code: 'account-control', args: { bumpTo: read.int64() } }],
  say: ({ field }) => `raises its sequence number to ${field('bumpTo')}`,
  hazard: (_effect, told) => ({ text: `BumpSequence: ${bumpSequence.say(told)}` }),
};

const beginSponsoring: Form = {
  method: 'BeginSponsoringFutureReserves',
  read: (read) => [{ op: 'account', code: 'allowance', to: readAccount(read), asset: COIN }],
  say: ({ effect }) => `pays the reserves of ${effect.to} from now on`,
  hazard: ({ asset = '' }) => ({ asset, text: 'BeginSponsoringFutureReserves' }),
};

const endSponsoring: Form = {
  method: 'EndSponsoringFutureReserves',
  read: () => [{ op: 'account' }],
  say: () => 'ends the paying of reserves',
};

const clawback: Form = {
  method: 'Clawback',
  read(read) {
    const [asset, to, amount] = [readAsset(read), readMuxed(read), read.amount()];
    return [{ op: 'issuer', code: 'issuer-settings', to, asset: name(asset), amount }];
  },
  say: ({ effect }) => `takes ${shownAmount(effect.amount, effect.asset)} back from ${effect.to}`,
  hazard: ({ asset = '', amount = 0n }: Effect) => ({ asset, amount, text: 'Clawback' }),
};

/** By operation type (Stellar-transaction.x). Contracts of Soroban are not understood and not signed. */
const forms: Readonly<Record<number, Form>> = {
  0: createAccount,
  1: payment,
  2: pathPaymentStrictReceive,
  3: manageSellOffer,
  4: createPassiveSellOffer,
  5: setOptions,
  6: changeTrust,
  7: allowTrust,
  8: accountMerge,
  9: inflation,
  10: manageData,
  11: bumpSequence,
  12: manageBuyOffer,
  13: pathPaymentStrictSend,
  14: createClaimableBalance,
  15: claimClaimableBalance,
  16: beginSponsoring,
  17: endSponsoring,
  19: clawback,
  20: clawbackClaimableBalance,
  21: setTrustLineFlags,
  22: liquidityPoolDeposit,
  23: liquidityPoolWithdraw,
};
