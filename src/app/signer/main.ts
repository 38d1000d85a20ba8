import { lockFiles, lockNetwork } from '../../signing/lock-down.js';
import type { FromSigner, ToSigner } from '../../signing/messages.js';

// First of all: Node opens a debugger on this signal, unless the process has a handler for it.
process.on('SIGUSR1', () => undefined);

/**
 * The program of the signer process. It locks the network before any dependency is loaded, and the file system as soon as all
 * code is loaded. Only then does it read the first message, which has the password. It ends with its IPC channel.
 */
async function main(): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('the signer process is started by Custos, not by hand');
  lockNetwork();
  const { loadChecks, serveVault } = await import('./vault.js');
  const checks = await loadChecks();
  lockFiles();
  const channel = {
    send: (message: FromSigner) => void send(message),
    onMessage: (listener: (message: ToSigner) => void) => {
      process.on('message', (message) => listener(message as ToSigner));
    },
  };
  serveVault(channel, checks);
}

await main();
