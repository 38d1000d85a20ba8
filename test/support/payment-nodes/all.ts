import { adaPayments } from './ada.js';
import { algoPayments } from './algo.js';
import { egldPayments } from './egld.js';
import { evmPayments } from './evm.js';
import { flowPayments } from './flow.js';
import type { PaymentCase } from './node.js';
import { solPayments } from './sol.js';
import { tronPayments } from './tron.js';
import { utxoPayments } from './utxo.js';
import { vetPayments } from './vet.js';
import { xlmPayments } from './xlm.js';
import { xrpPayments } from './xrp.js';

/** Payments of every chain. */
export const allPayments: readonly PaymentCase[] = [
  ...adaPayments,
  ...algoPayments,
  ...egldPayments,
  ...evmPayments,
  ...flowPayments,
  ...solPayments,
  ...tronPayments,
  ...utxoPayments,
  ...vetPayments,
  ...xlmPayments,
  ...xrpPayments,
];
