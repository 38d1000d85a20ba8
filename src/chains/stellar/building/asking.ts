import type { NodeClient } from '../../../core/chain/node.js';
import { CustosError } from '../../../core/errors.js';
import { isObject } from '../../../core/json.js';
import type { Fields } from '../../shared/fields.js';
import { unfit } from '../../shared/receiver.js';
import { isRefusal } from '../../shared/refusal.js';
import { muxedId, plainAccount } from '../address.js';
import { name } from '../parts.js';
import type { Issued } from './written.js';

/** A new account needs two base reserves, which are half a lumen each. */
const LEAST_NEW = 10_000_000n;
const MAX_FEE = 2n ** 32n - 1n;

/** The number that an account's next transaction has. @throws CustosError NODE_*: also where there is no such account */
export async function nextSequence(address: string, node: NodeClient): Promise<bigint> {
  const next = await nextSequenceIfAny(address, node);
  if (next !== undefined) return next;
  throw new CustosError('NODE_ANSWER_INVALID', `the XLM node has no account ${address}`);
}

/** The same, or undefined where there is no such account. @throws CustosError NODE_* */
export async function nextSequenceIfAny(address: string, node: NodeClient): Promise<bigint | undefined> {
  const account = await accountOf(address, node);
  return account && wholeIn(account['sequence'], 'sequence') + 1n;
}

/** A payment to an account that may not exist yet. */
export interface Paid {
  /** G… or M… */
  readonly to: string;
  readonly units: bigint;
  readonly issued?: Issued;
}

/** @returns whether the account has to be created   @throws CustosError RECEIVER_UNFIT, NODE_* */
export async function checkReceiver({ to, units, issued }: Paid, node: NodeClient): Promise<boolean> {
  const account = await accountOf(plainAccount(to), node);
  if (account === undefined) {
    if (issued !== undefined || muxedId(to) !== undefined) unfit(to, 'is no account of the network yet');
    if (units < LEAST_NEW) unfit(to, 'does not exist yet, and a new account needs at least 1 XLM');
    return true;
  }
  if (issued === undefined || issued.issuer === plainAccount(to)) return false;
  const balances: readonly unknown[] = Array.isArray(account['balances']) ? account['balances'] : [];
  const trusts = ({ asset_code: code, asset_issuer: issuer }: Fields) =>
    code === issued.code && issuer === issued.issuer;
  if (!balances.some((line) => isObject(line) && trusts(line))) unfit(to, `has no trust line to ${name(issued)}`);
  return false;
}

/** What nearly all transactions of the last ledgers paid for an operation; more is only a bid. @throws CustosError NODE_* */
export async function networkFee(node: NodeClient): Promise<bigint> {
  const stats = await node.http({ path: '/fee_stats' });
  const charged = isObject(stats) && isObject(stats['fee_charged']) ? stats['fee_charged'] : {};
  const fee = wholeIn(charged['p95'], 'fee');
  if (fee > 0n && fee <= MAX_FEE) return fee;
  throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node answered with no fee');
}

async function accountOf(address: string, node: NodeClient): Promise<Fields | undefined> {
  try {
    const account = await node.http({ path: `/accounts/${address}` });
    if (isObject(account)) return account;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node answered with no account');
}

function wholeIn(value: unknown, what: string): bigint {
  if (typeof value === 'string' && /^\d{1,18}$/.test(value)) return BigInt(value);
  throw new CustosError('NODE_ANSWER_INVALID', `the XLM node answered with no ${what}`);
}
