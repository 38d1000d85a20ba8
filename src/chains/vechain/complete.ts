import { randomBytes } from 'node:crypto';
import type { CompleteContext, NodeClient, NodeRequest } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import type { PendingTransaction } from '../../core/signing/pending.js';
import { needsCode, withoutCode } from '../evm/calls/code.js';
import { bytesToHex, quantityToHex } from '../shared/hexadecimal.js';
import { readAddress } from '../shared/keccak-address.js';
import { readBlock } from './block.js';
import { type Clause, intrinsicGas, readRequest, type VechainRequest, writeBody } from './format.js';

const hosts = { mainnet: 'https://sync-mainnet.vechain.org', testnet: 'https://sync-testnet.vechain.org' } as const;
const DEFAULT_EXPIRATION = 720;
/** Added to the simulation of a call, because its result depends on the state of that moment. */
const GAS_RESERVE = 15_000n;

/**
 * Fills in gas, chain tag, block reference and nonce.
 * @throws CustosError as `readRequest`; RECEIVER_UNFIT; NODE_*
 */
export async function completeBody(pending: PendingTransaction, context: CompleteContext): Promise<string> {
  const request = readRequest(pending.serialized, context.from);
  // Through the cloud only the foundation's public node can be asked, so it is asked for the necessary things alone.
  if (context.node.publicService === undefined) await checkContracts(request.clauses, context.node);
  const gas = await estimateGas(request, context);
  const chainTag = request.chainTag ?? (await genesisTag(context));
  const blockRef = request.blockRef ?? (await bestBlock(context)).id.slice(0, 18);
  const { expiration = DEFAULT_EXPIRATION, gasPriceCoef = 0, dependsOn = null, clauses } = request;
  const nonce = request.nonce ?? BigInt(`0x${randomBytes(8).toString('hex')}`);
  return writeBody({ chainTag, blockRef, expiration, clauses, gasPriceCoef, gas, dependsOn, nonce });
}

/** @throws CustosError RECEIVER_UNFIT: a call of a known method where there is no contract; NODE_* */
export async function checkContracts(clauses: readonly Clause[], node: NodeClient): Promise<void> {
  const called = clauses.filter(({ to, data }) => to !== undefined && needsCode({ to: readAddress(to, {}), data }));
  for (const to of new Set(called.map((clause) => clause.to))) {
    const account = await node.http({ path: `/accounts/${to}` });
    const hasCode = isObject(account) ? account['hasCode'] : undefined;
    if (typeof hasCode !== 'boolean')
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node did not answer with an account');
    if (!hasCode) throw withoutCode(String(to));
  }
}

/** The simulation of all clauses, by the account that will sign. @throws CustosError NODE_REFUSED: it is reverted */
async function estimateGas(request: VechainRequest, context: CompleteContext): Promise<bigint> {
  const { clauses, gas } = request;
  const body = {
    clauses: clauses.map(({ to, value, data }) => ({
      to: to ?? null,
      value: value === undefined ? '' : quantityToHex(value),
      data: bytesToHex(data),
    })),
    ...(gas !== undefined && { gas: Number(gas) }),
    caller: context.from,
  };
  const answer = await askPublic(context, { path: '/accounts/*?revision=best', body });
  if (!Array.isArray(answer) || answer.length !== clauses.length) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the VET node simulated another number of clauses');
  }
  const outcomes: readonly unknown[] = answer;
  let used = 0n;
  for (const outcome of outcomes) {
    const gasUsed = isObject(outcome) ? outcome['gasUsed'] : undefined;
    if (!isObject(outcome) || !Number.isSafeInteger(gasUsed) || Number(gasUsed) < 0) {
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node simulated a clause without saying its gas');
    }
    if (outcome['reverted'] === true) {
      throw new CustosError(
        'NODE_REFUSED',
        `the VET node says that the transaction is reverted: ${quote(outcome['vmError'])}`,
      );
    }
    used += BigInt(Number(gasUsed));
  }
  return intrinsicGas(clauses) + (used > 0n ? used + GAS_RESERVE : 0n);
}

async function genesisTag(context: CompleteContext): Promise<number> {
  return Number.parseInt((await block(context, '0')).id.slice(-2), 16);
}

function bestBlock(context: CompleteContext) {
  return block(context, 'best');
}

async function block(context: CompleteContext, revision: string) {
  return readBlock(await askPublic(context, { path: `/blocks/${revision}` }));
}

/** Through the cloud the foundation's public node is asked, as the cloud itself has none. */
function askPublic({ node, network }: CompleteContext, request: NodeRequest): Promise<unknown> {
  const { path, ...rest } = request;
  return node.publicService === undefined ? node.http(request) : node.publicService(`${hosts[network]}${path}`, rest);
}
