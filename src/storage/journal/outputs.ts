import type { ChainId, Network } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type { Tables } from './entries.js';
import { sealOf } from './seal.js';

/** Places that one question names. */
const AT_ONCE = 500;

/** Those of the outputs that a transaction has reserved or spent. @throws CustosError RECORD_DAMAGED */
export async function spentOf(
  db: Tables,
  { chain, network }: { readonly chain: ChainId; readonly network: Network },
  outputs: readonly string[],
): Promise<ReadonlySet<string>> {
  const spent = new Set<string>();
  for (const part of chunks(outputs, AT_ONCE)) {
    const query = db.selectFrom('reservations').selectAll().where('chain', '=', chain).where('network', '=', network);
    const rows = await query.where('sender', '=', '').where('resource', 'in', part).execute();
    for (const row of rows) {
      sealOf(db).require('reservations', row, row.transaction_id);
      spent.add(row.resource);
    }
  }
  return spent;
}
