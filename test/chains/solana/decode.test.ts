import {
  AddressLookupTableAccount,
  Ed25519Program,
  PublicKey,
  SYSVAR_RENT_PUBKEY,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
} from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { programs } from '../../../src/chains/solana/programs/ids.js';
import type { Summary } from '../../../src/core/chain/summary.js';
import { codeOf } from '../codes.js';
import { keyOf } from '../signing.js';

const key = keyOf(solana);
const second = keyOf(solana, 0x22);
const friend = keyOf(solana, 0x33).address;
const other = keyOf(solana, 0x44).address;
const mint = keyOf(solana, 0x55).address;
const blockhash = '22P7aiJEXM5dffbD9CGRWNT88KgomkogFACVqcDdsxR2';
const ours = associatedTokenAddress(key.address, mint, programs.token);
const theirs = associatedTokenAddress(friend, mint, programs.token);

const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)];
const u64 = (value: bigint | number) => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)];
const bytesOf = (address: string) => [...new PublicKey(address).toBytes()];

/** An instruction; `+` before an account makes it a signer. All are writable. */
function instruction(program: string, accounts: readonly string[], data: readonly number[]): TransactionInstruction {
  const keys = accounts.map((text) => ({
    pubkey: new PublicKey(text.replace('+', '')),
    isSigner: text.startsWith('+'),
    isWritable: true,
  }));
  return new TransactionInstruction({ programId: new PublicKey(program), keys, data: Buffer.from(data) });
}

const token = (accounts: readonly string[], data: readonly number[]) => instruction(programs.token, accounts, data);
const me = `+${key.address}`;
const createAta = (owner: string, address: string, data: readonly number[] = []) =>
  instruction(
    programs.associatedToken,
    [me, address, owner, mint, programs.system, programs.token, SYSVAR_RENT_PUBKEY.toBase58()],
    data,
  );

interface Setting {
  readonly tables?: AddressLookupTableAccount[];
  readonly completed?: Record<string, unknown>;
  readonly keys?: readonly (typeof key)[];
}

function summaryOf(instructions: TransactionInstruction[], setting: Setting = {}): Summary {
  const { tables, keys = [key] } = setting;
  const message = new TransactionMessage({
    payerKey: new PublicKey(key.publicKey),
    recentBlockhash: blockhash,
    instructions,
  });
  const bytes = (tables ? message.compileToV0Message(tables) : message.compileToLegacyMessage()).serialize();
  const txData = Buffer.from(bytes).toString('hex');
  const text = JSON.stringify({ txData, slot: '1', lastValidBlockHeight: '150', ...setting.completed });
  return solana.codec.parse(text, { network: 'testnet', from: key.address, signers: keys }).summary;
}

const pub = (address: string) => new PublicKey(address);

