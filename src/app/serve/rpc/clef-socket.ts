import type { Server } from 'node:net';
import type { Authenticator } from '../../../api/authenticator.js';
import type { RpcParts } from '../../../api/rpc/parts.js';
import { answerSocket } from '../../../api/rpc/socket.js';
import { CustosError } from '../../../core/errors.js';
import type { ServeConfig } from '../../config/serve-config.js';
import { readSecretFile } from '../../daemon/secret-file.js';
import { listenPrivately } from '../../keeper/socket.js';

/** The socket for clients of clef while it listens. */
export interface ClefSocket {
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
    authenticate: () => authenticator.authenticate(header(), '127.0.0.1'),
    chain: () => chain,
  };
  const open = new Set<{ destroy(): void }>();
  const server = await listenPrivately({
    path,
    forGroup: false,
    onFront(socket) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      answerSocket(socket, session);
    },
  });
  return { close: () => closed(server, open).finally(() => secret.wipe()) };
}

function closed(server: Server, open: ReadonlySet<{ destroy(): void }>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}
