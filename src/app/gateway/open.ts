import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import { endOf, type GatewayKeys } from '../../core/store/gateway-keys.js';
import { type RunningGateway, startGateway } from '../../gateway/server.js';
import { openQueue } from '../../storage/queue/queue.js';
import { allowedMethods, type GatewaySettings, gatewayProblems } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';
import { SettingsReader } from '../config/reader.js';
import { readSigningRules } from '../config/signing-rules.js';
import { fetchOf } from '../network/way-out.js';
import { warnOfPassword } from '../store/location.js';
import { readContracts } from './contracts.js';
import { checkedSubscriptions, gatewayMessages } from './messages.js';

/** What a gateway is made of. */
export interface GatewayParts {
  readonly config: GatewaySettings;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the queue and listens. @throws CustosError API_KEY_MISSING, CONFIG_INVALID, PORT_IN_USE, STORE_* */
export async function openGateway({ config, chains, clock, log }: GatewayParts): Promise<RunningGateway> {
  const problems = gatewayProblems(config, chains);
  const others = problems.filter(({ code }) => code !== 'API_KEY_MISSING');
  if (others.length > 0) refuseProblems(problems);
  const { daemon, network } = config;
  const { queue: location, allowedMethods: _read, webhookHosts: hosts = [], ...served } = config.gateway;
  const apiKey = config.secrets.copy('gatewayKey');
  warnOfPassword(config, log);
  const queue = await openQueue(location);
  try {
    if (apiKey === undefined && !(await hasKey(queue.keys, clock))) refuseProblems(problems);
    const gateway = await startGateway({
      chains,
      queue,
      network,
      nodes: daemon.nodes,
      fetch: fetchOf(config.proxies),
      ...(apiKey && { apiKey }),
      keys: queue.keys,
      subscriptions: checkedSubscriptions(queue.subscriptions, hosts),
      clock,
      log,
      rules: readSigningRules(daemon, chains, network),
      extraMethods: allowedMethods(new SettingsReader({}, {}), config, chains),
      contracts: readContracts(new SettingsReader({}, {}), config, chains),
      ...served,
    });
    const messages = gatewayMessages({ outbox: queue.outbox, clock, log, allowedHosts: hosts });
    messages.start();
    return {
      url: gateway.url,
      close: () =>
        gateway
          .close()
          .finally(() => messages.close())
          .finally(() => queue.close()),
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

async function hasKey(keys: Pick<GatewayKeys, 'all'>, clock: Pick<Clock, 'now'>): Promise<boolean> {
  return (await keys.all()).some((key) => endOf(key, clock.now()) === undefined);
}
