import { AddressLookupTableAccount, PublicKey } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { INCINERATOR, programs } from '../../../src/chains/solana/programs/ids.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { byteVariants, expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { loadVectors } from '../../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';
import { keyOf } from '../signing.js';
import {
  blockhash,
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

type Row = readonly [what: string, instructions: readonly Parts[], hazards: readonly object[]];

const send = system([me, other], ...u32(2), ...u64(1_000_000));

const openFor = (owner: string): Parts => [
  programs.associatedToken,
  [me, associatedTokenAddress(owner, mint, programs.token), owner, mint, programs.system, programs.token],
  [1],
];
const nestedOf = (owner: string) =>
  associatedTokenAddress(associatedTokenAddress(owner, mint, programs.token), mint, programs.token);

const of = (kind: string, text: string, party?: string, rest: object = {}) => ({
  kind,
  text,
  ...(party !== undefined && { party }),
  ...rest,
});
const control = (text: string, party: string) => [of('account-control', text, party)];
const issuer = (text: string, party?: string, rest: object = {}) => [of('issuer-settings', text, party, rest)];
const settings = (text: string, party?: string, rest: object = {}) => [of('account-settings', text, party, rest)];
const unknown = (program: string, length: number) => [of('opaque-data', `instruction with ${length} bytes`, program)];

/** Each instruction that is understood, with its hazards. */
const table: readonly Row[] = [
  ['a transfer', [send], []],
  [
    'a transfer to a program',
    [system([me, programs.token], ...u32(2), ...u64(1))],
    [of('unspendable-destination', 'Transfer', programs.token)],
  ],
  [
    'a transfer to the incinerator',
    [system([me, '1nc1nerator11111111111111111111111111111111'], ...u32(2), ...u64(1))],
    [of('unspendable-destination', 'Transfer', '1nc1nerator11111111111111111111111111111111')],
  ],
  [
    'a transfer to the token of wrapped coins',
    [system([me, 'So11111111111111111111111111111111111111112'], ...u32(2), ...u64(1))],
    [of('unspendable-destination', 'Transfer', 'So11111111111111111111111111111111111111112')],
  ],
  [
    'CreateAccountWithSeed',
    [
      system(
        [me, other, me],
        ...u32(3),
        ...bytesOf(key.address),
        ...seed,
        ...u64(1),
        ...u64(0),
        ...bytesOf(programs.token),
      ),
    ],
    [],
  ],
  ['Assign', [system([other], ...u32(1), ...bytesOf(thief))], control('Assign', thief)],
  [
    'AdvanceNonceAccount',
    [system([other, other, me], ...u32(4)), send],
    [of('long-lived', 'AdvanceNonceAccount', other)],
  ],
  [
    'WithdrawNonceAccount',
    [system([other, thief, other, other, me], ...u32(5), ...u64(7))],
    [of('closes-account', 'WithdrawNonceAccount', thief)],
  ],
  [
    'WithdrawNonceAccount to itself',
    [system([other, key.address, other, other, me], ...u32(5), ...u64(7))],
    settings('WithdrawNonceAccount', key.address),
  ],
  ['InitializeNonceAccount', [system([other], ...u32(6), ...bytesOf(thief))], control('InitializeNonceAccount', thief)],
  [
    'InitializeNonceAccount of its own',
    [system([other], ...u32(6), ...bytesOf(key.address))],
    settings('InitializeNonceAccount', key.address),
  ],
  [
    'AuthorizeNonceAccount',
    [system([other, me], ...u32(7), ...bytesOf(thief))],
    control('AuthorizeNonceAccount', thief),
  ],
  ['Allocate', [system([other], ...u32(8), ...u64(9))], settings('Allocate', other)],
  [
    'AllocateWithSeed',
    [system([other, me], ...u32(9), ...bytesOf(key.address), ...seed, ...u64(9), ...bytesOf(thief))],
    control('AllocateWithSeed', thief),
  ],
  [
    'AssignWithSeed',
    [system([other, me], ...u32(10), ...bytesOf(key.address), ...seed, ...bytesOf(thief))],
    control('AssignWithSeed', thief),
  ],
  ['TransferWithSeed', [system([other, me, thief], ...u32(11), ...u64(5), ...seed, ...bytesOf(programs.system))], []],
  ['UpgradeNonceAccount', [system([other], ...u32(12))], settings('UpgradeNonceAccount')],
  ['InitializeMint', [token([other], 20, 6, ...bytesOf(thief), 0)], issuer('InitializeMint', thief)],
  [
    'InitializeMint with a freezer',
    [token([other], 20, 6, ...bytesOf(key.address), 1, ...bytesOf(thief))],
    [...issuer('InitializeMint', key.address), ...issuer('InitializeMint freeze authority', thief)],
  ],
  ['InitializeAccount', [token([other, mint, thief], 1)], settings('InitializeAccount', thief)],
  ['InitializeAccount3', [token([other, mint], 18, ...bytesOf(thief))], settings('InitializeAccount', thief)],
  ['InitializeMultisig', [token([other, other, thief, me], 2, 1)], settings('InitializeMultisig', other)],
  ['Transfer of tokens', [token([ours, other, me], 3, ...u64(5))], []],
  ['TransferChecked', [token([ours, mint, other, me], 12, ...u64(5), 6)], []],
  ['TransferCheckedWithFee', [token22([ours, mint, other, me], 26, 1, ...u64(5), 6, ...u64(1))], []],
  [
    'Approve',
    [token([ours, thief, me], 4, ...u64(5))],
    [of('allowance', 'Approve', thief, { asset: ours, amount: 5n })],
  ],
  [
    'ApproveChecked',
    [token([ours, mint, thief, me], 13, ...u64(5), 6)],
    [of('allowance', 'Approve', thief, { asset: mint, amount: 5n })],
  ],
  [
    'Approve of all',
    [token([ours, thief, me], 4, ...u64(2n ** 64n - 1n))],
    [of('unlimited-allowance', 'Approve', thief, { asset: ours, amount: 2n ** 64n - 1n })],
  ],
  [
    'ApproveChecked of all',
    [token22([ours, mint, thief, me], 13, ...u64(2n ** 64n - 1n), 6)],
    [of('unlimited-allowance', 'Approve', thief, { asset: mint, amount: 2n ** 64n - 1n })],
  ],
  ['Revoke', [token([ours, me], 5)], []],
  ...[0, 1, 2, 3, 4, 10].map(
    (role): Row => [
      `SetAuthority ${role}`,
      [token([ours, me], 6, role, 1, ...bytesOf(thief))],
      control(`SetAuthority ${role}`, thief),
    ],
  ),
  ['SetAuthority to nobody', [token([mint, me], 6, 0, 0)], issuer('SetAuthority 0')],
  ['MintTo', [token([mint, other, me], 7, ...u64(5))], issuer('MintTo', other, { asset: mint, amount: 5n })],
  ['Burn', [token([ours, mint, me], 8, ...u64(5))], []],
  ['CloseAccount', [token([ours, thief, me], 9)], [of('closes-account', 'CloseAccount', thief)]],
  ['CloseAccount to itself', [token([ours, key.address, me], 9)], settings('CloseAccount', key.address)],
  ['FreezeAccount', [token([other, mint, me], 10)], issuer('FreezeAccount', other)],
  ['ThawAccount', [token([other, mint, me], 11)], issuer('ThawAccount', other)],
  ['SyncNative', [token([ours], 17)], []],
  [
    'Approve of as much as there hardly is',
    [token([ours, thief, me], 4, ...u64(2n ** 63n - 1n))],
    [of('unlimited-allowance', 'Approve', thief, { asset: ours, amount: 2n ** 63n - 1n })],
  ],
  ...[INCINERATOR, programs.system, mint].map((owner): Row => {
    const lost = associatedTokenAddress(owner, mint, programs.token);
    return [
      `tokens for the token account of ${owner}`,
      [token([ours, mint, lost, me], 12, ...u64(5), 6)],
      [of('unspendable-destination', 'Transfer', lost)],
    ];
  }),
  [
    'tokens for a token account that belongs to another',
    [openFor(ours), token([ours, mint, associatedTokenAddress(ours, mint, programs.token), me], 12, ...u64(5), 6)],
    [...settings('CreateTokenAccount', ours, { asset: mint }), of('unspendable-destination', 'Transfer', ours)],
  ],
  [
    'tokens for a token account that belongs to one which was opened before',
    [
      openFor(thief),
      openFor(associatedTokenAddress(thief, mint, programs.token)),
      token([ours, mint, nestedOf(thief), me], 12, ...u64(5), 6),
    ],
    [
      ...settings('CreateTokenAccount', thief, { asset: mint }),
      ...settings('CreateTokenAccount', associatedTokenAddress(thief, mint, programs.token), { asset: mint }),
      of('unspendable-destination', 'Transfer', associatedTokenAddress(thief, mint, programs.token)),
    ],
  ],
  [
    'a permanent delegate of Token-2022',
    [token22([mint], 35, ...bytesOf(thief))],
    [...issuer('InitializePermanentDelegate', thief), ...unknown(programs.token2022, 33)],
  ],
  ...(
    [
      [25, 'issuer-settings', 'InitializeMintCloseAuthority'],
      [26, 'issuer-settings', 'TransferFeeExtension'],
      [28, 'issuer-settings', 'DefaultAccountState'],
      [34, 'account-settings', 'CpiGuard'],
      [36, 'issuer-settings', 'TransferHook'],
      [44, 'issuer-settings', 'Pausable'],
      [255, 'account-control', 'Batch'],
    ] as const
  ).map(
    ([number, kind, name]): Row => [
      `the extension ${number} of Token-2022`,
      [token22([mint, me], number, 0, 0)],
      [of(kind, name), ...unknown(programs.token2022, 3)],
    ],
  ),
  ['confidential tokens', [token22([ours, mint, me], 27, 7, 0)], unknown(programs.token2022, 3)],
  ...([38, 45] as const).map((number): Row => {
    const name = number === 38 ? 'WithdrawExcessLamports' : 'UnwrapLamports';
    return [
      name,
      [token22([ours, thief, me], number)],
      [of('closes-account', name, thief), ...unknown(programs.token2022, 1)],
    ];
  }),
  [
    'WithdrawExcessLamports to itself',
    [token22([ours, key.address, me], 38)],
    [...settings('WithdrawExcessLamports', key.address), ...unknown(programs.token2022, 1)],
  ],
  [
    'another master of the description of a token',
    [token22([mint, me], 0xd7, 0xe4, 0xa6, 0xe4, 0x54, 0x64, 0x56, 0x7b, ...bytesOf(thief))],
    [...control('UpdateAuthority of metadata', thief), ...unknown(programs.token2022, 40)],
  ],
  [
    'a token account for another',
    [
      [
        programs.associatedToken,
        [me, associatedTokenAddress(thief, mint, programs.token), thief, mint, programs.system, programs.token],
        [1],
      ],
    ],
    settings('CreateTokenAccount', thief, { asset: mint }),
  ],
  [
    'the recovery of a nested account',
    [[programs.associatedToken, [ours, mint, other, me], [2]]],
    unknown(programs.associatedToken, 1),
  ],
  ['a memo', [[programs.memo, [me], [104, 105]]], []],
  ['a price', [[programs.computeBudget, [], [3, ...u64(5)]], send], []],
  [
    'Stake Initialize',
    [stake([other, other], ...u32(0), ...bytesOf(key.address), ...bytesOf(thief), ...new Array(48).fill(0))],
    control('Stake Initialize', thief),
  ],
  [
    'Stake Authorize',
    [stake([other, other, me], ...u32(1), ...bytesOf(thief), ...u32(1))],
    control('Stake Authorize', thief),
  ],
  [
    'Stake AuthorizeChecked',
    [stake([other, other, me, thief], ...u32(10), ...u32(1))],
    control('Stake AuthorizeChecked', thief),
  ],
  [
    'Stake AuthorizeWithSeed',
    [stake([other, me], ...u32(8), ...bytesOf(thief), ...u32(1), ...seed, ...bytesOf(thief))],
    [of('account-control', 'Authorize with seed (8)')],
  ],
  ['Stake Delegate', [stake([other, thief, mint], ...u32(2))], settings('Stake Delegate', thief)],
  ['Stake Split', [stake([other, thief, me], ...u32(3), ...u64(5))], settings('Stake Split', thief)],
  [
    'Stake Withdraw',
    [stake([other, thief, mint, mint, me], ...u32(4), ...u64(5))],
    [of('closes-account', 'Stake Withdraw', thief)],
  ],
  [
    'Stake Withdraw to itself',
    [stake([other, key.address, mint, mint, me], ...u32(4), ...u64(5))],
    settings('Stake Withdraw', key.address),
  ],
  ['Stake Deactivate', [stake([other, mint, me], ...u32(5))], settings('Stake Deactivate')],
  ['Stake Merge', [stake([other, thief, me], ...u32(7))], settings('Stake Merge', other)],
  ['Stake SetLockup', [stake([other, me], ...u32(6), 0, 0, 0)], [of('account-control', 'SetLockup')]],
  [
    'Stake Initialize of its own with a lock',
    [
      stake(
        [other, other],
        ...u32(0),
        ...bytesOf(key.address),
        ...bytesOf(key.address),
        ...u64(4e9),
        ...u64(0),
        ...bytesOf(thief),
      ),
    ],
    [...settings('Stake Initialize', key.address), ...control('Stake lockup', thief)],
  ],
  [
    'Stake InitializeChecked',
    [stake([other, other, mint, thief], ...u32(9))],
    control('Stake InitializeChecked', thief),
  ],
  [
    'Vote Initialize',
    [vote([other, mint, mint, me], ...u32(0), ...[mint, mint, thief].flatMap(bytesOf), 5)],
    control('Vote Initialize', thief),
  ],
  [
    'a new program',
    [loader([me, mint, other, mint, mint, mint, programs.system, me], ...u32(2), ...u64(9))],
    [of('contract-creation', 'DeployWithMaxDataLen', other)],
  ],
  ['Deploy', [[programs.loaderV4, [other, me], u32(3)]], control('Deploy', other)],
  [
    'CloseTable',
    [[programs.addressLookupTable, [other, me, thief], u32(4)]],
    [of('closes-account', 'CloseTable', thief)],
  ],
  [
    'Vote Authorize',
    [vote([other, mint, me], ...u32(1), ...bytesOf(thief), ...u32(1))],
    control('Vote Authorize', thief),
  ],
  [
    'Vote AuthorizeChecked',
    [vote([other, mint, me, thief], ...u32(7), ...u32(1))],
    control('Vote AuthorizeChecked', thief),
  ],
  ['Vote Withdraw', [vote([other, thief, me], ...u32(3), ...u64(5))], [of('closes-account', 'Vote Withdraw', thief)]],
  ['Vote UpdateCommission', [vote([other, me], ...u32(5), 100)], unknown(programs.vote, 5)],
  ['Upgrade', [loader([other, mint, thief, me], ...u32(3))], control('Upgrade', mint)],
  ['Loader SetAuthority', [loader([other, me, thief], ...u32(4))], control('Loader SetAuthority', thief)],
  ['Loader SetAuthority to nobody', [loader([other, me], ...u32(4))], [of('account-control', 'Loader SetAuthority')]],
  ['Loader SetAuthorityChecked', [loader([other, me, thief], ...u32(7))], control('Loader SetAuthorityChecked', thief)],
  ['Loader Close', [loader([other, thief, me], ...u32(5))], [of('closes-account', 'Loader Close', thief)]],
  ['Loader TransferAuthority', [[programs.loaderV4, [other, me, thief], u32(5)]], control('TransferAuthority', thief)],
  ['Loader Write', [loader([other, me], ...u32(1), 9)], unknown(programs.loader, 5)],
  ['a program that nobody knows', [[thief, [me, other], [1, 2, 3]]], unknown(thief, 3)],
  [
    'an authority beside an honest transfer',
    [send, token([ours, me], 6, 2, 1, ...bytesOf(thief))],
    control('SetAuthority 2', thief),
  ],
];

const context = { network: 'testnet' as const, from: key.address, signers: [key] };

function completedOf(instructions: readonly Parts[], tables?: AddressLookupTableAccount[]): string {
  return completedFrom(instructions, { tables });
}

describe('a Solana transaction', () => {
  it.each(table)('the hazards of %s are named', (_what, instructions, hazards) => {
    expect(solana.codec.parse(completedOf(instructions), context).summary.hazards).toEqual(hazards);
  });

  it('a transaction that makes an account by a key of the request counts the coins for that account', () => {
    const made = keyOf(solana, 0x44);
    const create = system([me, `+${other}`], ...u32(0), ...u64(7), ...u64(82), ...bytesOf(programs.token));
    const mintPK = solana.keys.encodePrivateKey(made.privateKey, 'testnet');
    const text = JSON.stringify({ ...(JSON.parse(completedOf([create])) as object), mintPK });
    expect(solana.codec.parse(text, context).summary).toMatchObject({
      kind: 'other',
      to: other,
      value: { amount: 7n },
      hazards: [],
    });
  });

  it('a transaction with accounts of lookup tables names them as not understood', () => {
    const state = {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: [new PublicKey(other)],
    };
    const tables = [new AddressLookupTableAccount({ key: new PublicKey(mint), state })];
    const { txData } = JSON.parse(completedOf([send], tables)) as { txData: string };
    const loaded = [{ table: mint, writable: [other], readonly: [] }];
    const text = JSON.stringify({ txData, slot: '1', lastValidBlockHeight: '150', tables: loaded });
    const { hazards, opaque } = solana.codec.parse(text, context).summary;
    expect(hazards).toEqual([of('opaque-data', 'lookup table', programs.system)]);
    expect(opaque).toBe(true);
  });

  it.each(table)('every change of %s shows in the summary', async (_what, instructions) => {
    const completed = completedOf(instructions);
    const { txData } = JSON.parse(completed) as { txData: string };
    const write = (bytes: Uint8Array) =>
      JSON.stringify({ txData: Buffer.from(bytes).toString('hex'), slot: '1', lastValidBlockHeight: '150' });
    const variants = byteVariants(Buffer.from(txData, 'hex'), write, [4]);
    expect(await expectEveryChangeTold({ chain: solana, completed, context, keys: [key] }, variants)).toBeGreaterThan(
      30,
    );
  });

  it.each(loadVectors('SOL').transactions)(
    'every change of the recorded "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(solana, vector);
      const completed = await completeVector(solana, vector);
      const place = { chain: solana, completed, context: contextOfVector(solana, vector, keys), keys };
      const fields = JSON.parse(completed) as { txData: string };
      const write = (changed: Uint8Array) =>
        JSON.stringify({ ...fields, txData: Buffer.from(changed).toString('hex') });
      const bytes = byteVariants(Buffer.from(fields.txData, 'hex'), write, [1, 128]);
      expect(await expectEveryChangeTold(place, [...bytes, ...jsonVariants(completed)])).toBeGreaterThan(30);
    },
  );
});

