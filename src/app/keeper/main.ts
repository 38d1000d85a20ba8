import { forkNeeds, takeForkDoor } from '../../signing/keeper/fork-door.js';
import { lockFiles, lockNetwork } from '../../signing/lock-down.js';
import { signerProgramBelow } from '../signer/program.js';
import type { FromKeeper, ToKeeper } from './messages.js';
import { serveFronts } from './serve.js';

// First of all: Node opens a debugger on this signal, unless the process has a handler for it.
process.on('SIGUSR1', () => undefined);
// A service manager or a terminal signals every process of the service. The keeper ends with its channel.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

/**
 * The program of the keeper. It has no code but Custos's own. It takes the one door that it needs, which starts signer processes
 * and nothing else, and locks network and files. Only then does it read the first message, which has the password.
 */
function main(): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('the keeper is started by Custos, not by hand');
  const program = signerProgramBelow(process.execArgv);
  const start = takeForkDoor(program);
  lockNetwork(forkNeeds);
  lockFiles();
  serveFronts(
    {
      // What cannot be sent has no reader any more; the channel's end follows.
      send: (message: FromKeeper) => void send(message, () => undefined),
      onMessage: (listener) => {
        process.on('message', (message) => listener(message as ToKeeper));
      },
      onEnd: (listener) => {
        process.on('disconnect', listener);
      },
    },
    program,
    start,
  );
}

main();
