import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import { type Meter, noMeter } from '../../core/meter.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import { FreezeWatch } from './watch.js';

export interface FreezeMeans {
  readonly store: Pick<Store, 'storeId' | 'freezes' | 'approvals'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter?: Pick<Meter, 'frozen'>;
}

/** The two keys below the root key that a front has, 32 bytes each. */
export interface FreezeKeys {
  readonly viewKey: Uint8Array;
  readonly journalKey: Uint8Array;
}

/** The freezes of an open store; `run` of what it returns looks at them regularly. */
export function openFreezes(
  { store, clock, log, meter = noMeter }: FreezeMeans,
  { viewKey, journalKey }: FreezeKeys,
): FreezeWatch {
  const { storeId, freezes, approvals } = store;
  const view = { storeId, approvals, seal: controlView(viewKey, storeId) };
  return new FreezeWatch({
    freezes,
    storeId,
    mac: journalMac(journalKey),
    constitution: async () => (await currentConstitution(view))?.constitution,
    clock,
    log,
    meter,
  });
}
