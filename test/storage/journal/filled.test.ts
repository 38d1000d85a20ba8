import { describe, expect, it } from 'vitest';
import { parsePending } from '../../../src/core/signing/pending.js';
import { claimOne, freshPlace, pendingOf, reserves, takes, usedBy } from '../budgets/support.js';
import { eth, kinds } from '../support.js';

const filled = { completed: '{"nonce":3}', sender: '0xsender', nonce: 3n, summary: { text: 'pays' } };
const signed = { signed: '0xbytes', txId: '0xid' };

describe.each(kinds)('lines that are written with a step, on %s', (kind) => {
  const place = freshPlace(kind);
  const journal = () => place.store().journal;
  /** As another process verifies and reads it. */
  async function proved(id: string) {
    const { journal: other } = await place.another();
    const story = await other.events(id);
    return { entry: await other.get(id), story };
  }

  it('it is a line of its own before that of the bytes, and the row has the facts of both', async () => {
    const lease = await claimOne(journal(), 'a');
    await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
    const { entry, story } = await proved('a');
    expect(entry).toMatchObject({ state: 'signed', ...signed, ...filled });
    expect(story.map(({ event }) => event)).toEqual(['claimed', 'filled', 'signed']);
    expect(story[1]?.fact).toEqual({ ...filled, nonce: '3' });
    expect(story[2]?.fact).toEqual(signed);
  });

  it('a row that this process does not remember, because it is large, is written alike', async () => {
    const { id, chain, network, keys } = pendingOf('large');
    const hashes = keys.map(({ signatureId }) => signatureId);
    const serializedTransaction = JSON.stringify({ data: 'f'.repeat(70_000) });
    const pending = parsePending({ id, chain, hashes, serializedTransaction }, eth, network);
    const [claimed] = await journal().claim([pending]);
    if (claimed?.kind !== 'claimed') throw new Error('not claimed');
    await journal().advance(claimed.lease, 'signed', { ...signed, filled }, 'signed');
    const { entry, story } = await proved('large');
    expect(entry).toMatchObject({ state: 'signed', ...signed, ...filled });
    expect(story.map(({ event }) => event)).toEqual(['claimed', 'filled', 'signed']);
  });

  it('what was reserved counts at once, and its line is written with the next step', async () => {
    const lease = await claimOne(journal(), 'a');
    const budgets = await journal().reserveBudgets(lease, reserves('0', takes(4n)));
    expect((await proved('a')).story.map(({ event }) => event)).toEqual(['claimed']);
    expect(await usedBy(journal())).toBe(4n);
    await journal().advance(lease, 'signed', { ...signed, filled, budgets }, 'signed');
    const { entry, story } = await proved('a');
    expect(entry).toMatchObject({ state: 'signed', ...signed, ...filled });
    expect(story.map(({ event }) => event)).toEqual(['claimed', 'filled', 'reserved', 'signed']);
    expect(story[2]?.fact).toEqual({ budgets });
    expect(story[3]?.fact).toEqual(signed);
  });

  it('what was reserved can be a step of its own, with what was filled in before', async () => {
    const lease = await claimOne(journal(), 'a');
    const budgets = await journal().reserveBudgets(lease, reserves('0', takes(4n)));
    await journal().advance(lease, 'claimed', { filled, budgets }, 'reserved');
    const { entry, story } = await proved('a');
    expect(entry).toMatchObject({ state: 'claimed', ...filled });
    expect(story.map(({ event }) => event)).toEqual(['claimed', 'filled', 'reserved']);
    expect(story[2]?.fact).toEqual({ budgets });
  });

  it('whoever lost the transaction writes neither', async () => {
    const lease = await claimOne(journal(), 'a');
    const lost = { ...lease, generation: lease.generation - 1 };
    await expect(journal().advance(lost, 'signed', { ...signed, filled }, 'signed')).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    const { entry, story } = await proved('a');
    expect(entry).toMatchObject({ state: 'claimed' });
    expect([entry?.completed, entry?.signed]).toEqual([undefined, undefined]);
    expect(story.map(({ event }) => event)).toEqual(['claimed']);
  });

  it('recorded bytes keep what they were made of', async () => {
    const lease = await claimOne(journal(), 'a');
    await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
    const other = { ...filled, completed: '{"nonce":4}' };
    await expect(journal().advance(lease, 'signed', { filled: other }, 'signed')).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
    expect((await proved('a')).entry?.completed).toBe(filled.completed);
  });

  it('the audit log says who signed, although the row did not have the sender before', async () => {
    const lease = await claimOne(journal(), 'a');
    await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
    const [event] = await place.store().audit.find({ event: 'transaction.signed', limit: 1 });
    expect(JSON.parse(event?.opening?.detail ?? '{}')).toMatchObject({ transaction: 'a', sender: '0xsender' });
  });

  describe('an end that the network’s answer brought', () => {
    const ended = (sent: { readonly txId?: string } = {}) => ({ sent });

    it('it follows the line of the broadcast, and audit and row say both', async () => {
      const lease = await claimOne(journal(), 'a');
      await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
      await journal().advance(lease, 'completed', ended(), 'completed');
      const { entry, story } = await proved('a');
      expect(entry).toMatchObject({ state: 'completed', ...signed });
      expect(story.slice(1).map(({ event, fact }) => [event, fact])).toEqual([
        ['filled', { ...filled, nonce: '3' }],
        ['signed', signed],
        ['broadcast', {}],
        ['completed', {}],
      ]);
      const audited = await place.store().audit.find({ event: 'transaction', limit: 9 });
      expect(audited.map(({ leaf }) => leaf?.code)).toEqual(
        ['completed', 'broadcast', 'signed'].map((step) => `transaction.${step}`),
      );
    });

    it('the id that only the network knows replaces the recorded one', async () => {
      const lease = await claimOne(journal(), 'a');
      await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
      await journal().advance(lease, 'completed', ended({ txId: '0xother' }), 'completed');
      const { entry, story } = await proved('a');
      expect(entry?.txId).toBe('0xother');
      expect(story.at(-2)?.fact).toEqual({ txId: '0xother' });
    });

    it('it is refused without recorded bytes, and without a broadcast', async () => {
      const lease = await claimOne(journal(), 'a');
      await expect(journal().advance(lease, 'completed', ended(), 'completed')).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
      });
      await journal().advance(lease, 'signed', { ...signed, filled }, 'signed');
      await expect(journal().advance(lease, 'completed', {}, 'completed')).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
      });
      const { entry, story } = await proved('a');
      expect(entry?.state).toBe('signed');
      expect(story.map(({ event }) => event)).toEqual(['claimed', 'filled', 'signed']);
    });
  });
});