describe('the summary of coins', () => {
  it('the summary adds up all coins that leave the wallets, and names a single receiver', () => {
    const send = (from: string, toPubkey: string, lamports: number) =>
      SystemProgram.transfer({ fromPubkey: pub(from), toPubkey: pub(toPubkey), lamports });
    const one = summaryOf([send(key.address, friend, 1_500_000_000), send(second.address, friend, 1)], {
      keys: [key, second],
    });
    expect(one).toMatchObject({ kind: 'transfer', to: friend, value: { asset: 'SOL', amount: 1_500_000_001n } });
    expect(one.text).toBe(
      `${key.address} sends 1.5 SOL to ${friend}, then sends 0.000000001 SOL of ${second.address} to ${friend}; ` +
        'the fee is at most 0.00001 SOL',
    );
    const two = summaryOf([send(key.address, friend, 1), send(key.address, other, 2)]);
    expect(two).toMatchObject({ kind: 'transfer', value: { amount: 3n } });
    expect(two).not.toHaveProperty('to');
  });

  it('the summary counts coins in accounts that a wallet controls', () => {
    const derived = SystemProgram.transfer({
      fromPubkey: pub(other),
      basePubkey: pub(key.address),
      toPubkey: pub(friend),
      lamports: 7,
      seed: 'savings',
      programId: SystemProgram.programId,
    });
    expect(summaryOf([derived])).toMatchObject({ kind: 'transfer', to: friend, value: { amount: 7n }, opaque: false });
    const withdrawn = SystemProgram.nonceWithdraw({
      noncePubkey: pub(other),
      authorizedPubkey: pub(key.address),
      toPubkey: pub(friend),
      lamports: 8,
    });
    expect(summaryOf([withdrawn])).toMatchObject({ kind: 'transfer', to: friend, value: { amount: 8n } });
  });

  it('the summary names accounts that are made', () => {
    const base = { fromPubkey: pub(key.address), lamports: 9, space: 10, programId: pub(programs.token) };
    const created = SystemProgram.createAccountWithSeed({
      ...base,
      newAccountPubkey: pub(other),
      basePubkey: pub(key.address),
      seed: 'a',
    });
    expect(summaryOf([created])).toMatchObject({ kind: 'other', to: other, value: { amount: 9n }, opaque: false });
    const nonce = SystemProgram.createNonceAccount({
      fromPubkey: pub(key.address),
      noncePubkey: pub(other),
      basePubkey: pub(key.address),
      seed: 'n',
      authorizedPubkey: pub(friend),
      lamports: 3,
    });
    const { text, opaque } = summaryOf(nonce.instructions);
    expect(text).toContain(`makes ${friend} the master of the nonce account ${other}`);
    expect(opaque).toBe(false);
    const rest = [
      SystemProgram.nonceAuthorize({
        noncePubkey: pub(other),
        authorizedPubkey: pub(key.address),
        newAuthorizedPubkey: pub(friend),
      }),
      SystemProgram.allocate({
        accountPubkey: pub(other),
        basePubkey: pub(key.address),
        seed: 'n',
        space: 3,
        programId: pub(programs.token),
      }),
      SystemProgram.assign({
        accountPubkey: pub(other),
        basePubkey: pub(key.address),
        seed: 'n',
        programId: pub(programs.token),
      }),
      instruction(programs.system, [other], u32(12)),
    ];
    for (const one of rest) expect(summaryOf([one])).toMatchObject({ kind: 'other', opaque: false });
  });

  it.each([
    ['assigned', SystemProgram.assign({ accountPubkey: pub(key.address), programId: pub(programs.token) })],
    ['filled', SystemProgram.allocate({ accountPubkey: pub(key.address), space: 8 })],
  ])('a transaction is refused where a wallet would be %s and useless', (_what, one) => {
    expect(codeOf(() => summaryOf([one]))).toBe('TRANSACTION_UNSUPPORTED');
  });

  it('a transaction is refused where coins leave an account that does not sign', () => {
    const forged = instruction(programs.system, [other, friend], [...u32(2), ...u64(1)]);
    expect(codeOf(() => summaryOf([forged]))).toBe('TRANSACTION_INVALID');
    const short = instruction(programs.system, [me], [...u32(2), ...u64(1)]);
    expect(codeOf(() => summaryOf([short]))).toBe('TRANSACTION_INVALID');
    const long = instruction(programs.system, [me, friend], [...u32(2), ...u64(1), 0]);
    expect(codeOf(() => summaryOf([long]))).toBe('TRANSACTION_INVALID');
  });
});

