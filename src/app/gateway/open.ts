import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import { type RunningGateway, startGateway } from '../../gateway/server.js';
import { openQueue } from '../../storage/queue/queue.js';
import { allowedMethods, type GatewaySettings, gatewayProblems } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';
import { SettingsReader } from '../config/reader.js';
import { readSigningRules } from '../config/signing-rules.js';
import { fetchOf } from '../network/way-out.js';
import { warnOfPassword } from '../store/location.js';

/** What a gateway is made of. */
export interface GatewayParts {
  readonly config: GatewaySettings;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the queue and listens. @throws CustosError API_KEY_MISSING, CONFIG_INVALID, PORT_IN_USE, STORE_* */
export async function openGateway({ config, chains, clock, log }: GatewayParts): Promise<RunningGateway> {
  refuseProblems(gatewayProblems(config, chains));
  const { daemon, network } = config;
  const { queue: location, allowedMethods: _read, ...served } = config.gateway;
  const apiKey = config.secrets.copy('gatewayKey');
  if (apiKey === undefined) throw new CustosError('INTERNAL', 'the key of the gateway was lost on the way');
  warnOfPassword(config, log);
  const queue = await openQueue(location);
  try {
    const gateway = await startGateway({
      chains,
      queue,
      network,
      nodes: daemon.nodes,
      fetch: fetchOf(config.proxies),
      apiKey,
      clock,
      log,
      rules: readSigningRules(daemon, chains, network),
      extraMethods: allowedMethods(new SettingsReader({}, {}), config, chains),
      ...served,
    });
    return {
      url: gateway.url,
      close: () => gateway.close().finally(() => queue.close()),
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}
