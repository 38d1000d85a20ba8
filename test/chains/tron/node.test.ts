import { describe, expect, it } from 'vitest';
import { tron } from '../../../src/chains/tron/index.js';
import type { NodeClient, NodeRequest } from '../../../src/core/chain/node.js';
import { loadVectors } from '../../support/vectors.js';

const recorded = (() => {
  const completed = JSON.stringify(expiring(loadVectors('TRON').transactions));
  const { txID, raw_data } = JSON.parse(completed) as { txID: string; raw_data: { expiration: number } };
  return { completed, raw: completed, txId: txID, sender: '', end: raw_data.expiration };
})();

/** The first recorded transaction whose completed form says when it ends. */
function expiring(vectors: ReturnType<typeof loadVectors>['transactions']): unknown {
  for (const { broadcast } of vectors) {
    const { signature: _, ...unsigned } = JSON.parse(String(broadcast.body['txData']));
    if (unsigned.raw_data?.expiration > 0) return unsigned;
  }
  throw new Error('no recorded transaction ends');
}

const dayAndMore = 86_400_000 + 180_000;

/** A node of a chain with one block every three seconds and one transaction in each, which it has from a moment on. */
function nodeOf(chain: { readonly now: number; readonly from?: number; readonly has?: string; readonly empty?: true }) {
  const number = (chain.now - (recorded.end - 30 * dayAndMore)) / 3000;
  const asked: string[] = [];
  const timeOf = (block: number) => chain.now - (number - block) * 3000;
  const isThere = (block: number) => timeOf(block) >= (chain.from ?? 0) && block <= number;
  const answers: Record<string, (body: Record<string, unknown>) => unknown> = {
    '/wallet/getnowblock': () => ({ block_header: { raw_data: { timestamp: chain.now, number } } }),
    '/wallet/getblockbynum': ({ num }) =>
      isThere(Number(num)) ? { transactions: chain.empty ? [] : [{ txID: `in ${num}` }] } : {},
    '/wallet/gettransactionbyid': ({ value }) => {
      const [, block] = /^in (\d+)$/.exec(String(value)) ?? [];
      const isFound = block === undefined ? value === chain.has : isThere(Number(block));
      return isFound ? { txID: value } : {};
    },
  };
  const node: Pick<NodeClient, 'http'> = {
    async http({ path, body }: NodeRequest) {
      asked.push(path);
      return answers[path]?.(body as Record<string, unknown>);
    },
  };
  return { node: node as NodeClient, asked };
}

const fateAt = (chain: Parameters<typeof nodeOf>[0]) => tron.node.fate?.(recorded, nodeOf(chain).node);

describe('bytes of Tron', () => {
  it('bytes of TRON are known when the node finds them', async () => {
    expect(await fateAt({ now: recorded.end + 120_000, has: recorded.txId })).toBe('known');
  });

  it('bytes of TRON are open before their end, and afterwards while a fork may bring them back', async () => {
    expect(await fateAt({ now: recorded.end - 3_000 })).toBe('open');
    expect(await fateAt({ now: recorded.end + 90_000 })).toBe('open');
  });

  it('bytes of TRON are dead after their end at a node with the whole history since they were made', async () => {
    expect(await fateAt({ now: recorded.end + 90_000 + 3_000 })).toBe('dead');
    expect(await fateAt({ now: recorded.end + 90_000 + 3_000, from: recorded.end - dayAndMore - 60_000 })).toBe('dead');
  });

  it.each([
    ['begins within that time', recorded.end - 86_400_000 + 60_000],
    ['begins behind it', recorded.end + 60_000],
  ])('bytes of TRON stay open at a lite node whose history %s', async (_, from) => {
    expect(await fateAt({ now: recorded.end + 600_000, from })).toBe('open');
  });

  it('bytes of TRON stay open where no block of that time shows whether the node finds what was in it', async () => {
    expect(await fateAt({ now: recorded.end + 600_000, empty: true })).toBe('open');
  });

  it('bytes of TRON are looked for only when the time is known, because a node may catch up meanwhile', async () => {
    const { node, asked } = nodeOf({ now: recorded.end + 600_000 });
    await tron.node.fate?.(recorded, node);
    expect(asked.slice(0, 2)).toEqual(['/wallet/getnowblock', '/wallet/gettransactionbyid']);
  });
});
