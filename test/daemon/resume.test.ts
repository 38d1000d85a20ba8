import { describe, expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { Cloud, CloudStatus } from '../../src/core/network/cloud.js';
import { resolve } from '../../src/daemon/resume.js';
import { SenderQueues } from '../../src/daemon/sender-queues.js';
import { carrying, pendingOf, signedFact } from './carrying.js';

const daemon = carrying();

function partsWith(status: () => Promise<CloudStatus>) {
  const cloud: Partial<Cloud> = { status };
  return daemon.parts({ cloud: cloud as Cloud });
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
  test('is put off when the cloud does not tell of it, so that others have their turn', async () => {
    const found = await leftSigned('one');
    expect(await dueIds()).toEqual(['one']);
    const parts = partsWith(() => Promise.reject(new CustosError('CLOUD_ANSWER_INVALID', 'no')));
    expect(await resolve(parts, new SenderQueues(), found)).toMatchObject({ kind: 'waiting' });
    expect(await dueIds()).toEqual([]);
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'signed', attempts: 1 });
  });

  test('is neither ended nor sent when the cloud does not know it, which may be the wrong cloud', async () => {
    const found = await leftSigned('one');
    const parts = partsWith(async () => ({ kind: 'unknown' }));
    expect(await resolve(parts, new SenderQueues(), found)).toMatchObject({ kind: 'waiting' });
    expect(await dueIds()).toEqual([]);
    const { signed } = signedFact;
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'signed', signed, errorCode: 'KMS_MISSING' });
  });

  test('is let go of when its bytes were found dead in between, and not signed anew', async () => {
    const found = await leftSigned('one');
    const { lease } = await daemon.claimed('one');
    await daemon.journal.expire(lease, 'dead');
    const asked: string[] = [];
    const parts = partsWith(async () => {
      asked.push('status');
      return { kind: 'pending' };
    });
    expect(await resolve(parts, new SenderQueues(), found)).toBeUndefined();
    expect(asked).toEqual([]);
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'claimed', attempts: 0 });
    await expect(daemon.journal.renew((await daemon.claimed('one')).lease)).resolves.toBeUndefined();
  });

  test.each([
    ['completed', 'completed', { kind: 'completed', txId: signedFact.txId ?? '' }],
    ['cancelled', 'withdrawn', { kind: 'withdrawn' }],
  ] as const)('is %s when the cloud says that it is %s', async (state, _, status) => {
    const found = await leftSigned('one');
    await resolve(
      partsWith(async () => status),
      new SenderQueues(),
      found,
    );
    expect(await daemon.journal.get('one')).toMatchObject({ state });
  });
});
