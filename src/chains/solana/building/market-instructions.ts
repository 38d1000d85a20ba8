import { concatBytes } from '@noble/hashes/utils.js';
import { u64Bytes } from '../cursor.js';
import type { AccountUse, Instruction } from '../message.js';
import { instructionMark } from '../programs/auction-house.js';
import { programs } from '../programs/ids.js';
import { readonly, signing, writable } from '../transfer.js';
import { type Market, placeOf } from './market-accounts.js';

const RENT = 'SysvarRent111111111111111111111111111111111';

/** Who gets what a marketplace takes. */
interface Receivers {
  /** The account, and the wallet that it belongs to: the same for coins. */
  readonly treasuryReceiver: string;
  readonly treasuryOwner: string;
  readonly feeReceiver: string;
}

interface Owned extends Receivers {
  readonly authority: string;
  /** The token that buyers pay with. */
  readonly mint: string;
}

/** Programs that others call, at the end of the accounts. */
export const calledPrograms = {
  all: [programs.token, programs.system, programs.associatedToken, RENT].map(readonly),
  withoutTokenAccounts: [programs.token, programs.system].map(readonly),
  rent: readonly(RENT),
};

/** Opens a marketplace (create_auction_house). */
export function creation(
  { authority, mint, treasuryReceiver, treasuryOwner, feeReceiver }: Owned,
  settings: { readonly fee: number; readonly requiresSignOff: boolean; readonly canChangeSalePrice: boolean },
): Instruction {
  const house = placeOf({ named: 'auction_house' }, authority, mint);
  const feeAccount = placeOf({ named: 'auction_house' }, house.address, { named: 'fee_payer' });
  const treasury = placeOf({ named: 'auction_house' }, house.address, { named: 'treasury' });
  const { fee, requiresSignOff, canChangeSalePrice } = settings;
  return instruction('CreateAuctionHouse', {
    accounts: [
      readonly(mint),
      signing(authority),
      readonly(authority),
      ...[feeReceiver, treasuryReceiver].map(writable),
      readonly(treasuryOwner),
      ...[house, feeAccount, treasury].map(({ address }) => writable(address)),
      ...calledPrograms.all,
    ],
    data: [
      Uint8Array.of(house.bump, feeAccount.bump, treasury.bump),
      u16(fee),
      Uint8Array.of(Number(requiresSignOff), Number(canChangeSalePrice)),
    ],
  });
}

interface Settings {
  readonly fee: number | undefined;
  readonly requiresSignOff: boolean | undefined;
  readonly canChangeSalePrice: boolean | undefined;
}

/** Changes a marketplace, which keeps its owner (update_auction_house). */
export function change(
  { address, authority, treasuryMint }: Market,
  { treasuryReceiver, treasuryOwner, feeReceiver }: Receivers,
  { fee, requiresSignOff, canChangeSalePrice }: Settings,
): Instruction {
  const flag = (value: boolean | undefined) => option(value === undefined ? undefined : Uint8Array.of(Number(value)));
  return instruction('UpdateAuctionHouse', {
    accounts: [
      readonly(treasuryMint),
      ...[authority, authority].map(signer),
      readonly(authority),
      ...[feeReceiver, treasuryReceiver].map(writable),
      readonly(treasuryOwner),
      writable(address),
      ...calledPrograms.all,
    ],
    data: [option(fee === undefined ? undefined : u16(fee)), flag(requiresSignOff), flag(canChangeSalePrice)],
  });
}

/** Moves coins out of the account from which a marketplace pays (withdraw_from_fee). */
export function feeWithdrawal({ address, authority, feeReceiver, feeAccount }: Market, lamports: bigint): Instruction {
  return instruction('WithdrawFromFee', {
    accounts: [signer(authority), ...[feeReceiver, feeAccount, address].map(writable), readonly(programs.system)],
    data: [u64Bytes(lamports)],
  });
}

/** Moves what a marketplace took out of its treasury (withdraw_from_treasury). */
export function treasuryWithdrawal(market: Market, units: bigint): Instruction {
  const { address, authority, treasuryMint, treasuryReceiver, treasury } = market;
  return instruction('WithdrawFromTreasury', {
    accounts: [
      readonly(treasuryMint),
      signer(authority),
      ...[treasuryReceiver, treasury, address].map(writable),
      ...calledPrograms.withoutTokenAccounts,
    ],
    data: [u64Bytes(units)],
  });
}

/** An instruction of the Auction House program. */
export function instruction(
  method: string,
  { accounts, data }: { readonly accounts: readonly AccountUse[]; readonly data: readonly Uint8Array[] },
): Instruction {
  return { program: programs.auctionHouse, accounts, data: concatBytes(instructionMark(method), ...data) };
}

/** Signs, and stays as it is. */
export function signer(address: string): AccountUse {
  return { ...readonly(address), isSigner: true };
}

function u16(value: number): Uint8Array {
  return u64Bytes(BigInt(value)).subarray(0, 2);
}

function option(value: Uint8Array | undefined): Uint8Array {
  return value === undefined ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), value);
}
