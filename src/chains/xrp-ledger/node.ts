import type { ChainNode, CompleteContext, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { type Fields, readObject } from '../shared/fields.js';
import { finalIn } from '../shared/finality.js';
import { unlessRefused } from '../shared/refusal.js';
import { checkReceiver } from './receiver.js';
import { readTransaction } from './transaction.js';

/** Ledgers (of about four seconds) for which a transaction lives where the request does not say. */
const LIFE = 300;
/** As many ledgers before its last one as a node searches for one transaction. */
const SEARCH = 999;

/** Nodes of the XRP Ledger speak rippled's JSON-RPC. */
export const xrpLedgerNode: ChainNode = {
  async complete(pending, context) {
    const fields = readTransaction(pending.serialized, context.network);
    await checkReceiver(fields, context.node);
    const missing = (name: string) => fields[name] === undefined;
    return JSON.stringify({
      ...fields,
      ...(missing('Sequence') && { Sequence: Number(await context.nextNonce(await accountSequence(context))) }),
      ...(missing('LastLedgerSequence') &&
        missing('Sequence') && { LastLedgerSequence: (await currentLedger(context.node)) + LIFE }),
      ...(missing('Fee') && { Fee: await openFee(context.node) }),
    });
  },
  async broadcast({ raw, txId }, node) {
    const answer = await ask(node, 'submit', { tx_blob: raw });
    const result = answer['engine_result'];
    const code = typeof result === 'string' ? result : 'no result';
    // tec: it takes effect as a failure that costs the fee. terQUEUED waits for a later ledger.
    if (/^tes|^tec/.test(code) || code === 'terQUEUED') return txId;
    if (/^ter|^tel/.test(code))
      throw new CustosError('BROADCAST_DEFERRED', `the XRP node does not take it now: ${code}`);
    throw new CustosError('BROADCAST_REFUSED', `the XRP node refused it: ${code.slice(0, 40)}`);
  },
  async fate(recorded, node) {
    const life = lifeOf(recorded);
    const found = await ask(node, 'tx', { transaction: recorded.txId, ...(life && rangeBefore(life.last)) });
    if (found['hash'] === recorded.txId) return 'known';
    // A node that does not offer a question proves nothing.
    const newest = life && (await unlessRefused(() => validatedLedger(node)));
    if (life === undefined || newest === undefined || newest <= life.last) return 'open';
    // Nothing tells since when they may have been taken, so their number must be unused where the proof begins: after their
    // end, or before ledgers that were searched to the last one.
    if (await isUnused(life, { at: 'validated' }, node)) return 'dead';
    const { min_ledger: first } = rangeBefore(life.last);
    return found['searched_all'] === true && (await isUnused(life, { at: first - 1 }, node)) ? 'dead' : 'open';
  },
  async inclusion({ txId }, node) {
    const found = await ask(node, 'tx', { transaction: txId });
    if (found['error'] === 'txnNotFound') return { kind: 'absent' };
    if (found['hash'] !== txId)
      throw new CustosError('NODE_ANSWER_INVALID', 'the XRP node answered tx with another one');
    if (found['validated'] !== true) return { kind: 'waiting' };
    const result = isObject(found['meta']) ? found['meta']['TransactionResult'] : undefined;
    // A validated result is final. One that begins with tec only paid its fee.
    return finalIn(`${count(found['ledger_index'], 'ledger')}`, result !== 'tesSUCCESS');
  },
};

async function ask(node: NodeClient, method: string, params: Fields): Promise<Fields> {
  const result = await node.rpc(method, [params]);
  if (!isObject(result)) throw new CustosError('NODE_ANSWER_INVALID', `the XRP node answered ${method} with no object`);
  return result;
}

/** The next number of an account, and the ledger that is being made. @throws CustosError NODE_*: also where there is no such account */
export async function accountIn(
  node: NodeClient,
  account: string,
): Promise<{ readonly sequence: number; readonly ledger: number }> {
  const answer = await ask(node, 'account_info', { account, ledger_index: 'current' });
  return { sequence: sequenceIn(answer), ledger: count(answer['ledger_current_index'], 'current ledger') };
}

async function accountSequence({ node, from }: CompleteContext): Promise<bigint> {
  return BigInt(sequenceIn(await ask(node, 'account_info', { account: from, ledger_index: 'current' })));
}

function sequenceIn({ account_data: data }: Fields): number {
  return count(isObject(data) ? data['Sequence'] : undefined, 'sequence');
}

async function currentLedger(node: NodeClient): Promise<number> {
  return count((await ask(node, 'ledger_current', {}))['ledger_current_index'], 'current ledger');
}

async function validatedLedger(node: NodeClient): Promise<number> {
  return count((await ask(node, 'ledger', { ledger_index: 'validated' }))['ledger_index'], 'validated ledger');
}

/** What a transaction costs now, in drops. @throws CustosError NODE_* */
export async function openFee(node: NodeClient): Promise<string> {
  return (await feesOf(node)).open;
}

/** In drops: the least that a transaction costs, and what one costs that is to be in the next ledger. @throws CustosError NODE_* */
export async function feesOf(node: NodeClient): Promise<{ readonly base: string; readonly open: string }> {
  const { drops } = await ask(node, 'fee', {});
  const { base_fee: base, open_ledger_fee: open } = isObject(drops) ? drops : {};
  if (isFee(base) && isFee(open)) return { base, open };
  throw new CustosError('NODE_ANSWER_INVALID', 'the XRP node answered with no fee');
}

function isFee(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,12}$/.test(value);
}

function count(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new CustosError('NODE_ANSWER_INVALID', `the XRP node answered with no ${what}`);
}

/** The account and number of signed bytes, and the last ledger that may hold them. A ticket is a number that was set aside. */
interface Life {
  readonly account: string;
  readonly number: number;
  readonly isTicket: boolean;
  readonly last: number;
}

/** Undefined where no ledger is the last one. */
function lifeOf({ completed }: RecordedTransaction): Life | undefined {
  const {
    Account: account,
    Sequence: sequence,
    TicketSequence: ticket,
    LastLedgerSequence: last,
  } = readObject(completed);
  const number = ticket ?? sequence;
  if (typeof account !== 'string' || typeof number !== 'number' || typeof last !== 'number') return undefined;
  return { account, number, isTicket: ticket !== undefined, last };
}

/** As many ledgers before the last one as a node searches. */
function rangeBefore(last: number) {
  return { min_ledger: Math.max(1, last - SEARCH), max_ledger: last };
}

/**
 * Whether the number was still to be used in a validated ledger: in one after the last that may hold it, or in the one of this index.
 * False also where the node does not have the ledger.
 */
async function isUnused(
  { account, number, isTicket, last }: Life,
  { at }: { readonly at: number | 'validated' },
  node: NodeClient,
): Promise<boolean> {
  const isProof = ({ ledger_index: index, validated }: Fields) =>
    validated === true && (at === 'validated' ? typeof index === 'number' && index > last : index === at);
  const where = { ledger_index: at };
  const state = (await unlessRefused(() => ask(node, 'account_info', { account, ...where }))) ?? {};
  const { account_data: data } = state;
  const next = isObject(data) && data['Account'] === account ? data['Sequence'] : undefined;
  if (isProof(state) && typeof next === 'number' && next <= number) return true;
  if (!isTicket) return false;
  const asked = { ticket: { account, ticket_seq: number }, ...where };
  const held = (await unlessRefused(() => ask(node, 'ledger_entry', asked))) ?? {};
  const ticket = isObject(held['node']) ? held['node'] : {};
  return isProof(held) && ticket['Account'] === account && ticket['TicketSequence'] === number;
}
