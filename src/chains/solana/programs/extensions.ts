import { hex } from '@scure/base';
import type { HazardKind } from '../../../core/chain/hazards.js';
import { showAddress } from '../address.js';
import type { Call, Part, Suspicion } from '../call.js';

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

/** What is known about an instruction of a token program that is not understood. */
export function suspectExtension({ instruction, scene }: Call): Suspicion | undefined {
  const { data, accounts } = instruction;
  const [number = -1] = data;
  const master = masters.get(hex.encode(data.subarray(0, 8)));
  if (master !== undefined) {
    return { method: master, part: withParty({ op: 'account', code: 'account-control' }, addressAt(data, 8)) };
  }
  const withdrawal = withdrawals.get(number);
  if (withdrawal !== undefined) {
    const to = accounts[1]?.address;
    const isOurs = to !== undefined && scene.ours.has(to);
    const code = isOurs ? 'account-settings' : 'closes-account';
    return { method: withdrawal, part: withParty({ op: 'account', code }, to) };
  }
  const [name, code] = known.get(number) ?? [];
  if (name === undefined || code === undefined) return undefined;
  const op = code === 'issuer-settings' ? 'issuer' : 'account';
  return { method: name, part: withParty({ op, code }, number === 35 ? addressAt(data, 1) : undefined) };
}

function withParty(part: Part, to: string | undefined): Part {
  return to === undefined ? part : { ...part, to };
}

function addressAt(data: Uint8Array, start: number): string | undefined {
  return data.length === start + 32 ? showAddress(data.subarray(start)) : undefined;
}
