import type { Socket } from 'node:net';
import type { Authenticator } from '../../../api/authenticator.js';
import { withUser } from '../../../api/caller.js';
import type { RpcParts } from '../../../api/rpc/parts.js';
import { type AnsweredSocket, answerSocket } from '../../../api/rpc/socket.js';
import { CustosError } from '../../../core/errors.js';
import type { ServeConfig } from '../../config/serve-config.js';
import { readSecretFile } from '../../daemon/secret-file.js';
import { listenPrivately, type PrivateSocket } from '../../keeper/socket.js';

/** How long `close` waits for calls that were taken, in milliseconds; as long as the API does. */
const GRACE = 5_000;

/** The socket for clients of clef while it listens. */
export interface ClefSocket {
  /** Takes no new calls, and ends each connection when its calls are answered. */
  close(): Promise<void>;
}

/**
 * Opens the socket for clients of clef: only this user may connect (0600), and calls have the rights of the token in a file.
 * @throws CustosError SOCKET_UNSAFE, SIGNER_RUNNING, CONFIG_INVALID
 */
export async function openClefSocket(
  { path, tokenFile }: NonNullable<ServeConfig['clef']>,
  { parts, authenticator }: { readonly parts: RpcParts; readonly authenticator: Authenticator },
): Promise<ClefSocket> {
  const { chain } = parts;
  if (chain === undefined) throw new CustosError('CONFIG_INVALID', '--clef-socket needs --rpc-chain');
  const { secret, isOpenToOthers } = await readSecretFile(tokenFile, 'token');
  if (isOpenToOthers)
    throw new CustosError('CONFIG_INVALID', `others may read ${tokenFile}: run chmod 600 ${tokenFile}`);
  const header = () => `Bearer ${secret.exposeText()}`;
  const session = {
    parts,
    // Whoever is on this machine comes from it.
    authenticate: async () =>
      withUser(await authenticator.authenticate(header(), { address: '127.0.0.1' }), undefined, parts.users),
    chain: () => chain,
  };
  const open = new Map<Socket, AnsweredSocket>();
  const server = await listenPrivately({
    path,
    forGroup: false,
    onFront(socket) {
      open.set(socket, answerSocket(socket, session));
      socket.on('close', () => open.delete(socket));
    },
  });
  return { close: () => closed(server, open).finally(() => secret.wipe()) };
}

function closed(server: PrivateSocket, open: ReadonlyMap<Socket, AnsweredSocket>): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      for (const socket of open.keys()) socket.destroy();
    }, GRACE);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    for (const answered of open.values()) answered.drain();
  });
}
