import { hex } from '@scure/base';
import type { Hazard, HazardKind } from '../../../core/chain/hazards.js';
import { showAddress } from '../address.js';
import { type Effect, hazard, type Scene, unknownCall } from '../effect.js';
import type { Instruction } from '../message.js';

/** Instructions of the token programs that are not decoded further, by their first byte. Source: Token-2022, in their order. */
const known: ReadonlyMap<number, readonly [name: string, kind: HazardKind]> = new Map([
  [25, ['InitializeMintCloseAuthority', 'issuer-settings']],
  [26, ['TransferFeeExtension', 'issuer-settings']],
  [28, ['DefaultAccountState', 'issuer-settings']],
  [29, ['Reallocate', 'account-settings']],
  [30, ['MemoTransfer', 'account-settings']],
  [33, ['InterestBearingMint', 'issuer-settings']],
  [34, ['CpiGuard', 'account-settings']],
  [35, ['InitializePermanentDelegate', 'issuer-settings']],
  [36, ['TransferHook', 'issuer-settings']],
  [37, ['ConfidentialTransferFee', 'issuer-settings']],
  [39, ['MetadataPointer', 'issuer-settings']],
  [40, ['GroupPointer', 'issuer-settings']],
  [41, ['GroupMemberPointer', 'issuer-settings']],
  [42, ['ConfidentialMintBurn', 'issuer-settings']],
  [43, ['ScaledUiAmount', 'issuer-settings']],
  [44, ['Pausable', 'issuer-settings']],
  // A batch holds instructions of any kind.
  [255, ['Batch', 'account-control']],
]);

/** Those that send all coins of a token account to their second account. */
const withdrawals: ReadonlyMap<number, string> = new Map([
  [38, 'WithdrawExcessLamports'],
  [45, 'UnwrapLamports'],
]);

/** By their first eight bytes: the new master of a token's description or group. Source: the interfaces of both. */
const masters: ReadonlyMap<string, string> = new Map([
  ['d7e4a6e45464567b', 'UpdateAuthority of metadata'],
  ['a1695801edddd8cb', 'UpdateAuthority of a group'],
]);

/** An instruction that is not understood, with the hazards that are known of it. */
export function extensionCall(instruction: Instruction, scene: Scene): Effect {
  const call = unknownCall(instruction);
  return { ...call, hazards: [...knownHazards(instruction, scene), ...(call.hazards ?? [])] };
}

function knownHazards({ data, accounts }: Instruction, { ours }: Scene): readonly Hazard[] {
  const [number = -1] = data;
  const master = masters.get(hex.encode(data.subarray(0, 8)));
  if (master !== undefined) return [hazard('account-control', master, addressAt(data, 8))];
  const withdrawal = withdrawals.get(number);
  if (withdrawal !== undefined) {
    const to = accounts[1]?.address;
    const isOurs = to !== undefined && ours.has(to);
    return [hazard(isOurs ? 'account-settings' : 'closes-account', withdrawal, to)];
  }
  const [name, kind] = known.get(number) ?? [];
  if (name === undefined || kind === undefined) return [];
  return [hazard(kind, name, number === 35 ? addressAt(data, 1) : undefined)];
}

function addressAt(data: Uint8Array, start: number): string | undefined {
  return data.length === start + 32 ? showAddress(data.subarray(start)) : undefined;
}
