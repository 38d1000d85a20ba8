import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Checkpoints, type SignedLog } from '../../../src/app/audit/checkpoints.js';
import { CompactRange } from '../../../src/core/audit/tree.js';
import type { StoredCheckpoint } from '../../../src/core/store/audit.js';
import { parseCheckpoint } from '../../../src/crypto/checkpoint.js';
import { checkpointSigner } from '../../../src/vault/audit-key.js';

const storeId = 'ffeeddccbbaa99887766554433221100';
const signer = () => checkpointSigner(storeId, [new Uint8Array(32).fill(7)]);
/** More than one request carries. */
const LONG = 150_000;

/** A log of so many events, as far as its signatures go. */
function longLog(size: number) {
  const leaves: Uint8Array[] = [];
  const tree = new CompactRange();
  const stored: StoredCheckpoint[] = [];
  const log: SignedLog = {
    heads: async () => [{ writer: 'main', size: leaves.length, hashes: [...tree.hashes] }],
    newest: async () => stored.slice(-1),
    checkpoints: async ({ from, limit }) => stored.filter((one) => one.size >= from).slice(0, limit),
    hashes: async ({ from, limit }) => leaves.slice(from, from + limit),
    addCheckpoint: async (checkpoint) => stored.push(checkpoint) > 0,
  };
  const grow = (count: number) => {
    for (let left = count; left > 0; left--) {
      const leaf = createHash('sha256').update(`${leaves.length}`).digest();
      leaves.push(leaf);
      tree.append(leaf);
    }
  };
  grow(size);
  return { log, stored, tree, grow };
}

/** As each process does for itself. */
const sign = (log: SignedLog, { sign: by }: ReturnType<typeof signer>) => new Checkpoints(log, by, () => 7).signAll();

describe('a log that is too long for one request, and whose signer goes on while daemons come and go,', () => {
  it.each<[string, (log: ReturnType<typeof longLog>, service: ReturnType<typeof signer>) => Promise<void>]>([
    ['is signed on after a command signed it by itself', async ({ log }) => sign(log, signer())],
    [
      'is signed on after a daemon was killed before it stored what was signed',
      async ({ log, stored }, service) => {
        await sign(log, service);
        stored.pop();
      },
    ],
  ])('%s', async (_what, between) => {
    const long = longLog(LONG);
    const service = signer();
    await sign(long.log, service);
    long.grow(3_000);
    await between(long, service);
    long.grow(1);
    await sign(long.log, service);
    const last = long.stored.at(-1);
    expect(last?.size).toBe(LONG + 3_001);
    expect(Buffer.compare(parseCheckpoint(last?.note ?? '')?.root ?? Buffer.alloc(0), long.tree.root())).toBe(0);
  });
});
