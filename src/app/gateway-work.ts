import { join } from 'node:path';
import { CustosError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { type RunningGateway, startGateway } from '../gateway/server.js';
import { openQueue } from '../storage/queue.js';
import { settingValue } from './config.js';
import type { House } from './house.js';
import { readSigningRules } from './signing-rules.js';
import { checkDatabaseUrl, warnOfPassword } from './store-location.js';

/** Opens the queue and listens. @throws CustosError API_KEY_MISSING, CONFIG_INVALID, PORT_IN_USE, STORE_* */
export async function openGateway(house: House): Promise<RunningGateway> {
  const { config, clock, log, chains } = house;
  const { flags } = config;
  const apiKey = settingValue('gatewayKey', {}, config.environment) ?? settingValue('apiKey', {}, config.environment);
  if (apiKey === undefined)
    throw new CustosError('API_KEY_MISSING', 'no key for the gateway is set: CUSTOS_GATEWAY_API_KEY');
  if (config.daemon.nodes.size === 0)
    throw new CustosError('CONFIG_INVALID', 'the gateway needs at least one --node CHAIN=URL');
  for (const chain of config.daemon.nodes.keys()) chains.get(chain);
  const port = portNumber(flags['port']);
  const location = settingValue('queue', flags, config.environment) ?? join(config.home, '.custos', 'queue.db');
  checkDatabaseUrl(location, config.network);
  warnOfPassword(config, log);
  const queue = await openQueue(location);
  const allowed = text(flags['allowedHost']);
  try {
    const gateway = await startGateway({
      chains,
      queue,
      network: config.network,
      nodes: config.daemon.nodes,
      apiKey: Secret.text(apiKey),
      clock,
      log,
      rules: readSigningRules(config.daemon, chains, config.network),
      ...(allowed !== undefined && { allowedHosts: allowed.split(',').map((name) => name.trim()) }),
      host: text(flags['host']) ?? '127.0.0.1',
      port,
    });
    return {
      url: gateway.url,
      async close() {
        await gateway.close();
        await queue.close();
      },
    };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

function portNumber(value: unknown): number {
  const port = value === undefined ? 8645 : Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new CustosError('CONFIG_INVALID', '--port takes a number from 0 to 65535');
  }
  return port;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
