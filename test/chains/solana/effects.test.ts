import { AddressLookupTableAccount, PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { programOf } from '../../../src/chains/solana/instructions.js';
import { instructionMark } from '../../../src/chains/solana/programs/auction-house.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import { summarize } from '../../../src/chains/solana/summary.js';
import type { UnsignedTransaction } from '../../../src/core/chain/codec.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { CustosError } from '../../../src/core/errors.js';
import { byteVariants } from '../../support/every-field.js';
import { verdictOf } from '../../support/policies.js';
import { keyOf } from '../signing.js';
import {
  blockhash,
  by,
  bytesOf,
  completedFrom,
  key,
  loader,
  me,
  mint,
  other,
  ours,
  type Parts,
  seed,
  stake,
  system,
  thief,
  token,
  token22,
  u32,
  u64,
  vote,
} from './parts.js';

const second = keyOf(solana, 0x22);

/** Members of one effect; what all effects of an instruction have is added. */
type Expected = Partial<Omit<Effect, 'args'>> & { readonly op: Effect['op']; readonly args?: Record<string, string> };
type Row = readonly [method: string, instruction: Parts, effects: readonly Expected[], what?: string];

const loaderV4 = by(programs.loaderV4);
const openFor = (owner: string, tokenProgram: string, ...data: readonly number[]) =>
  by(programs.associatedToken)(
    [me, associatedTokenAddress(owner, mint, tokenProgram), owner, mint, programs.system, tokenProgram],
    ...data,
  );

const sol = (from: string, to: string, amount: bigint): Expected => ({
  op: 'transfer',
  from,
  to,
  asset: 'SOL',
  amount,
});
const control = (from: string, to: string, args?: Record<string, string>): Expected => ({
  ...{ op: 'account', code: 'account-control', from, to },
  ...(args && { args }),
});
const own = (from: string, to?: string, args?: Record<string, string>): Expected => ({
  ...{ op: 'account', code: 'account-settings', from },
  ...(to !== undefined && { to }),
  ...(args && { args }),
});
const unknown: Expected = { op: 'call', code: 'opaque-data' };
/** With an account that signs and may be written: it may take any amount of its coins. */
const unknownPaying: Expected = { ...unknown, asset: 'SOL' };
const wallet = key.address;
const withSeed = { base: wallet, seed: 'x' };

/** Instructions of Auction House: their accounts, the data behind the mark, and what is read of it. */
const houseRows: readonly (readonly [
  method: string,
  accounts: number,
  data: readonly number[],
  args: Record<string, string>,
])[] = [
  [
    'CreateAuctionHouse',
    13,
    [1, 2, 3, 0xfa, 0, 1, 0],
    {
      ...{ bump: '1', feePayerBump: '2', treasuryBump: '3' },
      ...{ sellerFeeBasisPoints: '250', requiresSignOff: '1', canChangeSalePrice: '0' },
    },
  ],
  ['UpdateAuctionHouse', 12, [1, 0xfa, 0, 0, 1, 1], { sellerFeeBasisPoints: '250', canChangeSalePrice: '1' }],
  ['WithdrawFromFee', 5, u64(9), { amount: '9' }],
  ['WithdrawFromTreasury', 7, u64(9), { amount: '9' }],
  [
    'Sell',
    12,
    [1, 2, 3, ...u64(9), ...u64(1)],
    { tradeStateBump: '1', freeTradeStateBump: '2', programAsSignerBump: '3', buyerPrice: '9', tokenSize: '1' },
  ],
  [
    'Buy',
    14,
    [1, 2, ...u64(9), ...u64(1)],
    { tradeStateBump: '1', escrowPaymentBump: '2', buyerPrice: '9', tokenSize: '1' },
  ],
  [
    'ExecuteSale',
    21,
    [1, 2, 3, ...u64(9), ...u64(1)],
    { escrowPaymentBump: '1', freeTradeStateBump: '2', programAsSignerBump: '3', buyerPrice: '9', tokenSize: '1' },
  ],
  ['Cancel', 8, [...u64(9), ...u64(1)], { buyerPrice: '9', tokenSize: '1' }],
  ['PrintListingReceipt', 5, [7], { receiptBump: '7' }],
  ['PrintBidReceipt', 5, [7], { receiptBump: '7' }],
  ['PrintPurchaseReceipt', 7, [7], { purchaseReceiptBump: '7' }],
  ['CancelListingReceipt', 3, [], {}],
];

/** Every instruction that is understood, with its effects. */
const table: readonly Row[] = [
  [
    'CreateAccount',
    system([me, other], ...u32(0), ...u64(7), ...u64(82), ...bytesOf(programs.token)),
    [
      sol(wallet, other, 7n),
      { op: 'account', from: other, to: programs.token, args: { space: '82', owner: programs.token } },
    ],
  ],
  [
    'CreateAccountWithSeed',
    system([me, other, me], ...u32(3), ...bytesOf(wallet), ...seed, ...u64(7), ...u64(82), ...bytesOf(programs.token)),
    [
      sol(wallet, other, 7n),
      { op: 'account', from: other, to: programs.token, args: { ...withSeed, space: '82', owner: programs.token } },
    ],
  ],
  ['Assign', system([other], ...u32(1), ...bytesOf(thief)), [control(other, thief)]],
  ['Transfer', system([me, thief], ...u32(2), ...u64(5)), [sol(wallet, thief, 5n)]],
  [
    'Transfer',
    system([me, programs.token], ...u32(2), ...u64(5)),
    [{ ...sol(wallet, programs.token, 5n), code: 'unspendable-destination' }],
    'to a program',
  ],
  ['AdvanceNonceAccount', system([other, mint, me], ...u32(4)), [{ op: 'account', code: 'long-lived', to: other }]],
  [
    'WithdrawNonceAccount',
    system([other, thief, mint, mint, me], ...u32(5), ...u64(7)),
    [sol(wallet, thief, 7n), { op: 'account', code: 'closes-account', from: other, to: thief }],
  ],
  [
    'WithdrawNonceAccount',
    system([other, wallet, mint, mint, me], ...u32(5), ...u64(7)),
    [{ ...sol(wallet, wallet, 7n), own: true }, own(other, wallet)],
    'to itself',
  ],
  ['InitializeNonceAccount', system([other], ...u32(6), ...bytesOf(thief)), [control(other, thief)]],
  ['InitializeNonceAccount', system([other], ...u32(6), ...bytesOf(wallet)), [own(other, wallet)], 'of its own'],
  ['AuthorizeNonceAccount', system([other, me], ...u32(7), ...bytesOf(thief)), [control(other, thief)]],
  ['Allocate', system([other], ...u32(8), ...u64(9)), [own(other, other, { space: '9' })]],
  [
    'AllocateWithSeed',
    system([other, me], ...u32(9), ...bytesOf(wallet), ...seed, ...u64(9), ...bytesOf(thief)),
    [control(other, thief, { ...withSeed, space: '9' })],
  ],
  [
    'AssignWithSeed',
    system([other, me], ...u32(10), ...bytesOf(wallet), ...seed, ...bytesOf(thief)),
    [control(other, thief, withSeed)],
  ],
  [
    'TransferWithSeed',
    system([other, me, thief], ...u32(11), ...u64(5), ...seed, ...bytesOf(programs.system)),
    [{ ...sol(wallet, thief, 5n), args: { seed: 'x', owner: programs.system } }],
  ],
  ['UpgradeNonceAccount', system([other], ...u32(12)), [own(other)]],
  ...(
    [
      ['InitializeMint', 0],
      ['InitializeMint2', 20],
    ] as const
  ).map(
    ([method, number]): Row => [
      method,
      token([mint], number, 6, ...bytesOf(wallet), 1, ...bytesOf(thief)),
      [
        { op: 'issuer', code: 'issuer-settings', from: mint, to: wallet, args: { decimals: '6' } },
        { op: 'issuer', code: 'issuer-settings', from: mint, to: thief, args: { part: 'freeze authority' } },
      ],
    ],
  ),
  ['InitializeAccount', token([other, mint, thief], 1), [own(other, thief, { mint })]],
  ['InitializeAccount2', token([other, mint], 16, ...bytesOf(thief)), [own(other, thief, { mint })]],
  ['InitializeAccount3', token([other, mint], 18, ...bytesOf(thief)), [own(other, thief, { mint })]],
  ['InitializeMultisig', token([other, mint, thief, me], 2, 1), [own(other, other, { signatures: '1' })]],
  ['InitializeMultisig2', token([other, thief, me], 19, 1), [own(other, other, { signatures: '1' })]],
  [
    'Transfer',
    token([ours, other, me], 3, ...u64(5)),
    [{ op: 'token-transfer', from: ours, to: other, amount: 5n }],
    'of tokens',
  ],
  [
    'TransferChecked',
    token([ours, mint, other, me], 12, ...u64(5), 6),
    [{ op: 'token-transfer', to: other, asset: mint, amount: 5n, args: { decimals: '6' } }],
  ],
  [
    'TransferChecked',
    token([ours, mint, mint, me], 12, ...u64(5), 6),
    [
      {
        ...{ op: 'token-transfer', code: 'unspendable-destination', to: mint, asset: mint, amount: 5n },
        args: { decimals: '6' },
      },
    ],
    'to the token itself',
  ],
  [
    'TransferCheckedWithFee',
    token22([other, mint, thief, me], 26, 1, ...u64(5), 6, ...u64(1)),
    [{ op: 'token-transfer', from: other, to: thief, asset: mint, amount: 5n, args: { decimals: '6', fee: '1' } }],
  ],
  ['Approve', token([ours, thief, me], 4, ...u64(5)), [{ op: 'approve', code: 'allowance', to: thief, amount: 5n }]],
  [
    'ApproveChecked',
    token([ours, mint, thief, me], 13, ...u64(2n ** 63n - 1n), 6),
    [
      {
        ...{ op: 'approve', code: 'unlimited-allowance', to: thief, asset: mint, amount: 2n ** 63n - 1n },
        args: { decimals: '6' },
      },
    ],
  ],
  ['Revoke', token([ours, me], 5), [{ op: 'approve', asset: ours, amount: 0n }]],
  [
    'SetAuthority',
    token([ours, me], 6, 2, 1, ...bytesOf(thief)),
    [{ ...control(wallet, thief, { authorityType: '2' }), asset: ours }],
    'of an account',
  ],
  [
    'SetAuthority',
    token([mint, me], 6, 0, 1, ...bytesOf(thief)),
    [{ ...control(mint, thief, { authorityType: '0' }), op: 'issuer' }],
    'of a mint',
  ],
  [
    'SetAuthority',
    token([ours, me], 6, 3, 0),
    [{ op: 'account', code: 'issuer-settings', from: ours, args: { authorityType: '3' } }],
    'to nobody',
  ],
  [
    'MintTo',
    token([mint, other, me], 7, ...u64(5)),
    [{ op: 'mint', code: 'issuer-settings', to: other, asset: mint, amount: 5n }],
  ],
  [
    'MintToChecked',
    token([mint, other, me], 14, ...u64(5), 6),
    [{ op: 'mint', code: 'issuer-settings', to: other, asset: mint, amount: 5n, args: { decimals: '6' } }],
  ],
  ['Burn', token([ours, mint, me], 8, ...u64(5)), [{ op: 'burn', asset: mint, amount: 5n }]],
  [
    'BurnChecked',
    token([ours, mint, me], 15, ...u64(5), 6),
    [{ op: 'burn', asset: mint, amount: 5n, args: { decimals: '6' } }],
  ],
  ['CloseAccount', token([ours, thief, me], 9), [{ op: 'account', code: 'closes-account', from: ours, to: thief }]],
  ['CloseAccount', token([ours, wallet, me], 9), [own(ours, wallet)], 'to itself'],
  [
    'FreezeAccount',
    token([other, mint, me], 10),
    [{ op: 'issuer', code: 'issuer-settings', to: other, args: { mint } }],
  ],
  ['ThawAccount', token([other, mint, me], 11), [{ op: 'issuer', code: 'issuer-settings', to: other, args: { mint } }]],
  ['SyncNative', token([ours], 17), [{ op: 'account' }]],
  ['InitializeImmutableOwner', token([ours], 22), [{ op: 'account' }]],
  [
    'CpiGuard',
    token22([ours, me], 34, 0),
    [{ op: 'account', code: 'account-settings' }, unknownPaying],
    'of Token-2022, not understood',
  ],
  [
    'InitializePermanentDelegate',
    token22([mint], 35, ...bytesOf(thief)),
    [{ op: 'issuer', code: 'issuer-settings', to: thief }, unknown],
    'of Token-2022, not understood',
  ],
  [
    'UnwrapLamports',
    token22([ours, thief, me], 45),
    [{ op: 'account', code: 'closes-account', to: thief }, unknownPaying],
    'of Token-2022, not understood',
  ],
  [
    'UpdateAuthority of metadata',
    token22([mint, me], 0xd7, 0xe4, 0xa6, 0xe4, 0x54, 0x64, 0x56, 0x7b, ...bytesOf(thief)),
    [{ op: 'account', code: 'account-control', to: thief }, unknownPaying],
    'of Token-2022, not understood',
  ],
  [
    'Create',
    openFor(thief, programs.token),
    [sol(wallet, thief, 2_039_280n), own(wallet, thief, { mint })],
    'of a token account',
  ],
  [
    'CreateIdempotent',
    openFor(thief, programs.token2022, 1),
    [sol(wallet, thief, 2_248_080n), own(wallet, thief, { mint })],
    'of a token account',
  ],
  ['Memo', by(programs.memo)([me], 104, 105), [{ op: 'note', args: { memo: 'hi' } }]],
  ['Memo', by(programs.memoV1)([], 104, 105), [{ op: 'note', args: { memo: 'hi' } }], 'of the first version'],
  [
    'Initialize',
    stake([other, mint], ...u32(0), ...bytesOf(wallet), ...bytesOf(thief), ...u64(4e9), ...u64(0), ...bytesOf(mint)),
    [
      {
        ...{ op: 'stake', code: 'account-control', from: other, to: thief },
        args: { staker: wallet, unixTimestamp: '4000000000', epoch: '0', custodian: mint },
      },
      control(other, mint, { part: 'lockup' }),
    ],
    'of a locked stake',
  ],
  [
    'Initialize',
    stake([other, mint], ...u32(0), ...bytesOf(wallet), ...bytesOf(wallet), ...u64(0), ...u64(0), ...bytesOf(mint)),
    [
      {
        ...{ op: 'stake', code: 'account-settings', from: other, to: wallet },
        args: { staker: wallet, unixTimestamp: '0', epoch: '0', custodian: mint },
      },
    ],
    'of a stake',
  ],
  [
    'Authorize',
    stake([other, mint, me], ...u32(1), ...bytesOf(thief), ...u32(1)),
    [control(other, thief, { authorityType: '1' })],
    'of a stake',
  ],
  [
    'Delegate',
    stake([other, thief, mint], ...u32(2)),
    [{ op: 'stake', code: 'account-settings', from: other, to: thief }],
  ],
  [
    'Split',
    stake([other, thief, me], ...u32(3), ...u64(5)),
    [{ op: 'stake', code: 'account-settings', from: other, to: thief, args: { lamports: '5' } }],
  ],
  [
    'Withdraw',
    stake([other, thief, mint, ours, me], ...u32(4), ...u64(5)),
    [{ ...sol(wallet, thief, 5n), code: 'closes-account' }],
    'of a stake',
  ],
  ['Deactivate', stake([other, mint, me], ...u32(5)), [{ op: 'stake', code: 'account-settings', from: other }]],
  ['SetLockup', stake([other, me], ...u32(6), 0, 0, 0), [{ op: 'account', code: 'account-control', from: other }]],
  ['Merge', stake([other, thief, me], ...u32(7)), [{ op: 'stake', code: 'account-settings', from: thief, to: other }]],
  ...([8, 11, 12] as const).map(
    (number): Row => [
      { 8: 'AuthorizeWithSeed', 11: 'AuthorizeCheckedWithSeed', 12: 'SetLockupChecked' }[number],
      stake([other, me], ...u32(number), 1),
      [{ op: 'account', code: 'account-control', from: other }],
      'of a stake',
    ],
  ),
  [
    'InitializeChecked',
    stake([other, mint, ours, thief], ...u32(9)),
    [{ op: 'stake', code: 'account-control', from: other, to: thief, args: { staker: ours } }],
  ],
  [
    'AuthorizeChecked',
    stake([other, mint, me, thief], ...u32(10), ...u32(1)),
    [control(other, thief, { authorityType: '1' })],
    'of a stake',
  ],
  [
    'Initialize',
    vote([other, mint, ours, me], ...u32(0), ...[mint, ours, thief].flatMap(bytesOf), 5),
    [
      {
        ...{ op: 'stake', code: 'account-control', from: other, to: thief },
        args: { node: mint, voter: ours, commission: '5' },
      },
    ],
    'of a vote account',
  ],
  [
    'Authorize',
    vote([other, mint, me], ...u32(1), ...bytesOf(thief), ...u32(0)),
    [control(other, thief, { authorityType: '0' })],
    'of a vote account',
  ],
  [
    'Withdraw',
    vote([other, wallet, me], ...u32(3), ...u64(5)),
    [{ ...sol(wallet, wallet, 5n), code: 'account-settings', own: true }],
    'of a vote account to itself',
  ],
  [
    'AuthorizeChecked',
    vote([other, mint, me, thief], ...u32(7), ...u32(1)),
    [control(other, thief, { authorityType: '1' })],
    'of a vote account',
  ],
  ...([10, 11] as const).map(
    (number): Row => [
      { 10: 'AuthorizeWithSeed', 11: 'AuthorizeCheckedWithSeed' }[number],
      vote([other, me], ...u32(number), 1),
      [{ op: 'account', code: 'account-control', from: other }],
      'of a vote account',
    ],
  ),
  [
    'DeployWithMaxDataLen',
    loader([me, mint, other, ours, thief, programs.token, programs.system, me], ...u32(2), ...u64(9)),
    [{ op: 'deploy', code: 'contract-creation', to: other, args: { maxDataLen: '9', authority: wallet } }],
  ],
  [
    'Upgrade',
    loader([other, mint, thief, me], ...u32(3)),
    [{ op: 'deploy', code: 'account-control', to: mint, args: { buffer: thief } }],
  ],
  ['SetAuthority', loader([other, me, thief], ...u32(4)), [control(other, thief)], 'of a program'],
  [
    'SetAuthority',
    loader([other, me], ...u32(4)),
    [{ op: 'account', code: 'account-control', from: other }],
    'of a program to nobody',
  ],
  ['Close', loader([other, thief, me], ...u32(5)), [{ op: 'account', code: 'closes-account', from: other, to: thief }]],
  ['SetAuthorityChecked', loader([other, me, thief], ...u32(7)), [control(other, thief)]],
  ...([3, 4, 6] as const).map(
    (number): Row => [
      { 3: 'Deploy', 4: 'Retract', 6: 'Finalize' }[number],
      loaderV4([other, me], ...u32(number)),
      [{ op: 'deploy', code: 'account-control', to: other }],
    ],
  ),
  ['TransferAuthority', loaderV4([other, me, thief], ...u32(5)), [control(other, thief)]],
  [
    'CloseTable',
    by(programs.addressLookupTable)([other, me, thief], ...u32(4)),
    [{ op: 'account', code: 'closes-account', from: other, to: thief }],
  ],
  ...houseRows.map(
    ([method, count, data, args]): Row => [
      method,
      by(programs.auctionHouse)(
        [me, ...Array.from({ length: count - 1 }, () => other)],
        ...instructionMark(method),
        ...data,
      ),
      [{ ...unknownPaying, args }],
      'of a marketplace',
    ],
  ),
  ['', by(programs.addressLookupTable)([other, me], ...u32(3)), [unknownPaying], 'of lookup tables, not understood'],
  ['', by(thief)([me, other], 0xe5, 0x17, 3), [unknownPaying], 'of an unknown program'],
  ['', by(thief)([other, mint], 0xe5, 0x17, 3), [unknown], 'of an unknown program that gets no key that signs'],
];

function completedOf(instructions: readonly Parts[], tables?: AddressLookupTableAccount[], payer = wallet): string {
  return completedFrom(instructions, { tables, payer, isWritable: (account) => account !== mint });
}

function parse(completed: string, signers = [key]): UnsignedTransaction {
  return solana.codec.parse(completed, { network: 'testnet', from: wallet, signers });
}

function effectsOf(completed: string, signers = [key]): readonly Effect[] {
  return parse(completed, signers).effects ?? [];
}

/** One effect of an instruction with all that it holds of it. */
function whole(expected: Expected, [program, accounts, data]: Parts, method: string): Effect {
  const names = accounts.map((text) => text.replace('+', ''));
  const signs = (address: string) => accounts.includes(`+${address}`);
  const places = (has: (address: string) => boolean) =>
    names.flatMap((address, at) => (has(address) ? [at] : [])).join(' ');
  // A program that is called in the same message is read only in web3.js; the mint is made so above.
  const writable = places((address) => address !== mint && address !== program);
  const args = { instruction: '1', signers: places(signs), writable, ...expected.args };
  return {
    from: wallet,
    ...expected,
    contract: program,
    ...(method !== '' && { method }),
    args: Object.entries(args).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }])),
    data: Buffer.from(data).toString('hex'),
    accounts: names,
  };
}

