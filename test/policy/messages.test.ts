import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/chain/effect.js';
import { fee, open, partner, permitted, receiver, sender, token, verdictOf } from '../support/policies.js';

const message: Effect = { op: 'message', from: sender, method: 'EIP-191', data: '68656c6c6f' };
const hash: Effect = { op: 'hash', code: 'blind-signature', from: sender, method: 'hash', data: '00'.repeat(32) };
const typed: Effect = { op: 'typed-data', from: sender, contract: token, method: 'Permit' };
const allowance: Effect = {
  op: 'approve',
  code: 'allowance',
  from: sender,
  to: receiver,
  asset: token,
  amount: 5_000_000n,
  contract: token,
  method: 'Permit',
};
const said = { effects: [message, fee] };
const hashed = { effects: [hash, fee] };
const permit = { effects: [typed, allowance, fee] };

const messages = { id: 'messages', op: ['message'], to: 'any' };
const hashes = { id: 'hashes', op: ['hash'], code: ['blind-signature'], to: 'any', max: 'unlimited' };
const data = { id: 'data', op: ['typed-data'], contract: token, method: 'Permit', to: 'any' };
const allowances = { id: 'allowances', op: ['approve'], code: ['allowance'], asset: 'USDC', to: 'any', max: '5' };

describe('messages under a policy', () => {
  it('no permit for payments covers a message, typed data or a hash', () => {
    for (const given of [said, hashed, permit]) expect(permitted([open], given)).toBe('deny');
  });

  it('a permit that names messages covers them, by standard and beginning', () => {
    expect(permitted([messages], said)).toBe('allow');
    expect(permitted([{ ...messages, method: 'EIP-191', dataPrefix: '6865' }], said)).toBe('allow');
    expect(permitted([{ ...messages, method: 'BIP-322' }], said)).toBe('deny');
    expect(permitted([{ ...messages, dataPrefix: '6866' }], said)).toBe('deny');
    expect(permitted([messages], hashed)).toBe('deny');
  });

  it('a hash needs a permit that names it, its danger and no bound', () => {
    expect(permitted([hashes], hashed)).toBe('allow');
    const { code: _, ...unnamed } = { ...hashes, max: 'any' };
    expect(permitted([unnamed], hashed)).toBe('deny');
    expect(permitted([{ ...hashes, max: 'any' }], hashed)).toBe('deny');
    expect(permitted([{ ...hashes, op: ['message'] }], hashed)).toBe('deny');
  });

  it('a hash may stand for any amount, so a limit denies it', () => {
    const limit = { id: 'day', asset: 'ETH', rolling: '24h', max: '2000' };
    expect(verdictOf({ permits: [hashes], limits: [limit] }, hashed)).toBe('deny');
    expect(verdictOf({ permits: [messages], limits: [limit] }, said)).toBe('allow');
  });

  it('typed data need a permit for themselves and one for what they let others take', () => {
    expect(permitted([data, allowances], permit)).toBe('allow');
    expect(permitted([data], permit)).toBe('deny');
    expect(permitted([allowances], permit)).toBe('deny');
    expect(permitted([data, { ...allowances, max: '4.999999' }], permit)).toBe('deny');
    expect(permitted([data, { ...allowances, to: partner }], permit)).toBe('deny');
    const opaque = { effects: [{ ...typed, code: 'opaque-data' as const }, allowance, fee] };
    expect(permitted([data, allowances], opaque)).toBe('deny');
    expect(permitted([{ ...data, code: ['opaque-data'] }, allowances], opaque)).toBe('allow');
  });

  it('a forbid about receivers is not about messages, but about what typed data let others take', () => {
    const forbids = [{ id: 'never', to: receiver }];
    expect(verdictOf({ permits: [messages], forbids }, said)).toBe('allow');
    expect(verdictOf({ permits: [data, allowances], forbids }, permit)).toBe('deny');
    const other = [{ id: 'never', to: partner }];
    expect(verdictOf({ permits: [data, allowances], forbids: other }, permit)).toBe('allow');
    expect(verdictOf({ permits: [hashes], forbids: other }, hashed)).toBe('deny');
    const opaque = { effects: [{ ...typed, code: 'opaque-data' as const }, fee] };
    const permits = [{ ...data, code: ['opaque-data'] }];
    expect(verdictOf({ permits, forbids: other }, opaque)).toBe('deny');
  });

  it('a forbid without conditions about effects stops messages, too', () => {
    const forbids = [{ id: 'night', hours: '11:00-13:00' }];
    expect(verdictOf({ permits: [messages], forbids }, said)).toBe('deny');
  });
});
