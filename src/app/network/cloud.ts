import type { CallerOptions } from '../../cloud/caller.js';
import { createHostLimits } from '../../cloud/host-limits.js';
import { createNodes } from '../../cloud/nodes.js';
import { createCloud } from '../../cloud/tatum.js';
import { checkCloudUrl, checkNodeUrl } from '../../cloud/urls.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Cloud, Nodes } from '../../core/network/cloud.js';
import { Secret } from '../../core/secret.js';
import { settingValue } from '../config/config.js';
import type { House } from '../house.js';
import { packageVersion } from '../process/package.js';
import { proxiesOf, readHeaders } from './way-out.js';

/**
 * The cloud and the nodes as the settings say.
 * @param options - `onDate` is told what time the cloud says it is, in milliseconds since 1970; `network`: whose nodes are
 *   asked, where it is not that of the command
 * @throws CustosError API_KEY_MISSING, URL_INVALID, URL_INSECURE
 */
export function makeCloud(
  house: House,
  { network = house.config.network, ...watch }: Pick<CallerOptions, 'onDate'> & { readonly network?: Network } = {},
): { readonly cloud: Cloud; readonly nodes: Nodes } {
  const { config, clock, log } = house;
  const apiKey = settingValue('apiKey', config.flags, config.environment);
  if (apiKey === undefined) throw new CustosError('API_KEY_MISSING', 'no API key for the cloud is set');
  if (typeof config.flags['apiKey'] === 'string') {
    log.warn({}, 'API key taken from the command line, where every user of this machine can read it');
  }
  checkCloudUrl(config.cloudUrl, network);
  for (const url of config.daemon.nodes.values()) checkNodeUrl(url, network);
  const way = { proxies: proxiesOf(config), extra: readHeaders(config, 'cloudHeaderFile') };
  const limits = createHostLimits(clock, config.daemon.maxRequests);
  const nodes = createNodes({
    limits,
    baseUrl: config.cloudUrl,
    apiKey: Secret.text(apiKey),
    ownNodes: config.daemon.nodes,
    network,
    clock,
    version: packageVersion(),
    ...way,
  });
  const cloud = createCloud({
    limits,
    baseUrl: config.cloudUrl,
    apiKey: Secret.text(apiKey),
    version: packageVersion(),
    clock,
    nodes,
    ...way,
    ...watch,
    onNotice: (notice) => log.warn({ notice }, 'cloud announced a version'),
  });
  return { cloud, nodes };
}
