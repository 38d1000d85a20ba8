import { hex } from '@scure/base';
import type { PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { sha256 } from '../../crypto/hash.js';
import { fixedUnits, plannedFee, refuseMembers, unsupported } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { isRefusal } from '../shared/refusal.js';
import { accountKeys } from './access.js';
import { type CadenceArgument, decimal, ufix64 } from './arguments.js';
import { nameOf } from './request.js';
import { type FlowTemplates, type FlowToken, flowContracts } from './templates.js';

const DECIMALS = 8;
const MAX_AMOUNT = 2n ** 64n - 1n;
/** Types of requests: a transfer of FLOW, and Cadence that comes with the request. */
const TRANSFER = 2;
const CUSTOM = 8;

/** Payments of FLOW and of fungible tokens (`A.<address>.<contract>`). `from.account` is the account, `from.address` the key. */
export function flowPayments(templates: FlowTemplates): Payments {
  return {
    knownAccount: (network) => flowContracts[network].flowToken,
    plan: (request, network) => plan(request, network, templates),
    async build(request, { network, node }) {
      const payment = read(request, network, templates);
      await checkReceiver(payment.to, { node, network });
      return { unsigned: JSON.stringify({ type: payment.type, body: bodyOf(payment) }) };
    },
  };
}

interface FlowPayment {
  /** 0x and 16 hexadecimal digits, lower case; `to` too. */
  readonly account: string;
  readonly to: string;
  readonly units: bigint;
  readonly token?: FlowToken;
  readonly type: number;
  readonly script: string;
}

function plan(request: PaymentRequest, network: Network, templates: FlowTemplates): PaymentPlan {
  const { account: from, to, units, token, type, script } = read(request, network, templates);
  const made: readonly CadenceArgument[] = [ufix64(units), { type: 'Address', value: to }];
  const args = {
    type: `${type}`,
    scriptHash: hex.encode(sha256(new TextEncoder().encode(script))),
    ...Object.fromEntries(made.map((argument, at) => [`argument ${at + 1}`, JSON.stringify(argument)])),
  };
  const move = token === undefined ? ({ op: 'transfer', asset: 'FLOW' } as const) : nameOf(token, network);
  return { moves: [{ ...move, from, to, amount: units, args }], fee: plannedFee(request, 'FLOW', DECIMALS) };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest, network: Network, templates: FlowTemplates): FlowPayment {
  refuseMembers(request, 'FLOW', ['memo', 'tag']);
  const { from, token: named } = request;
  const token = named === undefined ? undefined : readToken(named);
  const script = token === undefined ? templates.transfer(network) : templates.tokenTransfer?.(network, token);
  if (script === undefined) throw unsupported('there is no text for a transfer of tokens');
  return {
    account: addressOf(from.account, 'from.account'),
    to: addressOf(request.to, 'to'),
    units: fixedUnits(request, DECIMALS, MAX_AMOUNT),
    type: token === undefined ? TRANSFER : CUSTOM,
    script,
    ...(token !== undefined && { token }),
  };
}

function bodyOf({ account, to, units, token, script }: FlowPayment): object {
  if (token === undefined) return { account, to, amount: decimal(units), currency: 'FLOW' };
  const args = [ufix64(units), { type: 'Address', value: to }];
  return { account, transaction: script, args };
}

function readToken(token: string): FlowToken {
  const [, address, name] = /^A\.([0-9a-f]{16})\.([A-Za-z_]\w{0,63})$/.exec(token) ?? [];
  if (address !== undefined && name !== undefined) return { address, name };
  throw unsupported(`the token ${quote(token)} is not A.<address>.<contract>`);
}

function addressOf(text: string | undefined, name: string): string {
  const digits = /^(?:0x)?([0-9a-f]{16})$/i.exec(text ?? '')?.[1];
  if (digits !== undefined) return `0x${digits.toLowerCase()}`;
  throw new CustosError('ADDRESS_INVALID', `${name} is ${quote(text)}, not an address of 16 hexadecimal digits`);
}

/** @throws CustosError RECEIVER_UNFIT: there is no such account; NODE_* */
export async function checkReceiver(to: string, access: Parameters<typeof accountKeys>[0]): Promise<void> {
  try {
    await accountKeys(access, to.slice(2), 'block_height=sealed&expand=keys');
  } catch (error) {
    if (isRefusal(error)) unfit(to, 'is no account of the network');
    throw error;
  }
}
