import type { NodeClient } from '../../core/chain/node.js';
import type { PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { decimalsIn, plannedTransfer, transferData } from '../evm/calls/payment.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { checkDecimals, declaredUnits, fixedUnits, plannedFee, refuseMembers } from '../shared/payment.js';
import { FEE_CONTRACT, rules } from './effects.js';

const DECIMALS = 18;
const MAX_WORD = 2n ** 256n - 1n;
/** The coin in which fees are paid; its contract is built into the network. */
const VTHO = 'VTHO';

/** Payments of VET, of VTHO (by that name or its contract) and of VIP-180 tokens (by their contract). */
export const vechainPayments: Payments = {
  plan,
  async build(request, { node }) {
    const { to, token, units } = read(request);
    if (token === undefined) return { unsigned: JSON.stringify({ from: 0, to, value: units.toString() }) };
    if (token !== FEE_CONTRACT) await checkToken(request, token, node);
    const data = bytesToHex(transferData({ to: rules.read(to), units }));
    return { unsigned: JSON.stringify({ from: 0, to: token, value: '0', data }) };
  },
};

interface VechainPayment {
  readonly from: string;
  readonly to: string;
  /** Contract of the token. */
  readonly token?: string;
  readonly units: bigint;
}

function plan(request: PaymentRequest): PaymentPlan {
  const { from, to, token, units } = read(request);
  const fee = plannedFee(request, VTHO, DECIMALS);
  if (token === undefined) return { moves: [{ op: 'transfer', from, to, asset: 'VET', amount: units }], fee };
  const call = { from, to: rules.read(to), token: rules.read(token), units };
  return { moves: [plannedTransfer(call, rules, token === FEE_CONTRACT ? VTHO : undefined)], fee };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest): VechainPayment {
  refuseMembers(request, 'VET', ['memo', 'tag']);
  const shown = (address: string) => rules.show(rules.read(address));
  const { token: named } = request;
  const token = named === undefined ? undefined : named === VTHO ? FEE_CONTRACT : shown(named);
  const isFixed = token === undefined || token === FEE_CONTRACT;
  return {
    from: shown(request.from.address),
    to: shown(request.to),
    units: isFixed ? fixedUnits(request, DECIMALS, MAX_WORD) : declaredUnits(request, MAX_WORD),
    ...(token !== undefined && { token }),
  };
}

/** @throws CustosError AMOUNT_INVALID: the token has other decimals; NODE_* */
async function checkToken(request: PaymentRequest, token: string, node: NodeClient): Promise<void> {
  const body = { clauses: [{ to: token, value: '0x0', data: '0x313ce567' }] };
  const answer = await node.http({ path: '/accounts/*?revision=best', body });
  const outcome: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const data = isObject(outcome) && outcome['reverted'] === false ? outcome['data'] : undefined;
  if (typeof data !== 'string')
    throw new CustosError('NODE_ANSWER_INVALID', `the VET node has no decimals of ${token}`);
  checkDecimals(request, decimalsIn(hexToBytes(data)));
}
