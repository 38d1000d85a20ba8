import { describe, expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { isDue, LONGEST_REST } from '../../src/core/store/journal.js';
import { recordError } from '../../src/lifecycle/record-error.js';
import { readRecorded } from '../../src/lifecycle/recorded.js';
import { carrying, signedFact } from './carrying.js';

const daemon = carrying();

describe('an error', () => {
  test.each([
    ['an unforeseen error', new TypeError('undefined is not a function')],
    ['an error about keys', new CustosError('API_KEY_INVALID', 'no')],
    ['a node that is away', new CustosError('NODE_UNREACHABLE', 'no')],
  ])('signed bytes are kept after %s, with their nonce, and tried again', async (_, thrown) => {
    const claimed = await daemon.claimed('one', [['signed', signedFact]]);
    expect(await recordError(daemon.parts(), claimed, thrown)).toMatchObject({ kind: 'waiting' });
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'signed', signed: signedFact.signed, attempts: 1 });
    const other = await daemon.claimed('other');
    const counts = { sender: signedFact.sender ?? '', latest: 5n };
    expect((await daemon.journal.takeNonce(other.lease, counts)).nonce).toBe(6n);
  });

  test.each([
    ['NODE_UNREACHABLE', { isFault: true }],
    ['BROADCAST_DEFERRED', {}],
  ] as const)(
    'signed bytes that are not accepted because of %s are sent again, and only a fault counts against the chain',
    async (code, fault) => {
      const claimed = await daemon.claimed('one', [['signed', signedFact]]);
      const {
        id: _id,
        report: _report,
        ...rest
      } = await recordError(daemon.parts(), claimed, new CustosError(code, 'no'));
      expect(rest).toEqual({ kind: 'waiting', ...fault });
    },
  );

  test.each(['BROADCAST_REFUSED', 'NETWORK_CLOSED'] as const)('signed bytes are given up for %s', async (code) => {
    const claimed = await daemon.claimed('one', [['signed', signedFact]]);
    expect(await recordError(daemon.parts(), claimed, new CustosError(code, 'no'))).toMatchObject({ kind: 'failed' });
    expect(await daemon.journal.get('one')).toMatchObject({ state: 'failed', errorCode: code });
  });
});

test.each([
  ['POLICY_HELD', 'held'],
  ['APPROVAL_SPENT', 'held'],
  ['CONTROL_OLD', 'held'],
  ['CONTROL_WITHHELD', 'held'],
  ['POLICY_DENIED', 'denied'],
  ['BUDGET_EXCEEDED', 'held'],
] as const)('a signer that answers %s makes a transaction %s, and never failed', async (code, kind) => {
  const claimed = await daemon.claimed('one');
  expect(await recordError(daemon.parts({ maxAttempts: 1 }), claimed, new CustosError(code, 'no'))).toMatchObject({
    kind,
  });
  expect(await daemon.journal.get('one')).toMatchObject({ state: kind, errorCode: code });
});

test('a signed row that lost its bytes ends, because nothing can be sent again', async () => {
  const { entry, ...rest } = await daemon.claimed('one', [['signed', signedFact]]);
  const { signed: _, ...damaged } = entry;
  const parts = daemon.parts({ journal: { ...daemon.journal, get: async () => damaged } });
  const thrown = await readRecorded(parts, { entry: damaged, ...rest }).catch((error: unknown) => error);
  expect(await recordError(parts, { entry: damaged, ...rest }, thrown)).toMatchObject({ kind: 'failed' });
  expect(await daemon.journal.get('one')).toMatchObject({ state: 'failed', errorCode: 'RECORD_DAMAGED' });
});

test('a request for a long pause delays only its own transaction, by at most ten minutes', async () => {
  const claimed = await daemon.claimed('one', [['signed', signedFact]]);
  const thrown = new CustosError('NODE_UNREACHABLE', 'no', { retryAfter: 86_400_000 });
  const before = Date.now();
  await recordError(daemon.parts(), claimed, thrown);
  const { nextAttemptAt = 0 } = (await daemon.journal.get('one')) ?? {};
  expect(nextAttemptAt).toBeGreaterThanOrEqual(before + LONGEST_REST - 1000);
  expect(isDue(nextAttemptAt, Date.now())).toBe(false);
});
