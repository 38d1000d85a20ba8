import type { PlannedEffect } from '../../../core/chain/payment.js';
import { bytesToHex } from '../../shared/hexadecimal.js';
import type { CallRules } from './reader.js';

/** Selector of `transfer(address,uint256)` (ERC-20). */
const TRANSFER = Uint8Array.of(0xa9, 0x05, 0x9c, 0xbb);
const SIGNATURE = 'transfer(address,uint256)';

/** A transfer of tokens by a call of their contract. */
export interface TokenCall {
  /** As shown. */
  readonly from: string;
  /** 20 bytes. */
  readonly to: Uint8Array;
  /** 20 bytes. */
  readonly token: Uint8Array;
  readonly units: bigint;
}

/** The data of the call. */
export function transferData({ to, units }: Pick<TokenCall, 'to' | 'units'>): Uint8Array {
  const data = new Uint8Array(68);
  data.set(TRANSFER);
  data.set(to, 16);
  data.set(Buffer.from(units.toString(16).padStart(64, '0'), 'hex'), 36);
  return data;
}

/** The effect of the call, as the reader of calls says it. @param asset - where the chain has another name than the contract */
export function plannedTransfer(
  { from, to, token, units }: TokenCall,
  rules: CallRules,
  asset?: string,
): PlannedEffect {
  const contract = rules.show(token);
  const receiver = rules.show(to);
  return {
    op: 'token-transfer',
    from,
    to: receiver,
    asset: asset ?? contract,
    amount: units,
    contract,
    method: SIGNATURE,
    args: { address: receiver, uint256: units.toString() },
  };
}

/** The decimals in the answer to a call of `decimals()`; undefined where it is no such number. */
export function decimalsIn(answer: Uint8Array | undefined): number | undefined {
  if (answer?.length !== 32) return undefined;
  const decimals = BigInt(bytesToHex(answer));
  return decimals <= 255n ? Number(decimals) : undefined;
}
