import { describe, expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { SourceStatus } from '../../src/core/network/source.js';
import type { JournalEntry } from '../../src/core/store/journal.js';
import { createWay } from '../../src/lifecycle/way.js';
import { carrying, pendingOf, signedFact, sourceOf } from './carrying.js';

const daemon = carrying();

function resume(found: JournalEntry, status: () => Promise<SourceStatus>) {
  return createWay(daemon.parts()).resume(sourceOf({ status }), found);
}

/** Signed by a process that let go of it. */
async function leftSigned(id: string) {
  const { lease } = await daemon.claimed(id, [['signed', signedFact]]);
  await daemon.journal.rest(lease, 0);
  const entry = await daemon.journal.get(id);
  if (entry === undefined) throw new Error('no entry');
  return entry;
}

async function dueIds(): Promise<readonly string[]> {
  const { chain, network } = pendingOf('any');
  return (await daemon.journal.due(chain, network, 10)).entries.map(({ id }) => id);
}

describe('a signed transaction that the cloud no longer lists', () => {
  test('a signed transaction is put off when the cloud cannot report on it, so that others have their turn', async () => {
    const found = await leftSigned('one');
    expect(await dueIds()).toEqual(['one']);
    const silent = () => Promise.reject(new CustosError('CLOUD_ANSWER_INVALID', 'no'));
    expect(await resume(found, silent)).toMatchObject({ kind: 'waiting' });
    expect(await dueIds()).toEqual([]);
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'signed', attempts: 1 });
  });

  test('a signed transaction is neither ended nor sent when the cloud does not know it, because it may be the wrong cloud', async () => {
    const found = await leftSigned('one');
    expect(await resume(found, async () => ({ kind: 'unknown' }))).toMatchObject({ kind: 'waiting' });
    expect(await dueIds()).toEqual([]);
    const { signed } = signedFact;
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'signed', signed, errorCode: 'KMS_MISSING' });
  });

  test('a signed transaction is dropped when its bytes were found dead meanwhile, and is not signed again', async () => {
    const found = await leftSigned('one');
    const { lease } = await daemon.claimed('one');
    await daemon.journal.expire(lease, 'dead');
    const asked: string[] = [];
    const status = async (): Promise<SourceStatus> => {
      asked.push('status');
      return { kind: 'pending' };
    };
    expect(await resume(found, status)).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'claimed', attempts: 0 });
    await expect(daemon.journal.renew((await daemon.claimed('one')).lease)).resolves.toBeUndefined();
  });

  test.each([
    ['completed', 'completed', { kind: 'completed', txId: signedFact.txId ?? '' }],
    ['cancelled', 'withdrawn', { kind: 'withdrawn' }],
  ] as const)('a signed transaction is %s when the cloud says that it is %s', async (state, _, status) => {
    const found = await leftSigned('one');
    await resume(found, async () => status);
    expect(await daemon.journal.get('one')).toMatchObject({ state });
  });
});