describe('the receiver of coins', () => {
  const account = (owner: string, rest: object = {}) => ({
    owner,
    executable: false,
    lamports: 5,
    data: ['', 'base64'],
    ...rest,
  });
  const complete = (receiver: unknown, instructions: readonly Parts[] = [send], isOwn = false) => {
    const answers: Record<string, unknown> = {
      getLatestBlockhash: { context: { slot: 1000 }, value: { blockhash, lastValidBlockHeight: 900 } },
      getGenesisHash: blockhash,
      getMultipleAccounts: receiver instanceof Error || receiver === undefined ? receiver : { value: [receiver] },
      getMinimumBalanceForRentExemption: 890_880,
    };
    const rpc: NodeClient['rpc'] = async (method) => {
      const answer = answers[method] ?? new CustosError('NODE_REFUSED', 'unknown method');
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const http = async () => ({});
    const node: NodeClient = isOwn ? { rpc, http } : { rpc, http, cloud: http };
    const { txData } = JSON.parse(completedOf(instructions)) as { txData: string };
    const serializedTransaction = JSON.stringify({ txData });
    const hashes = ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'];
    const pending = parsePending(
      { id: '5'.repeat(24), chain: 'SOL', hashes, serializedTransaction },
      solana.id,
      'testnet',
    );
    return solana.node.complete(pending, { ...context, node, nextNonce: async (count) => count }).then(
      () => 'completed',
      (error: CustosError) => error.code,
    );
  };

  it('the receiver of coins is never a token account, mint or program', async () => {
    expect(await complete(account(programs.system))).toBe('completed');
    expect(await complete(account(programs.token))).toBe('RECEIVER_UNFIT');
    expect(await complete(account(programs.token2022))).toBe('RECEIVER_UNFIT');
    expect(await complete(account(programs.loader, { executable: true }))).toBe('RECEIVER_UNFIT');
    expect(await complete(account(programs.stake))).toBe('completed');
  });

  it('the receiver of coins gets enough for an account where there is none yet', async () => {
    expect(await complete(null)).toBe('completed');
    expect(await complete(null, [system([me, other], ...u32(2), ...u64(890_879))])).toBe('RECEIVER_UNFIT');
    const half = system([me, other], ...u32(2), ...u64(445_440));
    expect(await complete(null, [half, half])).toBe('completed');
  });

  it('the receiver of coins may be the account of wrapped coins that the transaction makes', async () => {
    const wrap = [system([me, ours], ...u32(2), ...u64(5)), token([ours], 17)];
    expect(await complete(account(programs.token), wrap)).toBe('completed');
  });

  it('the receiver of coins may be an account that the transaction makes', async () => {
    const place = [
      ...u32(3),
      ...bytesOf(key.address),
      ...seed,
      ...u64(890_880),
      ...u64(0),
      ...bytesOf(programs.system),
    ];
    const more = system([me, other], ...u32(2), ...u64(1));
    expect(await complete(null, [system([me, other, me], ...place), more])).toBe('completed');
    expect(await complete(null, [more])).toBe('RECEIVER_UNFIT');
  });

  it('the receiver of coins is unknown where the node does not know', async () => {
    for (const odd of [undefined, new CustosError('NODE_REFUSED', 'no'), 7, {}]) {
      expect(await complete(odd)).toBe('completed');
    }
    const away = new CustosError('NODE_UNREACHABLE', 'away');
    expect(await complete(away)).toBe('completed');
    expect(await complete(away, [send], true)).toBe('NODE_UNREACHABLE');
  });
});
