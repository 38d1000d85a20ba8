import { ANY, type PaymentPlan, type PaymentRequest, type Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseSignatureId } from '../../core/ids.js';
import { fixedUnits, plannedFee, refuseMembers } from '../shared/payment.js';
import { builderOf } from './builder.js';
import { DECIMALS, type UtxoChainDefinition } from './definition.js';
import { addressOf, readScript, scriptOfAddress, writeScript } from './script.js';

/** All coins that there may ever be of any of these chains, in the smallest unit: those of Dogecoin in a century. */
const MAX_COINS = 10n ** 20n;
/** Stands for the key that signs, which nothing in the form depends on. */
const KEY = { signatureId: parseSignatureId('00000000-0000-4000-8000-000000000000') };

/** Payments of coins. Change goes back to the paying address. */
export function paymentsOf(definition: UtxoChainDefinition): Payments {
  const builder = builderOf(definition);
  return {
    fromOutputs: true,
    plan: (request, network) => plan(request, network, definition),
    async build(request, context) {
      if (builder.kind !== 'bitcoind') throw new CustosError('INTERNAL', 'the builder is of another family');
      const { from, to, amount } = request;
      const sources = [{ address: from.address, key: KEY }];
      const built = await builder.spend({ sources, to: [{ address: to, amount }] }, context);
      return { unsigned: built.serialized, ...(built.spends !== undefined && { spends: built.spends }) };
    },
  };
}

/** @throws CustosError ADDRESS_INVALID, NETWORK_MISMATCH, AMOUNT_INVALID, FEE_INVALID, PAYMENT_UNSUPPORTED */
function plan(request: PaymentRequest, network: Network, { id, networks }: UtxoChainDefinition): PaymentPlan {
  refuseMembers(request, id, ['token', 'memo', 'tag']);
  const shown = (address: string) => {
    const script = writeScript(scriptOfAddress(address, networks[network]));
    return addressOf(readScript(script), networks[network]) ?? address;
  };
  const ends = { from: shown(request.from.address), to: shown(request.to) };
  const amount = fixedUnits(request, DECIMALS, MAX_COINS);
  return {
    moves: [{ op: 'transfer', ...ends, asset: id, amount, args: { vout: ANY } }],
    change: ['transfer'],
    fee: plannedFee(request, id, DECIMALS),
  };
}
