import { expect, test } from 'vitest';
import { type Log, logEvents, tell } from '../../src/core/log.js';

test('an event is logged with its level, code, fields and sentence', () => {
  const lines: unknown[] = [];
  const keep = (level: string) => (fields: object, text: string) => void lines.push([level, fields, text]);
  const log: Log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  tell(log, 'chain-opened', { chain: 'ETH' });
  tell(log, 'transaction-failed', { id: 'one', code: 'FEE_INVALID' });
  expect(lines).toEqual([
    ['info', { event: 'chain-opened', chain: 'ETH' }, 'chain open again'],
    ['warn', { event: 'transaction-failed', id: 'one', code: 'FEE_INVALID' }, 'transaction failed'],
  ]);
});

test('every event has its own sentence', () => {
  const sentences = Object.values(logEvents).map(([, sentence]) => sentence);
  expect(new Set(sentences).size).toBe(sentences.length);
});
