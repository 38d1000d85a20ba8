import type { ChainNode, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import type { Fields } from '../shared/fields.js';
import { countIn, finalIn } from '../shared/finality.js';
import { unlessRefused } from '../shared/refusal.js';
import { plainAccount } from './address.js';
import { nextSequenceIfAny } from './building/asking.js';
import { readEnvelope } from './envelope.js';
import type { Conditions } from './preconditions.js';
import { checkReceivers } from './receiver.js';

/** Seconds by which a node that looks for a transaction may be behind the one that says what time it is. */
const LAG = 300n;

/** Nodes of Stellar speak Horizon's interface. */
export const stellarNode: ChainNode = {
  async complete(pending, { node }) {
    await checkReceivers(readEnvelope(pending.serialized), node);
    // The maker of the envelope filled in everything, sequence number and end of time included.
    return pending.serialized.trim();
  },
  async broadcast({ raw, txId }, node) {
    const answer = await node.http({ path: '/transactions', form: { tx: raw } });
    const hash = isObject(answer) ? answer['hash'] : undefined;
    if (hash === txId) return txId;
    throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node took a broadcast and answered with another hash');
  },
  async fate(recorded, node) {
    const { source, sequence, conditions } = readEnvelope(recorded.completed);
    // Asked first: a ledger may take it between two questions.
    const isOver = await isOutdated(conditions, node);
    if ((await find(recorded, node)) !== undefined) return 'known';
    // Nodes forget, and nothing tells since when a ledger may have taken it. Its number, once used, is never free again.
    const next = isOver ? await nextSequenceIfAny(plainAccount(source), node) : undefined;
    return next !== undefined && next <= sequence ? 'dead' : 'open';
  },
  /** The network takes one transaction of an account in a ledger, and only in the order of their numbers. */
  async refusal({ completed }, words, node) {
    const { source, sequence } = readEnvelope(completed);
    const next = await nextSequenceIfAny(plainAccount(source), node);
    const isLate = /too_late/i.test(words);
    // Without the account nothing will ever prove the bytes dead, so the network's clock is the end.
    if (next === undefined) return isLate ? 'final' : 'later';
    // The one before may have been taken since it was refused. One that is too late waits for the proof of its death.
    const isInTurn = sequence === next && (isLate || /bad_seq|try.?again.?later/i.test(words));
    return sequence > next || isInTurn ? 'later' : 'final';
  },
  async inclusion(recorded, node) {
    const found = await find(recorded, node);
    // Horizon knows ledgers only, not waiting transactions. A closed ledger is final.
    if (found === undefined) return { kind: 'absent' };
    return finalIn(`${countIn(found['ledger'], 'ledger')}`, found['successful'] === false);
  },
};

async function find({ txId }: RecordedTransaction, node: NodeClient): Promise<Fields | undefined> {
  const found = await unlessRefused(() => node.http({ path: `/transactions/${txId}` }));
  return isObject(found) && found['hash'] === txId ? found : undefined;
}

/** True when the time is over by the ledger's clock, for a node that lags as well. */
async function isOutdated({ maxTime }: Conditions, node: NodeClient): Promise<boolean> {
  if (maxTime === undefined) return false;
  const latest = await latestClose(node);
  return latest !== undefined && latest > maxTime + LAG;
}

async function latestClose(node: NodeClient): Promise<bigint | undefined> {
  const answer = await node.http({ path: '/ledgers?order=desc&limit=1' });
  const page = isObject(answer) ? answer['_embedded'] : undefined;
  const records = isObject(page) ? page['records'] : undefined;
  const [ledger]: readonly unknown[] = Array.isArray(records) ? records : [];
  const text = isObject(ledger) ? ledger['closed_at'] : undefined;
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) ? BigInt(Math.floor(time / 1000)) : undefined;
}