describe('the summary of tokens', () => {
  it('the summary names the mint of a checked transfer and the wallet that it comes from', () => {
    const summary = summaryOf([token([ours, mint, theirs, me], [12, ...u64(2_500_000), 6])]);
    expect(summary).toMatchObject({ kind: 'token-transfer', to: theirs, value: { amount: 0n }, opaque: false });
    const move = { standard: 'SPL', contract: mint, from: key.address, to: theirs, amount: 2_500_000n };
    expect(summary.tokens).toEqual([{ ...move, action: 'transfer' }]);
    expect(summary.text).toContain(`transfers 2.5 of the token ${mint} to ${theirs}`);
  });

  it('the summary names the receiving wallet where the transaction opens its account first', () => {
    const send = token([ours, theirs, me], [3, ...u64(5)]);
    for (const data of [[], [0], [1]]) {
      const summary = summaryOf([createAta(friend, theirs, data), send]);
      expect(summary).toMatchObject({ kind: 'token-transfer', to: friend, opaque: false });
      expect(summary.tokens).toMatchObject([{ contract: mint, from: key.address, to: friend, amount: 5n }]);
    }
    for (const tag of [16, 18]) {
      const open = token([other, mint], [tag, ...bytesOf(friend)]);
      const summary = summaryOf([open, token([ours, other, me], [3, ...u64(5)])]);
      expect(summary.tokens).toMatchObject([{ contract: mint, to: friend }]);
    }
    const old = token([other, mint, friend, SYSVAR_RENT_PUBKEY.toBase58()], [1]);
    expect(summaryOf([old, token([ours, other, me], [3, ...u64(5)])]).tokens).toMatchObject([{ to: friend }]);
  });

  it('the summary ignores what an account claims if it is opened later, given away or closed before', () => {
    const send = token([ours, theirs, me], [3, ...u64(5)]);
    const create = createAta(friend, theirs);
    const give = token([theirs, me], [6, 2, 1, ...bytesOf(other)]);
    const close = token([theirs, friend, me], [9]);
    for (const order of [
      [send, create],
      [create, give, send],
      [create, close, send],
    ]) {
      const moves = summaryOf(order).tokens.filter(({ action }) => action === 'transfer');
      expect(moves).toMatchObject([{ contract: ours, to: theirs, from: ours }]);
    }
  });

  it('an account that does not belong to the wallet and mint is refused', () => {
    expect(codeOf(() => summaryOf([createAta(friend, ours)]))).toBe('TRANSACTION_INVALID');
  });

  it.each([
    ['approve', [theirs, other, me], [4, ...u64(5)], 'token-approval', { action: 'approve', to: other, amount: 5n }],
    ['a checked approve', [ours, mint, other, me], [13, ...u64(5), 2], 'token-approval', { contract: mint, to: other }],
    ['revoke', [ours, me], [5], 'token-approval', { action: 'revoke', from: key.address }],
    ['a new owner', [ours, me], [6, 2, 1, ...bytesOf(other)], 'token-approval', { action: 'approve-all', to: other }],
    ['mint', [mint, theirs, me], [7, ...u64(5)], 'other', { action: 'mint', contract: mint, to: theirs, amount: 5n }],
    ['a checked mint', [mint, theirs, me], [14, ...u64(5), 0], 'other', { action: 'mint', amount: 5n }],
    ['burn', [ours, mint, me], [8, ...u64(5)], 'other', { action: 'burn', contract: mint, amount: 5n }],
    ['a checked burn', [ours, mint, me], [15, ...u64(5), 9], 'other', { action: 'burn', from: key.address }],
  ] as const)('the summary shows %s', (_what, accounts, data, kind, move) => {
    const summary = summaryOf([token(accounts, data)]);
    expect(summary).toMatchObject({ kind, opaque: false });
    expect(summary.tokens).toMatchObject([move]);
  });

  it.each([
    ['a new mint', [mint], [20, 6, ...bytesOf(friend), 0], `makes the token ${mint} with 6 decimals`],
    ['a mint of old', [mint, me], [0, 6, ...bytesOf(friend), 0, ...Array(32).fill(0)], 'nobody may freeze it'],
    ['a mint that can freeze', [mint, me], [0, 6, ...bytesOf(friend), 1, ...bytesOf(other)], `${other} may freeze it`],
    ['several owners', [other, friend], [19, 2], 'with 2 necessary signatures'],
    ['a new minter', [mint, me], [6, 0, 1, ...bytesOf(other)], `settles that ${other} may mint ${mint}`],
    ['the last minter', [mint, me], [6, 0, 0], `settles that nobody may mint ${mint}`],
    ['another right', [mint, me], [6, 9, 0], 'right number 9'],
    ['a closed account', [ours, key.address, me], [9], `closes the token account ${ours}`],
    ['a frozen account', [theirs, mint, me], [10], `freezes the token account ${theirs}`],
    ['a released account', [theirs, mint, me], [11], `releases the frozen token account ${theirs}`],
    ['nothing much', [ours], [17], 'does nothing'],
    ['a lasting owner', [ours], [22], 'does nothing'],
  ])('the summary shows %s of a token', (_what, accounts, data, text) => {
    const summary = summaryOf([token(accounts, data)]);
    expect(summary).toMatchObject({ kind: 'other', opaque: false, tokens: [] });
    expect(summary.text).toContain(text);
  });

  it('the summary does not claim to know how many coins a closed account gives to others', () => {
    expect(summaryOf([token([ours, friend, me], [9])])).toMatchObject({ kind: 'other', opaque: true });
  });

  it('the summary shows a Token-2022 transfer with its fee', () => {
    const data = [26, 1, ...u64(1000), 2, ...u64(10)];
    const summary = summaryOf([instruction(programs.token2022, [other, mint, theirs, me], data)]);
    expect(summary.tokens).toMatchObject([{ standard: 'Token-2022', contract: mint, from: other, amount: 1000n }]);
    expect(summary.text).toContain('transfers 10 of');
    expect(summary.text).toContain('of which 0.1 are');
  });

  it.each([
    ['an option that is neither', [mint, me], [6, 0, 2]],
    ['an absent address that is filled in', [mint], [20, 6, ...bytesOf(friend), 0, ...Array(32).fill(1)]],
    ['bytes too many', [ours, theirs, me], [3, ...u64(5), 0]],
    ['bytes too few', [ours, theirs, me], [3, 5]],
    ['accounts too few', [ours, me], [3, ...u64(5)]],
    ['no bytes', [ours, theirs, me], []],
  ])('the summary refuses %s', (_what, accounts, data) => {
    expect(codeOf(() => summaryOf([token(accounts, data)]))).toBe('TRANSACTION_INVALID');
  });
});

