import { absolute } from './paths.js';
import type { SettingsReader } from './reader.js';

/** Settings of `custos gateway` alone; it takes nodes and limits from `DaemonConfig`. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  /** Further host names under which it is reached. */
  readonly allowedHosts?: readonly string[];
  /** Hosts of subscribers that may be private and plain. */
  readonly webhookHosts?: readonly string[];
  /** An absolute path, or the URL of a database; empty if it was not named and there is no home directory. */
  readonly queue: string;
  /** `CHAIN:NAME=ADDRESS,DECIMALS` as given; they are read with the list of chains, like the next two. */
  readonly tokens: readonly string[];
  /** `NAME=FILE` as given. */
  readonly contractFiles: readonly string[];
  /** `CHAIN=ADDRESS` as given. */
  readonly walletFactories: readonly string[];
  /** `CHAIN=METHOD` as given; check.ts reads them with the list of chains. */
  readonly allowedMethods: readonly string[];
  /** Milliseconds until the gateway warns of a pending transaction that no daemon has fetched. */
  readonly unclaimedAfter: number;
}

export function readGatewayConfig(read: SettingsReader, home: string | undefined): GatewayConfig {
  const allowedHosts = read.text('allowedHost')?.split(',');
  const webhookHosts = read.list('webhookHost');
  return {
    host: read.text('host') ?? '127.0.0.1',
    port: read.whole(read.flag('port'), { fallback: 8645, min: 0, max: 65_535 }),
    ...(allowedHosts && { allowedHosts: allowedHosts.map((name) => name.trim()) }),
    ...(webhookHosts && { webhookHosts }),
    queue: absolute(read.setting('queue')?.value, { home, name: 'queue.db' }),
    tokens: read.repeated('currency'),
    contractFiles: read.repeated('contract'),
    walletFactories: read.list('walletFactory') ?? [],
    allowedMethods: read.list('allowMethod') ?? [],
    unclaimedAfter: read.number(read.flag('unclaimedAfter'), { fallback: 300, min: 1, max: 86_400 }) * 1000,
  };
}
