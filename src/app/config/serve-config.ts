import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { wholeNumber } from './command-options.js';
import type { SettingsReader } from './reader.js';

/** Settings of `custos serve` alone. */
export interface ServeConfig {
  readonly host: string;
  readonly port: number;
  /** Further host names under which it is reached. */
  readonly allowedHosts?: readonly string[];
  /** Hosts of webhooks that may be private and plain, with a port or without. */
  readonly webhookHosts?: readonly string[];
  /** For how many days deliveries of webhooks are kept that have ended. */
  readonly webhookDays?: number;
  /** False if other daemons of the store sign what this one accepts. */
  readonly signs: boolean;
  /** Ticker of the chain whose JSON-RPC is at `/`. */
  readonly rpcChain?: string;
  /** The socket for clients of clef, and the file of the token whose rights it has: absolute paths. */
  readonly clef?: { readonly path: string; readonly tokenFile: string };
}

const DEFAULT = '127.0.0.1:8646';

/** @returns undefined for every other command */
export function readServeConfig(read: SettingsReader): ServeConfig | undefined {
  if (!read.isSet('serve')) return undefined;
  const given = read.setting('listen') ?? { value: DEFAULT, from: '--listen' };
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(given.value) ?? [];
  const isAddress = bracketed === undefined ? plain !== undefined : isIP(bracketed) === 6;
  if (!isAddress || Number(port) > 65_535)
    read.refuse(given.from, `${given.from} takes ADDRESS:PORT, such as ${DEFAULT}`);
  const allowedHosts = read.list('allowedHost');
  const webhookHosts = read.list('webhookHost');
  return {
    host: bracketed ?? plain ?? '127.0.0.1',
    port: Number(port ?? 0),
    ...(allowedHosts && { allowedHosts }),
    ...(webhookHosts && { webhookHosts }),
    ...readDays(read),
    signs: !read.isOff('signer'),
    ...readRpc(read),
  };
}

function readDays(read: SettingsReader): Pick<ServeConfig, 'webhookDays'> {
  const given = read.given('webhookDays');
  if (given === undefined) return {};
  return { webhookDays: read.misused('--webhook-days', 1, () => wholeNumber(given, '--webhook-days')) };
}

function readRpc(read: SettingsReader): Pick<ServeConfig, 'rpcChain' | 'clef'> {
  const rpcChain = read.text('rpcChain');
  const path = read.text('clefSocket');
  const tokenFile = read.text('clefTokenFile');
  if ((path === undefined) !== (tokenFile === undefined)) {
    read.refuse('--clef-socket', '--clef-socket and --clef-token-file go together');
  }
  if (path !== undefined && rpcChain === undefined) {
    read.refuse('--clef-socket', '--clef-socket needs --rpc-chain, the chain that it signs for');
  }
  return {
    ...(rpcChain !== undefined && { rpcChain }),
    ...(path !== undefined &&
      tokenFile !== undefined && { clef: { path: resolve(path), tokenFile: resolve(tokenFile) } }),
  };
}
