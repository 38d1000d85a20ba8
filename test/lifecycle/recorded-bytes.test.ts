import { describe, expect, test, vi } from 'vitest';
import type { Chain } from '../../src/core/chain/chain.js';
import type { Codec } from '../../src/core/chain/codec.js';
import type { ChainNode, Fate, NodeClient } from '../../src/core/chain/node.js';
import { CustosError } from '../../src/core/errors.js';
import type { Nodes } from '../../src/core/network/cloud.js';
import type { Claimed, LifecycleParts } from '../../src/lifecycle/parts.js';
import { readRecorded } from '../../src/lifecycle/recorded.js';
import { deadlines } from '../../src/lifecycle/step.js';
import { broadcast } from '../../src/lifecycle/steps/broadcast.js';
import { confirm } from '../../src/lifecycle/steps/confirm.js';
import { carrying, signedFact } from './carrying.js';

const daemon = carrying();

interface Change {
  readonly codec?: Partial<Codec>;
  readonly node?: Partial<ChainNode>;
}

/** Parts with an own node, and a chain that is changed. `asked` shows how often the fate of bytes was asked for. */
function partsWith(change: Change, fate: () => Promise<Fate>, send: Nodes['broadcast']) {
  const parts = daemon.parts();
  const asked: string[] = [];
  const ethereum = parts.chains.get('ETH');
  const chain: Chain = {
    ...ethereum,
    codec: { ...ethereum.codec, ...change.codec },
    node: {
      ...ethereum.node,
      ...change.node,
      fate({ txId }) {
        asked.push(txId);
        return fate();
      },
    },
  };
  const nodes: Nodes = { client: () => ({}) as NodeClient, isOwn: () => true, broadcast: send };
  return { parts: { ...parts, chains: { ...parts.chains, get: () => chain }, nodes }, asked };
}

/** The steps of bytes that were recorded before, in the order of the way. */
async function goOn(parts: LifecycleParts, claimed: Claimed): Promise<void> {
  const sent = await readRecorded(parts, claimed);
  if (claimed.entry.state === 'signed') await broadcast(parts, claimed, sent);
  else await confirm(parts, claimed, { ...sent, isNew: false });
}

describe('a restart', () => {
  const refused = (details: Record<string, unknown>) => () =>
    Promise.reject(new CustosError('BROADCAST_REFUSED', 'no', { details }));

  test.each([
    ['TRANSACTION_EXPIRED', { dead: true }],
    ['BROADCAST_REFUSED', {}],
  ])('recorded bytes that are refused end with %s, and their fate is not asked for again', async (code, details) => {
    const { parts, asked } = partsWith({}, async () => 'dead', refused(details));
    const claimed = await daemon.claimed('one', [['signed', signedFact]]);
    await expect(goOn(parts, claimed)).rejects.toMatchObject({ code });
    expect(asked).toEqual([]);
  });

  test('recorded bytes of a chain where they run out are looked up once before they are sent again', async () => {
    const sent: string[] = [];
    const send: Nodes['broadcast'] = async (_, { txId }) => {
      sent.push(txId);
      return { txId };
    };
    const { parts, asked } = partsWith(
      {
        codec: { expiry: 'final' },
      },
      async () => 'dead',
      send,
    );
    const claimed = await daemon.claimed('one', [['signed', signedFact]]);
    await expect(goOn(parts, claimed)).rejects.toMatchObject({ code: 'TRANSACTION_EXPIRED' });
    expect([asked, sent]).toEqual([[signedFact.txId], []]);
  });

  test.each(['', '0x12', 'pending', `0x${'cd'.repeat(33)}`])(
    'recorded bytes of a chain with ids from the network are not called sent when the answer is %j',
    async (txId) => {
      const { parts } = partsWith(
        {
          node: { sendsByNode: true },
        },
        async () => 'open',
        async () => ({ txId }),
      );
      const claimed = await daemon.claimed('one', [['signed', signedFact]]);
      await expect(goOn(parts, claimed)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
      expect(await parts.journal.get('one')).toMatchObject({ state: 'signed', txId: signedFact.txId });
    },
  );

  test('recorded bytes are put off when the node does not know their fate', async () => {
    const claimed = await daemon.claimed('one', [['signed', signedFact]]);
    vi.useFakeTimers();
    try {
      const { parts } = partsWith(
        {
          codec: { expiry: 'final' },
        },
        () => new Promise(() => undefined),
        refused({}),
      );
      const ended = goOn(parts, claimed).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(deadlines.confirm ?? 0);
      expect(await ended).toMatchObject({ code: 'STEP_TIMEOUT' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('recorded bytes that the chain has lost are looked up before they are sent again, with a deadline', async () => {
    const claimed = await daemon.claimed('one', [
      ['signed', signedFact],
      ['broadcast', {}],
    ]);
    vi.useFakeTimers();
    try {
      const absent: Change = {
        node: { inclusion: async () => ({ kind: 'absent' }) },
      };
      const { parts, asked } = partsWith(absent, () => new Promise(() => undefined), refused({}));
      const ended = goOn(parts, claimed).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(deadlines.confirm ?? 0);
      expect(await ended).toMatchObject({ code: 'STEP_TIMEOUT' });
      expect(asked).toEqual([signedFact.txId]);
    } finally {
      vi.useRealTimers();
    }
  });
});
