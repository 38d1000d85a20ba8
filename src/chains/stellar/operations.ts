import { hex } from '@scure/base';
import type { Hazard } from '../../core/chain/hazards.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { invalid } from '../shared/fields.js';
import { plainAccount, showAccount } from './address.js';
import type { Effect, Operation } from './effect.js';
import { readOptions } from './options.js';
import {
  assetOf,
  assetOfHazard,
  lumens,
  name,
  readAccount,
  readAsset,
  readCode,
  readMuxed,
  readPool,
  readPrice,
  readText,
  shown,
} from './parts.js';
import { leaving, payment, poolDeposit, readOffer, readPassiveOffer, readPathPayment } from './trade.js';
import type { XdrReader } from './xdr.js';

/** Readers by operation type (Stellar-transaction.x). Contracts of Soroban are not understood and not signed. */
const readers: Readonly<Record<number, (read: XdrReader) => Effect>> = {
  0: (read) => {
    const [to, value] = [readAccount(read), read.amount()];
    return { kind: 'transfer', to, value, text: `creates the account ${to} with ${lumens(value)}` };
  },
  1: (read) => {
    const [to, asset, amount] = [readMuxed(read), readAsset(read), read.amount()];
    return payment(asset, { to, amount, text: `sends ${shown(asset, amount)} to ${to}` });
  },
  2: (read) => readPathPayment(read, 'received'),
  3: (read) => readOffer(read, 'sell'),
  4: readPassiveOffer,
  5: readOptions,
  6: readTrust,
  7: (read) => {
    const [party, code, flags] = [readAccount(read), readCode(read, read.uint32()), read.uint32()];
    const hazards: Hazard[] = [{ kind: 'issuer-settings', party, asset: code, text: `AllowTrust ${flags}` }];
    return { hazards, text: `sets the right of ${party} to hold ${code} to ${flags}` };
  },
  8: (read) => {
    const to = readMuxed(read);
    const hazards: Hazard[] = [{ kind: 'closes-account', party: to, asset: 'XLM', text: 'AccountMerge' }];
    return { to, hazards, text: `gives ALL its lumens to ${to} and ends the account` };
  },
  9: () => ({ text: 'asks for the inflation payout' }),
  10: (read) => {
    const [key, value] = [readText(read, 64), read.optional(() => read.variable(64))];
    const entry = quote(key);
    const text =
      value === undefined ? `removes the data entry ${entry}` : `sets the data entry ${entry} (${value.length} bytes)`;
    return { hazards: [{ kind: 'account-settings', text: `ManageData ${key}` }], text };
  },
  // After the largest number no other is left, so the account would be dead.
  11: (read) => {
    const text = `raises its sequence number to ${read.int64()}`;
    return { hazards: [{ kind: 'account-control', text: `BumpSequence: ${text}` }], text };
  },
  12: (read) => readOffer(read, 'buy'),
  13: (read) => readPathPayment(read, 'sent'),
  14: readClaimable,
  15: (read) => ({ text: `claims the balance ${readBalance(read)}` }),
  16: (read) => {
    const party = readAccount(read);
    const hazards: Hazard[] = [{ kind: 'allowance', party, asset: 'XLM', text: 'BeginSponsoringFutureReserves' }];
    return { hazards, text: `pays the reserves of ${party} from now on` };
  },
  17: () => ({ text: 'ends the paying of reserves' }),
  19: (read) => {
    const [asset, party, amount] = [readAsset(read), readMuxed(read), read.amount()];
    const hazards: Hazard[] = [{ kind: 'issuer-settings', party, ...assetOfHazard(asset, amount), text: 'Clawback' }];
    return { hazards, text: `takes ${shown(asset, amount)} back from ${party}` };
  },
  20: (read) => {
    const balance = readBalance(read);
    const hazards: Hazard[] = [{ kind: 'issuer-settings', party: balance, text: 'ClawbackClaimableBalance' }];
    return { hazards, text: `takes the balance ${balance} back` };
  },
  21: (read) => {
    const [party, asset, clear, set] = [readAccount(read), readAsset(read), read.uint32(), read.uint32()];
    const text = `SetTrustLineFlags: clears ${clear}, sets ${set}`;
    const hazards: Hazard[] = [{ kind: 'issuer-settings', party, ...assetOfHazard(asset), text }];
    return { hazards, text: `changes the right of ${party} to hold ${name(asset)} (clears ${clear}, sets ${set})` };
  },
  22: (read) => {
    const [pool, one, other] = [hex.encode(read.fixed(32)), read.amount(), read.amount()];
    return poolDeposit(pool, [one, other], [readPrice(read), readPrice(read)]);
  },
  23: (read) => {
    const [pool, shares, one, other] = [hex.encode(read.fixed(32)), read.amount(), read.amount(), read.amount()];
    const amounts = `${formatUnits(one, 7)} and ${formatUnits(other, 7)}`;
    const hazards: Hazard[] = [{ kind: 'market-order', asset: pool, amount: shares, text: 'LiquidityPoolWithdraw' }];
    return { hazards, text: `takes ${formatUnits(shares, 7)} shares out of the pool ${pool} for at least ${amounts}` };
  },
};

