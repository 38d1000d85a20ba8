import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { hazardKinds } from '../../src/core/chain/hazards.js';
import { networkOf, parseSignatureId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { SigningRules } from '../../src/core/signing/signing-rules.js';
import type { ImportSecret } from '../../src/core/signing/vault.js';
import type { JournalEntry } from '../../src/core/store/journal.js';
import type { Store } from '../../src/core/store/store.js';
import { LeaseKeeper } from '../../src/lifecycle/lease-keeper.js';
import type { LifecycleParts } from '../../src/lifecycle/parts.js';
import { createWay } from '../../src/lifecycle/way.js';
import { createInProcessSigner } from '../../src/signing/in-process-signer.js';
import { createStore } from '../../src/storage/open-store.js';
import { makeRootKey } from '../../src/vault/key-slots.js';
import { openVault } from '../../src/vault/vault.js';
import { replayingNode } from '../chains/replay.js';
import { anySlot, freshLocation, storeId } from '../storage/support.js';
import { noFreezes } from '../support/freezes.js';
import { testClock } from '../support/http.js';
import {
  evmChainIds,
  loadVectors,
  otherChainIds,
  type TransactionVector,
  type VectorSecrets,
} from '../support/vectors.js';
import { sourceOf } from './carrying.js';

const chains = createRegistry();
const vault = openVault({ rootKey: makeRootKey(), storeId, chains });
/** Everything is allowed: what is held here is about equal bytes. */
const rules: SigningRules = new Map(
  chains.ids.map((chain) => [
    chain,
    { feeCeilings: new Map([[chains.get(chain).coin, 2n ** 200n]]), allowedHazards: new Set(hazardKinds) },
  ]),
);
const unlockVault = async () => ({ vault, viewKey: new Uint8Array(32) });
const signer = createInProcessSigner({ unlockVault, chains, rules });
/** Why the second of two equal transactions may have no bytes. A node is not asked about another nonce than was recorded. */
const refusals = ['TRANSACTION_DUPLICATE', 'DUPLICATE_DEFERRED', 'OUTPUT_SPENT', 'NODE_REFUSED'];

const location = freshLocation();
let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
});
afterEach(() => store.close());

function secretOf({ mnemonic, privateKey, secret }: VectorSecrets): ImportSecret {
  if (mnemonic !== undefined) return { kind: 'mnemonic', mnemonic: Secret.text(mnemonic) };
  return { kind: 'privateKey', privateKey: Secret.text((privateKey ?? secret)!) };
}

async function importWallets(chain: string, { testnet, wallets }: TransactionVector): Promise<void> {
  for (const [id, secrets] of Object.entries(wallets)) {
    const signatureId = parseSignatureId(id);
    if ((await store.wallets.get([signatureId])).length > 0) continue;
    const request = {
      signatureId,
      chain: chains.get(chain).id,
      network: networkOf(testnet),
      secret: secretOf(secrets),
    };
    await store.wallets.add([(await vault.import(request)).sealed]);
  }
}

/** The way at nodes that answer as they did when the vector was recorded, for ever. */
function partsFor({ rpc }: TransactionVector): LifecycleParts {
  const node = replayingNode(rpc);
  const nodes: Nodes = { client: () => node, isOwn: () => false, broadcast: async (_chain, { txId }) => ({ txId }) };
  const { journal, wallets } = store;
  return {
    ...{ chains, wallets, journal, publicVault: vault, signer, nodes, rules },
    ...{ judges: [], freezes: noFreezes, clock: testClock(), log: silentLog, meter: noMeter },
    ...{ leases: new LeaseKeeper(journal, silentLog), maxAttempts: 10, confirmations: () => 1 },
  };
}

/** The same content under two ids, one after the other through one process, or through one that has forgotten. */
async function carryTwice(chain: string, vector: TransactionVector, forgets: boolean): Promise<JournalEntry[]> {
  await importWallets(chain, vector);
  const parts = partsFor(vector);
  const name = createHash('sha256').update(vector.name).digest('hex').slice(0, 16);
  const ways = [createWay(parts), createWay(parts)] as const;
  const found: JournalEntry[] = [];
  for (const [at, id] of [`${name}-1`, `${name}-2`].entries()) {
    const pending = parsePending({ ...vector.pending, id }, chains.get(chain).id, networkOf(vector.testnet));
    const [taken] = await ways[forgets ? at : 0]!.take(sourceOf(), [pending]);
    if (taken?.kind !== 'begun') throw new Error('not begun');
    await taken.outcome;
    found.push((await store.journal.get(id))!);
  }
  return found;
}

describe.each([...evmChainIds, ...otherChainIds])('%s', (chain) => {
  it.each([false, true])(
    'two pending transactions with equal content never share a transaction id (after a restart: %s)',
    async (forgets) => {
      const taken: string[] = [];
      for (const vector of loadVectors(chain).transactions) {
        const [first, second] = await carryTwice(chain, vector, forgets);
        for (const { txId } of [first!, second!]) if (txId !== undefined) taken.push(txId);
        if (first?.txId === undefined || second?.txId !== undefined) continue;
        expect(refusals, `${vector.name}: ${second?.errorText}`).toContain(second?.errorCode);
        // Whoever waits for what the chain offers next loses no try.
        if (second?.errorCode === 'DUPLICATE_DEFERRED') expect(second).toMatchObject({ state: 'claimed', attempts: 0 });
        else expect(second?.state).toBe('failed');
      }
      expect(taken.length).toBeGreaterThan(0);
      expect(new Set(taken).size).toBe(taken.length);
    },
  );
});

it('all chains are tested', () => {
  expect([...evmChainIds, ...otherChainIds].sort()).toEqual([...chains.ids].sort());
});
