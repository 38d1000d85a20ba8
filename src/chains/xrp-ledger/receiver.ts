import type { NodeClient } from '../../core/chain/node.js';
import { isObject } from '../../core/json.js';
import type { Fields } from '../shared/fields.js';
import { askAbout, demandMemo, unfit } from '../shared/receiver.js';

/** lsfRequireDestTag and lsfDepositAuth of an account. */
const REQUIRE_TAG = 0x0002_0000;
const DEPOSIT_AUTH = 0x0100_0000;
const paying = ['Payment', 'CheckCreate', 'EscrowCreate', 'PaymentChannelCreate', 'AccountDelete'];

/**
 * Asks what the receiver demands: a tag that says which customer to credit, or that it has authorized this sender.
 * @throws CustosError MEMO_REQUIRED, RECEIVER_UNFIT, NODE_*
 */
export async function checkReceiver(fields: Fields, node: NodeClient): Promise<void> {
  const { TransactionType: type, Account: from, Destination: to } = fields;
  if (typeof type !== 'string' || typeof to !== 'string' || !paying.includes(type) || to === from) return;
  const answer = await askAbout(node, () => node.rpc('account_info', [{ account: to, ledger_index: 'current' }]));
  const data = isObject(answer) && isObject(answer['account_data']) ? answer['account_data'] : {};
  const flags = typeof data['Flags'] === 'number' ? data['Flags'] : 0;
  if ((flags & REQUIRE_TAG) !== 0 && fields['DestinationTag'] === undefined) demandMemo(to, 'destination tag');
  if (type !== 'Payment' || (flags & DEPOSIT_AUTH) === 0) return;
  const question = { source_account: from, destination_account: to, ...credentials(fields) };
  const allowed = await askAbout(node, () => node.rpc('deposit_authorized', [question]));
  if (isObject(allowed) && allowed['deposit_authorized'] === false) unfit(to, `takes no payments from ${String(from)}`);
}

function credentials({ CredentialIDs: ids }: Fields): Fields {
  return ids === undefined ? {} : { credentials: ids };
}
