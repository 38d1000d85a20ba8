// What a run of the mixed loads must show beside its rate.
import { parseTransaction } from 'viem';
import { createRegistry } from '../dist/chains/registry.js';

const registry = createRegistry();

/**
 * Every transaction was signed once, and its bytes were broadcast once, in the order of its sender; no two have the same bytes;
 * none failed. Where the way was dead the same bytes may have come several times, never others.
 * @param arrivals - broadcasts in the order in which the cloud got them
 * @throws Error which says what is wrong
 */
export function prove({ pending, arrivals, told: { tally, steps }, deadChains = [] }) {
  const count = pending.length;
  expect(tally.completed === count, `${JSON.stringify(tally)} of ${count}`);
  for (const kind of ['unconfirmed', 'held', 'denied', 'failed', 'refused']) {
    expect(tally[kind] === 0, `${tally[kind]} are ${kind}`);
  }
  expect(steps.sign.count === count, `${steps.sign.count} signatures for ${count} transactions`);
  const firsts = firstArrivals(arrivals, deadChains);
  expect(firsts.size === count, `${firsts.size} of ${count} were broadcast`);
  expect(new Set([...firsts.values()].map(idOf)).size === count, 'two have the same id');
  for (const one of pending) expect(firsts.has(one.id), `${one.chain} ${one.id} was not broadcast`);
  proveOrder(pending, firsts);
  for (const one of pending) if (one.chain === 'ETH') proveContent(one, firsts.get(one.id));
}

function firstArrivals(arrivals, deadChains) {
  const firsts = new Map();
  for (const arrival of arrivals) {
    const { id, chain, txData } = arrival;
    const known = firsts.get(id);
    const isSame = known?.txData === txData;
    if (known === undefined) firsts.set(id, arrival);
    else
      expect(
        isSame && deadChains.includes(chain),
        `${chain} ${id} came again with ${isSame ? 'the same' : 'other'} bytes`,
      );
  }
  return firsts;
}

/** The chain's own id of what was broadcast; some chains read none from signed bytes. */
function idOf({ chain, txData }) {
  return registry.get(chain).codec.readSigned?.(txData, 'testnet').txId ?? txData;
}

function proveOrder(pending, firsts) {
  const places = new Map([...firsts.keys()].map((id, place) => [id, place]));
  const last = new Map();
  for (const { id, chain, hashes } of pending) {
    const [sender] = hashes;
    expect((last.get(sender) ?? -1) < places.get(id), `${chain} ${id} came before an earlier one of its sender`);
    last.set(sender, places.get(id));
  }
}

/** The bytes are what was asked for, as another library reads them. */
function proveContent({ id, serializedTransaction }, { txData }) {
  const asked = JSON.parse(serializedTransaction);
  const { nonce = 0, to, value } = parseTransaction(txData);
  expect(
    nonce === asked.nonce && to === asked.to && value === BigInt(asked.value),
    `the bytes of ${id} say other things`,
  );
}

function expect(holds, message) {
  if (!holds) throw new Error(message);
}
