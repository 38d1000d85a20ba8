import { expect, it } from 'vitest';
import { detailText } from '../../../src/core/audit/leaf.js';

it('gives one text to equal details, whatever the order in which their members are stated', () => {
  const text = '{"bytes":"00","process":"p","transaction":"t","txId":"0x1"}';
  expect(detailText({ bytes: '00', chain: undefined, process: 'p', transaction: 't', txId: '0x1' })).toBe(text);
  expect(detailText({ txId: '0x1', process: 'p', chain: undefined, transaction: 't', bytes: '00' })).toBe(text);
});
