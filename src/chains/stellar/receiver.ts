import type { NodeClient } from '../../core/chain/node.js';
import { isObject } from '../../core/json.js';
import { askAbout, demandMemo } from '../shared/receiver.js';
import type { Envelope } from './envelope.js';
import { receiverOf } from './operations.js';

/** Base64 of `1`, the value that SEP-29 asks for. */
const YES = 'MQ==';

/**
 * Asks the node whether a receiver demands a memo (SEP-29). An address with a number inside needs none.
 * @throws CustosError MEMO_REQUIRED, NODE_*
 */
export async function checkReceivers({ memo, operations }: Envelope, node: NodeClient): Promise<void> {
  if (memo !== undefined) return;
  const receivers = new Set(
    operations.flatMap((operation) => receiverOf(operation) ?? []).filter((to) => to.startsWith('G')),
  );
  for (const to of receivers) {
    const account = await askAbout(node, () => node.http({ path: `/accounts/${to}` }));
    const data = isObject(account) && isObject(account['data']) ? account['data'] : {};
    if (data['config.memo_required'] === YES) demandMemo(to, 'memo');
  }
}
