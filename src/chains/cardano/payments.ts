import type { PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { declaredUnits, fixedUnits, plannedFee, refuseMembers, unsupported } from '../shared/payment.js';
import { readAddress, showBytes } from './address.js';
import { choose, type Wanted } from './choice.js';
import { askRules, findCoins, outpointOf } from './coins.js';
import { leastCoins, usualRules } from './ledger.js';
import { MAX_LOVELACE, writeOperations } from './operations.js';

export const COIN = 'ADA';
export const DECIMALS = 6;
const MAX_UNITS = 2n ** 64n - 1n;

/**
 * Payments of ADA, and of native tokens (`policy.name` in hexadecimal digits), which take the least coins along that an output
 * with them may hold. Change goes back to the paying address.
 */
export const cardanoPayments: Payments = {
  fromOutputs: true,
  plan(request, network) {
    const { from, to, token, units, coins } = read(request, network);
    const ends = { from, to, args: { output: '0' } };
    const paid = { op: 'transfer', ...ends, asset: COIN, amount: coins } as const;
    const moves: PaymentPlan['moves'] =
      token === undefined ? [paid] : [{ op: 'token-transfer', ...ends, asset: token, amount: units }, paid];
    return { moves, change: ['transfer', 'token-transfer'], fee: plannedFee(request, COIN, DECIMALS) };
  },
  async build(request, { node, network, spent }) {
    const { from, to, token, units, coins } = read(request, network);
    const rules = await askRules(node, network);
    const paid = { address: to, amount: coins, tokens: new Map(token === undefined ? [] : [[token, units]]) };
    const least = leastCoins({ ...paid, address: readAddress(to, network) }, rules);
    if (coins < least) refuseSmall(token, least);
    const found = await findCoins(from, node, network);
    const taken = await spent(found.map(outpointOf));
    const free = found.filter((coin) => !taken.has(outpointOf(coin)));
    const wanted: Wanted = { paid: [paid], change: from, rules, bytesOf: (address) => readAddress(address, network) };
    const { inputs, outputs } = choose(free, wanted, token);
    return {
      unsigned: JSON.stringify(writeOperations({ inputs, outputs })),
      spends: inputs.map(outpointOf),
    };
  },
};

interface CardanoPayment {
  readonly from: string;
  readonly to: string;
  readonly token?: string;
  /** Of the token, or lovelace. */
  readonly units: bigint;
  /** Lovelace that the receiver gets. */
  readonly coins: bigint;
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest, network: Network): CardanoPayment {
  refuseMembers(request, COIN, ['memo', 'tag']);
  const shown = (address: string) => showBytes(readAddress(address, network), network);
  const ends = { from: shown(request.from.address), to: shown(request.to) };
  if (request.token === undefined) {
    const coins = fixedUnits(request, DECIMALS, MAX_LOVELACE);
    return { ...ends, units: coins, coins };
  }
  const token = tokenOf(request.token);
  const units = declaredUnits(request, MAX_UNITS);
  // No node has a part in what the receiver gets, so this follows the usual rules.
  const tokens = new Map([[token, units]]);
  return { ...ends, token, units, coins: leastCoins({ address: readAddress(ends.to, network), tokens }, usualRules) };
}

function tokenOf(text: string): string {
  if (/^[0-9a-f]{56}\.(?:[0-9a-f]{2}){0,32}$/.test(text)) return text;
  throw unsupported(`the token ${quote(text)} is not a policy id and a name in hexadecimal digits, policy.name`);
}

/** @throws CustosError AMOUNT_INVALID, PAYMENT_UNSUPPORTED */
function refuseSmall(token: string | undefined, least: bigint): never {
  if (token === undefined) {
    throw new CustosError('AMOUNT_INVALID', `an output to this address holds at least ${least} lovelace`);
  }
  throw unsupported(`the node asks for ${least} lovelace beside the token, more than a payment of tokens takes along`);
}
