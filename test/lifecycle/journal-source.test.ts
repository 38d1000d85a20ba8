import { expect, test } from 'vitest';
import { parseSignatureId } from '../../src/core/ids.js';
import { createJournalSource } from '../../src/lifecycle/journal-source.js';
import { eth } from '../storage/support.js';
import { carrying, pendingOf, signedFact } from './carrying.js';

const daemon = carrying();

test('the journal lists open transactions without bytes, for the requested wallets', async () => {
  const source = createJournalSource(daemon.journal);
  await daemon.claimed('claimed');
  await daemon.claimed('held', [['held', {}]]);
  await daemon.claimed('failed', [['failed', {}]]);
  await daemon.claimed('denied', [['denied', {}]]);
  await daemon.claimed('signed', [['signed', signedFact]]);
  const ids = pendingOf('any').keys.map(({ signatureId }) => signatureId);
  const listed = await source.pending(eth, 'testnet', ids);
  expect(listed.map((one) => one.kind === 'pending' && one.pending.id)).toEqual(['claimed', 'held']);
  const other = [parseSignatureId('00000000-0000-4000-8000-000000000000')];
  expect(await source.pending(eth, 'testnet', other)).toEqual([]);
  expect(await source.pending(eth, 'mainnet', ids)).toEqual([]);
});

test('the journal lists more than one page', async () => {
  const source = createJournalSource(daemon.journal);
  const pending = Array.from({ length: 1_201 }, (_, at) => pendingOf(`many-${at}`));
  await daemon.journal.claim(pending);
  const ids = pendingOf('any').keys.map(({ signatureId }) => signatureId);
  expect(await source.pending(eth, 'testnet', ids)).toHaveLength(1_201);
});
