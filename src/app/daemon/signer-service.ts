import { connect, type Socket } from 'node:net';
import { CustosError } from '../../core/errors.js';
import { checkSignerPlace, isSocketPath } from '../keeper/socket-place.js';

/**
 * Connects to the socket of `custos signer`.
 * @throws CustosError SIGNER_UNREACHABLE; SOCKET_UNSAFE: others could listen in its place
 */
export async function connectTo(path: string): Promise<Socket> {
  if (!isSocketPath(path)) throw new CustosError('SIGNER_UNREACHABLE', `${path} is too long for a socket`);
  await checkSignerPlace(path);
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const text = `the signer service does not answer at ${path} (${cause.code ?? 'no reason given'})`;
      reject(new CustosError('SIGNER_UNREACHABLE', text, { cause }));
    });
  });
}
