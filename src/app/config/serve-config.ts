import { isIP } from 'node:net';
import type { SettingsReader } from './reader.js';

/** Settings of `custos serve` alone. */
export interface ServeConfig {
  readonly host: string;
  readonly port: number;
  /** Further host names under which it is reached. */
  readonly allowedHosts?: readonly string[];
  /** False if other daemons of the store sign what this one accepts. */
  readonly signs: boolean;
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
  return {
    host: bracketed ?? plain ?? '127.0.0.1',
    port: Number(port ?? 0),
    ...(allowedHosts && { allowedHosts }),
    signs: !read.isOff('signer'),
  };
}