describe('the summary of anything else', () => {
  it('the summary shows memos, and refuses those that are not text', () => {
    const memo = (data: readonly number[], program: string = programs.memo) => instruction(program, [me], data);
    const summary = summaryOf([memo([...Buffer.from('für\nAnna')]), memo([...Buffer.from('2')], programs.memoV1)]);
    expect(summary).toMatchObject({ kind: 'other', memo: 'für\nAnna\n2', opaque: false });
    expect(summary.text).toContain('"für\\nAnna"');
    expect(codeOf(() => summaryOf([memo([0xff])]))).toBe('TRANSACTION_INVALID');
  });

  it.each([
    ['an unknown program', instruction(other, [me], [1, 2, 3])],
    ['an unknown instruction of the System program', instruction(programs.system, [me], u32(99))],
    ['an unknown instruction of a token program', token([me], [200])],
    ['an unknown extension', instruction(programs.token2022, [me], [26, 0, 1])],
    ['an unknown instruction for token accounts', createAta(friend, theirs, [2])],
  ])('the summary of %s is marked as not understood', (_what, one) => {
    expect(summaryOf([one])).toMatchObject({ kind: 'contract-call', opaque: true });
  });

  it('the summary names the highest fee: signatures, and units at their price', () => {
    const budget = (...data: readonly number[]) => instruction(programs.computeBudget, [], data);
    const send = SystemProgram.transfer({ fromPubkey: pub(key.address), toPubkey: pub(friend), lamports: 1 });
    const fee = (...extra: TransactionInstruction[]) => summaryOf([...extra, send, send]).fee.amount;
    expect(fee()).toBe(5000n);
    expect(fee(budget(3, ...u64(1_000_000)))).toBe(5000n + 400_000n);
    expect(fee(budget(3, ...u64(1)), budget(2, ...u32(10)))).toBe(5001n);
    expect(fee(budget(3, ...u64(1_000_000)), budget(2, ...u32(0xffffffff)))).toBe(5000n + 1_400_000n);
    expect(fee(budget(1, ...u32(32_768)), budget(4, ...u32(1000)))).toBe(5000n);
    const [publicKey, signature] = [key.publicKey, new Uint8Array(64)];
    expect(fee(Ed25519Program.createInstructionWithPublicKey({ publicKey, signature, message: publicKey }))).toBe(
      10_000n,
    );
    expect(codeOf(() => fee(budget(2, ...u32(1)), budget(2, ...u32(1))))).toBe('TRANSACTION_INVALID');
    expect(codeOf(() => fee(budget(0, ...u32(1), ...u32(1))))).toBe('TRANSACTION_INVALID');
    expect(codeOf(() => fee(budget(2, 1)))).toBe('TRANSACTION_INVALID');
    expect(codeOf(() => fee(budget(3, ...u64(2n ** 64n - 1n)), budget(2, ...u32(1_400_000))))).toBe('FEE_INVALID');
  });

  it('the summary shows accounts of lookup tables as a node reported them, and so as not understood', () => {
    const table = new AddressLookupTableAccount({
      key: pub(other),
      state: {
        deactivationSlot: 2n ** 64n - 1n,
        lastExtendedSlot: 0,
        lastExtendedSlotStartIndex: 0,
        addresses: [pub(mint), pub(friend)],
      },
    });
    const send = SystemProgram.transfer({ fromPubkey: pub(key.address), toPubkey: pub(friend), lamports: 1 });
    const tables = [{ table: other, writable: [friend], readonly: [] }];
    const summary = summaryOf([send], { tables: [table], completed: { tables } });
    expect(summary).toMatchObject({ kind: 'transfer', to: friend, value: { amount: 1n }, opaque: true });
    expect(summary.text).toContain('with 1 of its accounts named by lookup tables only');
    const wrong = [
      [],
      [{ table: other, writable: [], readonly: [friend] }],
      [{ table: friend, writable: [friend], readonly: [] }],
      [{ table: other, writable: [key.address], readonly: [] }],
      [{ table: other, writable: ['x'], readonly: [] }],
      [{ table: other, writable: [friend], readonly: [], more: 1 }],
    ];
    for (const one of wrong) {
      const code = codeOf(() => summaryOf([send], { tables: [table], completed: { tables: one } }));
      expect(code).toMatch(/^(TRANSACTION_INVALID|ADDRESS_INVALID)$/);
    }
  });

  it('any instruction of a known program gives a summary or a coded error', () => {
    const known = fc.constantFrom(...Object.values(programs));
    const accounts = fc.array(fc.constantFrom(me, ours, theirs, mint, friend, other, programs.token), { maxLength: 6 });
    const data = fc.tuple(fc.nat(30), fc.array(fc.nat(3), { maxLength: 80 }));
    fc.assert(
      fc.property(known, accounts, data, (program, named, [tag, rest]) => {
        const code = codeOf(() => {
          const { text, opaque, kind } = summaryOf([instruction(program, named, [tag, ...rest])]);
          expect(text).toContain('the fee is at most');
          expect(opaque || kind !== 'contract-call').toBe(true);
        });
        expect(code).toMatch(/^([A-Z]+_[A-Z_]+|nothing)$/);
      }),
      { numRuns: 300 },
    );
  });
});
