import { resolve } from 'node:path';
import type { SettingsReader } from './reader.js';

/** Settings of `custos signer`, and of a daemon that uses it. */
export interface SignerConfig {
  /** Socket of the signer service that signs for this daemon: an absolute path. */
  readonly at?: string;
  /** Socket on which `custos signer` listens: an absolute path. */
  readonly socket?: string;
  /** File in which a keeper keeps its state: an absolute path. */
  readonly state?: string;
  /** Socket through which whoever may open it freezes: an absolute path. */
  readonly control?: string;
  /** Whether `custos signer` makes wallets for daemons. */
  readonly mayCreate: boolean;
  /** The group of the sockets may connect too. */
  readonly forGroup: boolean;
  /** The only store that `custos signer` opens: 32 hexadecimal digits. */
  readonly storeId?: string;
}

export function readSignerConfig(read: SettingsReader): SignerConfig {
  const at = read.setting('signer')?.value;
  const socket = read.text('socket');
  const state = read.setting('signerState')?.value;
  const control = read.text('controlSocket');
  const storeId = read.text('storeId');
  if (storeId !== undefined && !/^[0-9a-f]{32}$/.test(storeId)) {
    read.refuse('--store-id', '--store-id takes 32 hexadecimal digits, as `custos doctor` shows them');
  }
  return {
    ...(at !== undefined && { at: resolve(at) }),
    ...(socket !== undefined && { socket: resolve(socket) }),
    ...(state !== undefined && { state: resolve(state) }),
    ...(control !== undefined && { control: resolve(control) }),
    mayCreate: read.isSet('createWallets'),
    forGroup: read.isSet('socketForGroup'),
    ...(storeId !== undefined && { storeId }),
  };
}
