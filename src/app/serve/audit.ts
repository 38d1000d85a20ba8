import type { AuditProofsService } from '../../api/control-parts.js';
import type { Store } from '../../core/store/store.js';
import { exportLines } from '../audit/export.js';
import { growthOf, proveEvent } from '../audit/proof.js';
import { readLogKey } from '../audit/witness.js';

/** Proves the log of a store through the API. The server has no key of the log: what its signer has signed is what it can prove. */
export function servedAudit({ audit, storeId }: Pick<Store, 'audit' | 'storeId'>): AuditProofsService {
  return {
    async *export(key) {
      if (key !== undefined) readLogKey(key);
      const reach = await audit.newest();
      const events = reach.reduce((sum, { size }) => sum + size, 0);
      await audit.add([{ code: 'audit.exported', detail: { file: 'GET /v1/audit/export', events } }]);
      yield* exportLines({ audit, storeId, key: key ?? null }, reach);
    },
    event: (id) => proveEvent(audit, storeId, id),
    growth: (head) => growthOf(audit, storeId, head),
  };
}
