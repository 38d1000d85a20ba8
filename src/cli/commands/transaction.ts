import { makeCloud } from '../../app/network/cloud.js';
import { cancelTransaction } from '../../app/transactions/cancel.js';
import { retryTransaction } from '../../app/transactions/retry.js';
import { CustosError } from '../../core/errors.js';
import { type Network, networkOf } from '../../core/ids.js';
import { parsePendingId } from '../../core/signing/pending.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { Run } from '../spec.js';

export const list: Run = async ({ options, house, out }) => {
  const { journal } = await house.store();
  const { chain, states, limit } = options;
  const entries = await journal.find({
    limit,
    ...(chain !== undefined && { chain: house.chains.get(chain).id }),
    ...(states && { states }),
  });
  if (options.json) {
    for (const entry of entries) out.jsonLine(shown(entry));
    return 0;
  }
  const head = ['ID', 'CHAIN', 'NETWORK', 'STATE', 'UPDATED', 'TX ID', 'WHAT'];
  out.table([head, ...entries.map(row)]);
  return 0;
};

export const show: Run = async ({ args, house, out }) => {
  const { journal } = await house.store();
  const id = parsePendingId(args[0]);
  const entry = await journal.get(id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  const events = (await journal.events(id)).map(({ at, event, fact }) => ({ at: time(at), event, ...fact }));
  out.json({
    ...shown(entry),
    pending: entry.pending.received,
    completed: entry.completed,
    signed: entry.signed,
    events,
  });
  return 0;
};

export const retry: Run = async ({ args, house, out }) => {
  const journal = await house.journal();
  const entry = await retryTransaction({ journal, chains: house.chains }, parsePendingId(args[0]));
  const what = entry.state === 'signed' ? 'its recorded bytes are sent again' : 'it starts again';
  out.note(`Transaction ${entry.id} is ${entry.state} again: ${what} when a daemon runs.`);
  return 0;
};

export const cancel: Run = async ({ args, house, out }) => {
  const id = parsePendingId(args[0]);
  const { chains, config, clock, log } = house;
  const nodes = (network: Network) => makeCloud({ config, clock, log }, { network }).nodes;
  const { developmentChainIds } = config.daemon;
  const parts = { journal: await house.journal(), chains, nodes, developmentChainIds };
  const { proof } = await cancelTransaction(parts, id);
  if (proof !== undefined) {
    out.note(`Its signed bytes (${proof.txId}) never take effect: ${proof.text}. They stay in its story.`);
  }
  out.note(`Transaction ${id} is cancelled. The cloud still lists it until the application deletes it there.`);
  return 0;
};

function shown(entry: JournalEntry) {
  const { id, chain, network, state, sender, nonce, txId, summary, errorCode, errorText, attempts } = entry;
  return {
    id,
    chain,
    testnet: network === networkOf(true),
    state,
    ...(sender !== undefined && { sender }),
    ...(nonce !== undefined && { nonce }),
    ...(txId !== undefined && { txId }),
    ...(summary !== undefined && { summary }),
    ...(errorCode !== undefined && { error: { code: errorCode, message: errorText } }),
    attempts,
    createdAt: time(entry.createdAt),
    updatedAt: time(entry.updatedAt),
  };
}

function row({ id, chain, network, state, updatedAt, txId, summary, errorCode, errorText }: JournalEntry): string[] {
  const ended = state === 'completed' || errorCode === undefined;
  const what = ended ? String(summary?.['text'] ?? '') : `${errorCode}: ${errorText}`;
  return [id, chain, network, state, time(updatedAt), txId ?? '', what];
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
