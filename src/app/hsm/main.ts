import { createFetch } from '../../cloud/fetch.js';
import { noProxies, readProxyRules } from '../../core/network/proxy.js';
import type { HsmAnswer, ToHsm } from '../../hsm/messages.js';
import { serveHsm } from '../../hsm/serve.js';
import { cloudsOf } from './identities.js';

// First of all: Node opens a debugger on this signal, unless the process has a handler for it.
process.on('SIGUSR1', () => undefined);
// A terminal or a service manager signals every process of the group. This one ends with its channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

/**
 * The program of an HSM process. It has neither the password of the store nor a key of it. It may load native code or use the
 * network, which the processes with the store's keys may not.
 */
function main(): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('the HSM process is started by Custos, not by hand');
  serveHsm(
    {
      send: (answer: HsmAnswer) => void send(answer, () => undefined),
      onMessage: (listener) => {
        process.on('message', (message) => listener(message as ToHsm));
      },
    },
    ({ services, proxies, proxyLoopback }) =>
      cloudsOf({
        settings: services,
        ask: createFetch(readProxyRules(proxies, { loopback: proxyLoopback })),
        direct: createFetch(noProxies),
      }),
  );
}

main();
