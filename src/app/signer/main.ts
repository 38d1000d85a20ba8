import { lockFiles, lockNetwork } from '../../signing/lock-down.js';
import type { FromSigner, ToSigner } from '../../signing/messages.js';

// First of all: Node opens a debugger on this signal, unless somebody else hears it.
process.on('SIGUSR1', () => undefined);

/**
 * The program of the signer process. The network is taken away before any dependency is loaded, the file system as soon
 * as all code is; only then is the first message (with the password in it) read. It ends with its IPC channel.
 */
async function main(): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('the signer process is started by Custos, not by hand');
  lockNetwork();
  const { serveVault } = await import('./vault.js');
  lockFiles();
  serveVault({
    send: (message: FromSigner) => void send(message),
    onMessage: (listener) => {
      process.on('message', (message) => listener(message as ToSigner));
    },
  });
}

await main();
