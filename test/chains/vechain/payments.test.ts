import { ABIContract, Address, Clause, VET, VIP180_ABI, VTHO } from '@vechain/sdk-core';
import { describe, expect, it } from 'vitest';
import { buildCase, nodeOf, type PaymentCase } from '../../support/payment-nodes/node.js';
import { answers, from, to, token, vetPayments } from '../../support/payment-nodes/vet.js';

const [coins] = vetPayments as [PaymentCase];

function built(request: object, changed: object = {}) {
  return buildCase({ ...coins, request: { ...coins.request, ...request } }, nodeOf({ ...answers, ...changed }));
}

/** Newer versions of the library wrap the clause of a contract's method. */
function clauseOf(made: object): Clause {
  return ('clause' in made ? made.clause : made) as Clause;
}

describe('payments of VET', () => {
  it('are the clauses of the official library', async () => {
    const transfer = ABIContract.ofAbi(VIP180_ABI).getFunction('transfer');
    const units = 12_500_000_000_000_000_000n;
    const expected: readonly (readonly [object, { to: string | null; value: string | number; data: string }])[] = [
      [{}, Clause.transferVET(Address.of(to), VET.of('12.5')) as Clause],
      [{ token: 'VTHO' }, clauseOf(Clause.transferVTHOToken(Address.of(to), VTHO.of('12.5')))],
      [{ token, decimals: 18 }, Clause.callFunction(Address.of(token), transfer, [to, units])],
    ];
    for (const [request, clause] of expected) {
      const { to: receiver, value, data = '0x' } = JSON.parse((await built(request)).unsigned);
      expect([receiver, BigInt(value), data]).toEqual([clause.to?.toLowerCase(), BigInt(clause.value), clause.data]);
    }
  });

  it('leave gas, block reference and nonce to the way of the transaction', async () => {
    expect(JSON.parse((await built({})).unsigned)).toEqual({ from: 0, to, value: '12500000000000000000' });
  });

  it('name VTHO by its contract as well', async () => {
    const contract = '0x0000000000000000000000000000456e65726779';
    expect((await built({ token: contract })).unsigned).toBe((await built({ token: 'VTHO' })).unsigned);
  });

  it.each([
    [{ amount: '0.0000000000000000001' }, 'AMOUNT_INVALID'],
    [{ token }, 'DECIMALS_UNKNOWN'],
    [{ token, decimals: 6 }, 'AMOUNT_INVALID'],
    [{ token: 'VTHO', decimals: 6 }, 'AMOUNT_INVALID'],
    [{ token: from, decimals: 18 }, 'NODE_REFUSED'],
    [{ memo: 'x' }, 'PAYMENT_UNSUPPORTED'],
    [{ tag: '1' }, 'PAYMENT_UNSUPPORTED'],
    [{ to: '0x0000000000000000000000000000000000000000' }, 'RECEIVER_UNFIT'],
    [{ to: to.replace('d3ae', 'D3ae') }, 'ADDRESS_INVALID'],
    [{ maxFee: '0.1' }, 'FEE_INVALID'],
  ])('refuse %j (%s)', async (request, code) => {
    await expect(built(request)).rejects.toMatchObject({ code });
  });
});
