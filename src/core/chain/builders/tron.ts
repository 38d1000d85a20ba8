import type { KeyRef } from '../../signing/wallet.js';
import type { NodeClient } from '../node.js';
import type { BuiltTransaction, QueueContext } from './build.js';

/** Builds what an account of Tron asks for. */
export interface TronBuilder {
  readonly kind: 'tron';
  /**
   * The transaction may wait for nearly a day. No two of an account are equal, because the network takes the same bytes only once.
   * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, FEE_INVALID, PAYMENT_UNSUPPORTED, RECEIVER_UNFIT, NODE_*
   */
  build(request: TronRequest, context: QueueContext): Promise<BuiltTransaction>;
  /** An address as contracts see it: 0x and 40 hexadecimal digits. @throws CustosError ADDRESS_INVALID */
  bareAddress(text: string): string;
  /** The code that made a contract: 0x and lower-case hexadecimal digits; `0x` where there is none. @throws CustosError NODE_* */
  codeOf(contract: string, node: NodeClient): Promise<string>;
  /**
   * Asks a contract by a method that changes nothing. @param data - 0x and hexadecimal digits
   * @returns the same   @throws CustosError NODE_REFUSED: the call is reverted; NODE_*
   */
  ask(contract: string, data: string, node: NodeClient): Promise<string>;
}

/** What one account of Tron does. */
export type TronRequest = TronAccount & TronAction;

interface TronAccount {
  readonly from: string;
  readonly key: KeyRef;
}

/** What a call of a contract may cost: whole TRX as a decimal text. */
interface Limited {
  readonly feeLimit: string;
}

/** Amounts are whole coins or tokens as decimal texts. */
export type TronAction =
  | { readonly kind: 'coins'; readonly to: string; readonly amount: string }
  /** A token of TRC-10, by its number. Where `digits` is given, it must match the network's value. */
  | {
      readonly kind: 'trc10';
      readonly to: string;
      readonly token: string;
      readonly amount: string;
      readonly digits?: number;
    }
  /** A token of TRC-20, by its contract. */
  | (Limited & {
      readonly kind: 'trc20';
      readonly to: string;
      readonly contract: string;
      readonly amount: string;
      readonly digits?: number;
    })
  /** Stake 2.0. */
  | { readonly kind: 'freeze' | 'unfreeze'; readonly resource: 'BANDWIDTH' | 'ENERGY'; readonly amount: string }
  /** @param data - hexadecimal digits, with or without 0x   @param value - coins for the contract, in SUN */
  | (Limited & { readonly kind: 'call'; readonly contract: string; readonly data: string; readonly value?: bigint })
  /** @param code - with the arguments of the constructor behind it; hexadecimal digits, with or without 0x */
  | (Limited & { readonly kind: 'creation'; readonly name: string; readonly code: string })
  | TokenIssue;

/** A new token of TRC-10, all of which the account gets. */
interface TokenIssue {
  readonly kind: 'issue';
  readonly name: string;
  readonly abbreviation: string;
  readonly description: string;
  readonly url: string;
  /** Whole tokens as a decimal text. */
  readonly supply: string;
  readonly decimals: number;
}