/** Reads one operation. @throws CustosError TRANSACTION_UNSUPPORTED (contracts, sponsorship of entries), TRANSACTION_INVALID */
export function readOperation(read: XdrReader): Operation {
  const source = read.optional(() => readMuxed(read));
  const type = read.uint32();
  const reader = readers[type];
  if (reader === undefined)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Stellar operations of type ${type} are not signed`);
  const nothing = { kind: 'other', value: 0n, tokens: [], arriving: [], hazards: [] } as const;
  const effect = { ...nothing, ...reader(read) };
  return { ...effect, hazards: [...effect.hazards, ...lost(effect)], ...(source !== undefined && { source }) };
}

/** The account of zeros: nobody has its key. */
const NOBODY = showAccount(new Uint8Array(32));

function lost({ to }: Effect): readonly Hazard[] {
  if (to === undefined || plainAccount(to) !== NOBODY) return [];
  return [{ kind: 'unspendable-destination', party: to, text: 'nobody has a key of it' }];
}

function readTrust(read: XdrReader): Effect {
  const type = read.uint32();
  const asset = type === 3 ? undefined : assetOf(read, type);
  const line = asset === undefined ? readPool(read) : name(asset);
  const amount = read.amount();
  const party = asset?.issuer;
  return {
    hazards: [
      { kind: 'account-settings', ...(party !== undefined && { party }), asset: line, amount, text: 'ChangeTrust' },
    ],
    text: amount === 0n ? `ends its trust line to ${line}` : `trusts ${line} up to ${formatUnits(amount, 7)}`,
  };
}

/** Coins leave the account until a claimant takes them, which may be the account itself where a condition lets it. */
function readClaimable(read: XdrReader): Effect {
  const [asset, amount] = [readAsset(read), read.amount()];
  const claimants = read.list(10, () => readClaimant(read));
  const [only] = claimants;
  return {
    ...leaving(asset, amount),
    ...(claimants.length === 1 && only !== undefined && { to: only }),
    hazards: claimants.map((party) => ({
      kind: 'allowance',
      party,
      ...assetOfHazard(asset, amount),
      text: 'CreateClaimableBalance',
    })),
    text: `puts ${shown(asset, amount)} aside for ${claimants.join(', ')}, under conditions`,
  };
}

function readBalance(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of claimable balance');
  return hex.encode(read.fixed(32));
}

function readClaimant(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of claimant');
  const account = readAccount(read);
  readPredicate(read, 0);
  return account;
}

/** Conditions of a claim nest at most four deep (CAP-23). */
function readPredicate(read: XdrReader, depth: number): void {
  if (depth > 4) throw invalid('the conditions of a claim nest too deep');
  const type = read.uint32();
  if (type === 0) return;
  if (type === 1 || type === 2) read.list(2, () => readPredicate(read, depth + 1));
  else if (type === 3) read.optional(() => readPredicate(read, depth + 1));
  else if (type === 4 || type === 5) read.int64();
  else throw invalid(`${type} is not a kind of condition`);
}
