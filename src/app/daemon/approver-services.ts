import { createApproverClient } from '../../cloud/approver-client.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { Store } from '../../core/store/store.js';
import { controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import { ServiceAsker } from '../approvals/services.js';
import type { Config } from '../config/config.js';
import { proxiesOf } from '../network/way-out.js';
import { readSecretFile } from './secret-file.js';

export interface ApproverServiceParts {
  readonly config: Pick<Config, 'network' | 'approvers' | 'secrets' | 'proxies' | 'daemon'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'journal'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
}

/** The services that the settings name. @throws CustosError URL_INVALID, URL_INSECURE, CONFIG_INVALID */
export async function openApproverServices(parts: ApproverServiceParts): Promise<ServiceAsker> {
  const { config, clock, log, store, viewKey } = parts;
  const { network, approvers, secrets, proxies, daemon } = config;
  const { services, secretFile } = approvers;
  const read = secretFile === undefined ? undefined : await readSecretFile(secretFile, 'approver secret');
  const secret = read?.secret ?? secrets.copy('approverSecret');
  const common = { network, clock, proxies: proxiesOf(proxies), ...(secret && { secret }) };
  const { storeId, approvals, journal } = store;
  const view = { storeId, approvals, seal: controlView(viewKey, storeId) };
  return new ServiceAsker({
    services: new Map([...services].map(([name, url]) => [name, createApproverClient({ ...common, url })])),
    ...{ clock, log, approvals, journal },
    developmentChainIds: daemon.developmentChainIds,
    constitution: async () => (await currentConstitution(view))?.constitution,
  });
}
