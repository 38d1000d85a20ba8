import { Account, Memo, MuxedAccount, Networks, type Operation, TransactionBuilder } from '@stellar/stellar-sdk';

export type Op = ReturnType<typeof Operation.inflation>;

/** What differs from a usual envelope of the wallet. */
export interface Setting {
  readonly memo?: Memo;
  /** With or without a number inside. */
  readonly source?: string;
  readonly maxTime?: number;
  readonly change?: (builder: TransactionBuilder) => unknown;
}

/** Makes unsigned envelopes as base64. @param wallet - whose account is the source unless it is said */
export function envelopesOf(wallet: string): (operations: readonly Op[], setting?: Setting) => string {
  return (operations, { memo = Memo.none(), source = wallet, maxTime = 1_764_000_000, change } = {}) => {
    const account = source.startsWith('M') ? MuxedAccount.fromAddress(source, '41') : new Account(source, '41');
    const builder = new TransactionBuilder(account, {
      ...{ fee: '100', networkPassphrase: Networks.TESTNET, memo, timebounds: { minTime: 0, maxTime } },
    });
    for (const operation of operations) builder.addOperation(operation);
    change?.(builder);
    return builder.build().toXDR();
  };
}
