import type { BuiltTransaction, QueueContext } from '../../core/chain/builders/build.js';
import type { XrpAction, XrpLedgerBuilder, XrpRequest } from '../../core/chain/builders/xrp-ledger.js';
import type { Network } from '../../core/ids.js';
import type { Fields } from '../shared/fields.js';
import { allowedFee } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { readAddress } from './address.js';
import { accountIn, feesOf } from './node.js';
import { DROP_DECIMALS, issuedAmount, paymentFields } from './payments.js';
import { checkReceiver } from './receiver.js';

/** Ledgers (of about four seconds) in which a queued transaction may be taken: somewhat fewer than a node searches for it. */
const LIFE = 900;
/** Numbers of `SetFlag` and `ClearFlag`: asfDefaultRipple, asfRequireDest. */
const accountFlags = { rippling: 8, requireDestinationTag: 1 } as const;

/** Builds what the gateway queues for accounts of the XRP Ledger. */
export const xrpBuilder: XrpLedgerBuilder = { kind: 'xrp-ledger', build };

async function build(request: XrpRequest, context: QueueContext): Promise<BuiltTransaction> {
  const { network, node } = context;
  const { address: account } = readAddress(request.from, network);
  const fields = { Account: account, ...fieldsOf(request, account, network) };
  await checkReceiver(fields, node);
  const { sequence, ledger } = await accountIn(node, account);
  const complete = {
    ...fields,
    Flags: 0,
    Fee: await feeOf(request, context),
    Sequence: Number(await context.nextNumber(account, BigInt(sequence))),
    LastLedgerSequence: ledger + LIFE,
  };
  return { serialized: JSON.stringify(complete), keys: [request.key] };
}

function fieldsOf(action: XrpAction, account: string, network: Network): Fields {
  switch (action.kind) {
    case 'payment': {
      const { to, amount, currency, sourceTag, destinationTag } = action;
      const payment = {
        ...{ from: { address: account }, to, amount },
        ...(currency !== undefined && { token: `${currency.code}.${currency.issuer}` }),
        ...(destinationTag !== undefined && { tag: `${destinationTag}` }),
      };
      return { ...paymentFields(payment, network), ...(sourceTag !== undefined && { SourceTag: sourceTag }) };
    }
    case 'trust': {
      const { currency, limit } = action;
      if (currency.issuer === account) unfit(account, 'cannot trust itself');
      return { TransactionType: 'TrustSet', LimitAmount: issuedAmount(`${currency.code}.${currency.issuer}`, limit) };
    }
    case 'settings':
      return { TransactionType: 'AccountSet', [action.isSet ? 'SetFlag' : 'ClearFlag']: accountFlags[action.flag] };
  }
}

async function feeOf({ fee }: XrpRequest, { node }: QueueContext): Promise<string> {
  const { base, open } = await feesOf(node);
  if (fee === undefined) return open;
  const given = allowedFee(fee, 'fee', DROP_DECIMALS);
  return `${given > BigInt(base) ? given : base}`;
}
