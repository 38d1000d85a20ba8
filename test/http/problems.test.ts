import { expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { silentLog } from '../../src/core/log.js';
import { refusalOf } from '../../src/http/problems.js';

it.each([
  ['the wallet is unknown', 'The wallet is unknown.'],
  ['eth_chainId at 127.0.0.1:8545 failed', 'eth_chainId at 127.0.0.1:8545 failed.'],
  ['transaction a1 waits, held', 'Transaction a1 waits, held.'],
  ['a1 is no id', 'a1 is no id.'],
])('a refusal is a sentence, and a name at its begin stays as it is: %s', (message, sentence) => {
  expect(refusalOf(new CustosError('PENDING_UNKNOWN', message), silentLog).message).toBe(sentence);
});
