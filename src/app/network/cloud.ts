import type { CallerOptions } from '../../cloud/caller.js';
import { createHostLimits } from '../../cloud/host-limits.js';
import { createNodes, createOwnNodes } from '../../cloud/nodes.js';
import { createCloud } from '../../cloud/tatum.js';
import { checkCloudUrl, checkNodeUrl } from '../../cloud/urls.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { Cloud, Nodes } from '../../core/network/cloud.js';
import type { Config } from '../config/config.js';
import { packageVersion } from '../process/package.js';
import { proxiesOf, readHeaders } from './way-out.js';

/** The parts that reach cloud and nodes. */
export interface CloudParts {
  readonly config: CloudSettings;
  readonly clock: Clock;
  readonly log: Log;
}

type CloudSettings = Pick<
  Config,
  'network' | 'cloudUrl' | 'cloudHeaderFile' | 'secrets' | 'proxies' | 'onCommandLine'
> & { readonly daemon: Pick<Config['daemon'], 'nodes' | 'maxRequests'> };

/**
 * Makes the cloud and the nodes that the settings name.
 * @param options - `onDate` gets the time that the cloud reports, in milliseconds since 1970; `network` is the network of the
 *   nodes, if it differs from that of the command
 * @throws CustosError API_KEY_MISSING, URL_INVALID, URL_INSECURE
 */
export function makeCloud(
  { config, clock, log }: CloudParts,
  { network = config.network, ...watch }: Pick<CallerOptions, 'onDate'> & { readonly network?: Network } = {},
): { readonly cloud: Cloud; readonly nodes: Nodes } {
  const apiKey = config.secrets.copy('apiKey');
  if (apiKey === undefined) throw new CustosError('API_KEY_MISSING', 'no API key for the cloud is set');
  if (config.onCommandLine.apiKey) {
    tell(log, 'key-on-command-line');
  }
  checkCloudUrl(config.cloudUrl, network);
  for (const url of config.daemon.nodes.values()) checkNodeUrl(url, network);
  const shared = {
    limits: createHostLimits(clock, config.daemon.maxRequests),
    baseUrl: config.cloudUrl,
    apiKey,
    version: packageVersion(),
    clock,
    proxies: proxiesOf(config.proxies),
    extra: readHeaders(config.cloudHeaderFile),
  };
  const isGateway = () => cloud.isGateway?.() === true;
  const nodes = createNodes({ ...shared, ownNodes: config.daemon.nodes, network, isGateway });
  const cloud: Cloud = createCloud({
    ...shared,
    nodes,
    ...watch,
    onNotice: (notice) => tell(log, 'version-announced', { notice }),
  });
  return { cloud, nodes };
}

/**
 * Only the nodes that the settings name, where no cloud is.
 * @throws CustosError URL_INVALID, URL_INSECURE
 */
export function makeNodes({ config, clock }: Pick<CloudParts, 'config' | 'clock'>): Nodes {
  const { nodes: ownNodes, maxRequests } = config.daemon;
  for (const url of ownNodes.values()) checkNodeUrl(url, config.network);
  const limits = createHostLimits(clock, maxRequests);
  return createOwnNodes({ clock, ownNodes, limits, proxies: proxiesOf(config.proxies) });
}