describe('the effects of a Solana transaction', () => {
  it.each(table.map(([method, instruction, effects, what = '']) => ({ method, instruction, effects, what })))(
    'the effects of the instruction $method $what are exact and complete',
    ({ method, instruction, effects }) => {
      const [fee, ...others] = [...effectsOf(completedOf([instruction]))].reverse();
      expect(others.reverse()).toEqual(effects.map((one) => whole(one, instruction, method)));
      expect(fee).toMatchObject({ op: 'fee', from: wallet, asset: 'SOL', amount: 5000n });
    },
  );

  it('the table of effects names every instruction that is understood', () => {
    const tried = new Set(table.map(([method, [program]]) => `${program} ${method}`));
    const fees = [programs.computeBudget, programs.memoV1, programs.token2022] as readonly string[];
    for (const address of Object.values(programs).filter((one) => !fees.includes(one))) {
      for (const { method } of programOf(address)?.forms ?? []) {
        const isTried = tried.has(`${address} ${method}`) || tried.has(`${programs.token2022} ${method}`);
        expect(isTried, `${address} ${method}`).toBe(true);
      }
    }
  });

  it('an instruction of an unknown program is judged by its program, data, accounts and their number', () => {
    const [call] = effectsOf(completedOf([by(thief)([other, me, mint], 0xe5, 0x17, 3)]));
    expect(call).toMatchObject({ op: 'call', code: 'opaque-data', contract: thief, data: 'e51703' });
    expect(call?.accounts).toEqual([other, wallet, mint]);
    expect(call?.args).toEqual([
      { name: 'instruction', value: '1' },
      { name: 'signers', value: '1' },
      { name: 'writable', value: '0 1' },
    ]);
  });

  it('a permit of an unknown program covers only its program, beginning of data, accounts and number of instructions', () => {
    const permit = {
      ...{ id: 'p', chain: ['SOL'], op: ['call'], code: ['opaque-data'], program: thief, dataPrefix: 'e517' },
      ...{ accounts: [{ at: 1, is: 'self' }], instructions: { max: 2 }, asset: ['SOL'], max: 'unlimited' },
    };
    const policy = {
      ...{ assets: { SOL: { network: 'mainnet', chain: 'SOL', decimals: 9 } }, books: {} },
      permits: [permit],
    };
    const verdict = (...instructions: readonly Parts[]) =>
      verdictOf(policy, {
        ...{ chain: 'SOL', coin: 'SOL', signers: [wallet], isOwn: (address) => address === wallet },
        effects: effectsOf(completedOf(instructions)),
      });
    const call = by(thief)([other, me], 0xe5, 0x17, 3);
    expect(verdict(call)).toBe('allow');
    expect(verdict(call, call)).toBe('allow');
    expect(verdict(call, call, call)).toBe('deny');
    expect(verdict(by(thief)([other, me], 0xe5, 0x18, 3))).toBe('deny');
    expect(verdict(by(thief)([me, other], 0xe5, 0x17, 3))).toBe('deny');
    expect(verdict(by(other)([other, me], 0xe5, 0x17, 3))).toBe('deny');
    expect(verdict(call, system([me, other], ...u32(2), ...u64(5)))).toBe('deny');
  });

  it('a limit on SOL has no room for an unknown instruction that may take any amount of it', () => {
    const permit = { id: 'p', op: ['call'], code: ['opaque-data'], program: thief, asset: 'any', max: 'unlimited' };
    const verdict = (limits: readonly object[], accounts: readonly string[]) =>
      verdictOf(
        {
          ...{ assets: { SOL: { network: 'mainnet', chain: 'SOL', decimals: 9 } }, books: {} },
          ...{ permits: [permit], limits },
        },
        {
          ...{ chain: 'SOL', coin: 'SOL', signers: [wallet], isOwn: (address) => address === wallet },
          effects: effectsOf(completedOf([by(thief)(accounts, 0xe5)])),
        },
      );
    const limit = { id: 'day', asset: 'SOL', rolling: '24h', max: '100' };
    expect(verdict([], [me, other])).toBe('allow');
    expect(verdict([limit], [me, other])).toBe('deny');
    expect(verdict([limit], [other])).toBe('allow');
  });

  it('the fee effect holds who pays, the blockhash, the rights of all accounts, and the compute budget', () => {
    const budget = by(programs.computeBudget);
    const send = system([me, thief], ...u32(2), ...u64(1));
    const completed = completedOf(
      [budget([], 3, ...u64(2_000_000)), budget([], 2, ...u32(10)), send],
      undefined,
      second.address,
    );
    const effects = effectsOf(completed, [key, second]);
    expect(effects.map(({ op }) => op)).toEqual(['transfer', 'fee']);
    expect(effects[0]?.args?.[0]).toEqual({ name: 'instruction', value: '3' });
    expect(effects[1]).toEqual({
      ...{ op: 'fee', from: second.address, asset: 'SOL', amount: 10_020n },
      args: [
        { name: 'version', value: 'legacy' },
        { name: 'blockhash', value: blockhash },
        {
          name: 'accounts',
          value: `${second.address} (sw), ${wallet} (sw), ${thief} (w), ${programs.computeBudget}, ${programs.system}`,
        },
        { name: 'computeUnitPrice', value: '2000000' },
        { name: 'computeUnitLimit', value: '10' },
        { name: 'instruction 1', value: `${programs.computeBudget} 0380841e0000000000 ` },
        { name: 'instruction 2', value: `${programs.computeBudget} 020a000000 ` },
      ],
    });
  });

  it('accounts of a lookup table are marked, and each instruction with one has an effect that says so', () => {
    const state = { deactivationSlot: 2n ** 64n - 1n, lastExtendedSlot: 0, lastExtendedSlotStartIndex: 0 };
    const entry = { ...state, addresses: [new PublicKey(other)] };
    const tables = [new AddressLookupTableAccount({ key: new PublicKey(thief), state: entry })];
    const { txData } = JSON.parse(completedOf([system([me, other], ...u32(2), ...u64(1))], tables)) as {
      txData: string;
    };
    const loaded = [{ table: thief, writable: [other], readonly: [] }];
    const [transfer, note, fee] = effectsOf(
      JSON.stringify({ txData, slot: '1', lastValidBlockHeight: '150', tables: loaded }),
    );
    expect(transfer?.args).toContainEqual({ name: 'loaded', value: '1' });
    expect(note).toMatchObject({ op: 'note', code: 'opaque-data', method: 'Transfer', contract: programs.system });
    expect(fee?.args).toContainEqual({ name: `table ${thief}`, value: '0; ' });
  });

  it.each(table.map(([method, instruction, , what = '']) => ({ method, instruction, what })))(
    'every change of the instruction $method $what shows in the effects',
    ({ instruction }) => {
      const completed = completedOf([instruction]);
      const { txData, ...rest } = JSON.parse(completed) as { txData: string };
      const first = jsonOf(effectsOf(completed));
      const write = (bytes: Uint8Array) => JSON.stringify({ ...rest, txData: Buffer.from(bytes).toString('hex') });
      let changed = 0;
      for (const variant of byteVariants(Buffer.from(txData, 'hex'), write, [4])) {
        const effects = tryEffects(variant);
        if (effects === undefined) continue;
        expect(jsonOf(effects), variant).not.toBe(first);
        changed += 1;
      }
      expect(changed).toBeGreaterThan(30);
    },
  );

  it('equal effects give an equal summary: nothing else of the transaction is asked', () => {
    const rows = fc.array(fc.constantFrom(...table.map(([, instruction]) => instruction)), {
      minLength: 1,
      maxLength: 4,
    });
    let told = 0;
    fc.assert(
      fc.property(rows, (instructions) => {
        const completed = completedOf(instructions);
        // A packet of the network holds no more.
        fc.pre(tryEffects(completed) !== undefined);
        const { effects = [], summary } = parse(completed);
        expect(summarize(structuredClone(effects), { from: wallet, wallets: [wallet] })).toEqual(summary);
        expect(summary.hazards.map(({ kind }) => kind)).toEqual(effects.flatMap(({ code }) => code ?? []));
        expect(effects.filter(({ op }) => op === 'fee')).toEqual([effects.at(-1)]);
        told += 1;
      }),
      { numRuns: 100, seed: 15 },
    );
    expect(told).toBe(100);
  });
});

function tryEffects(completed: string): readonly Effect[] | undefined {
  try {
    return effectsOf(completed);
  } catch (error) {
    if (error instanceof CustosError) return undefined;
    throw error;
  }
}

function jsonOf(effects: readonly Effect[]): string {
  return JSON.stringify(effects, (_name, value) => (typeof value === 'bigint' ? `${value}` : value));
}
