import { CustosError } from '../../core/errors.js';
import { type ChainId, quote } from '../../core/ids.js';
import { Secret } from '../../core/secret.js';
import { type RunningGateway, startGateway } from '../../gateway/server.js';
import { openQueue } from '../../storage/queue/queue.js';
import { settingValue } from '../config/config.js';
import { absolute } from '../config/paths.js';
import { readSigningRules } from '../config/signing-rules.js';
import type { House } from '../house.js';
import { fetchOf } from '../network/way-out.js';
import { checkDatabaseUrl, warnOfPassword } from '../store/location.js';

/** Opens the queue and listens. @throws CustosError API_KEY_MISSING, CONFIG_INVALID, PORT_IN_USE, STORE_* */
export async function openGateway(house: House): Promise<RunningGateway> {
  const { config, clock, log, chains } = house;
  const { flags } = config;
  const apiKey = settingValue('gatewayKey', {}, config.environment) ?? settingValue('apiKey', {}, config.environment);
  if (apiKey === undefined)
    throw new CustosError('API_KEY_MISSING', 'no key for the gateway is set: CUSTOS_GATEWAY_API_KEY');
  if (config.daemon.nodes.size === 0)
    throw new CustosError('CONFIG_INVALID', 'the gateway needs at least one --node CHAIN=URL');
  checkNodes(house);
  const port = portNumber(flags['port']);
  const given = settingValue('queue', flags, config.environment);
  const location = absolute(given, { home: config.home, name: 'queue.db' });
  if (location === '')
    throw new CustosError('CONFIG_INVALID', 'no home directory is known; name the queue with --queue');
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
      fetch: fetchOf(config),
      apiKey: Secret.text(apiKey),
      clock,
      log,
      rules: readSigningRules(config.daemon, chains, config.network),
      extraMethods: extraMethods(house),
      unclaimedAfter: secondsOf(flags['unclaimedAfter']) * 1000,
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

/** @throws CustosError CHAIN_UNKNOWN, CONFIG_INVALID: nothing of the chain is offered, so its node would never be asked */
function checkNodes({ config, chains }: House): void {
  for (const id of config.daemon.nodes.keys()) {
    const { transfer, spend, pay } = chains.get(id);
    if ((transfer ?? spend ?? pay) === undefined) {
      throw new CustosError('CONFIG_INVALID', `--node ${id}: the gateway offers nothing for ${id}; take the node away`);
    }
  }
}

/** @throws CustosError CHAIN_UNKNOWN, CONFIG_INVALID */
function extraMethods({ config, chains }: House): ReadonlyMap<ChainId, ReadonlySet<string>> {
  const given = config.flags['allowMethod'];
  const extra = new Map<ChainId, Set<string>>();
  for (const item of (Array.isArray(given) ? given : []).flatMap((one) => String(one).split(','))) {
    const [, id = '', method = ''] = /^([^=]+)=([A-Za-z0-9_]{1,100})$/.exec(item.trim()) ?? [];
    if (method === '') throw new CustosError('CONFIG_INVALID', `--allow-method ${quote(item)} is not CHAIN=METHOD`);
    const chain = chains.get(id).id;
    if (!config.daemon.nodes.has(chain)) {
      throw new CustosError('CONFIG_INVALID', `--allow-method ${quote(item)}: there is no --node for ${chain}`);
    }
    extra.set(chain, (extra.get(chain) ?? new Set()).add(method));
  }
  return extra;
}

function secondsOf(value: unknown): number {
  const seconds = value === undefined ? 300 : Number(value);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new CustosError('CONFIG_INVALID', '--unclaimed-after takes a number of seconds from 1 to 86400');
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
