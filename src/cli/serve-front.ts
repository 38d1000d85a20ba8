import { Socket } from 'node:net';
import { examineFrontConfig } from '../app/config/config.js';
import { createHouse } from '../app/house.js';
import { refuseDebugger } from '../app/process/debugger.js';
import { createTerminal } from '../app/process/standard-terminal.js';
import { FrontLink } from '../app/supervisor/front-link.js';
import { type FromFront, KEEPER_STREAM, type ToFront } from '../app/supervisor/messages.js';
import { asCustosError } from '../core/errors.js';
import { serveDaemon } from './commands/daemon.js';
import { dropNodeDebug } from './node-debug.js';
import { output } from './output.js';
import { tellError } from './tell.js';

/** Serves in this process until the supervisor says stop, or a signal does. @returns the exit code */
export async function serveFront(process: NodeJS.Process): Promise<number> {
  dropNodeDebug(process);
  const link = linkOf(process);
  const { flags, environment, home } = await link.settings;
  try {
    refuseDebugger(undefined);
    return await serve(link, examineFrontConfig({ flags, environment, home }), process);
  } catch (thrown) {
    const { code } = asCustosError(thrown);
    if (code !== 'PASSWORD_WRONG') link.tellWaiting();
    // The supervisor says so, and how the keeper ended.
    if (code === 'SIGNER_UNREACHABLE') {
      link.onLost();
      return 1;
    }
    return tellError(thrown, { command: 'daemon', environment, home });
  }
}

async function serve(
  link: FrontLink,
  config: ReturnType<typeof examineFrontConfig>,
  process: NodeJS.Process,
): Promise<number> {
  const house = createHouse(config, { ...createTerminal(output.note), interactive: false });
  link.logTo(house.log);
  const stop = new AbortController();
  const end = (reason: unknown) => stop.abort(reason);
  // A terminal or a service manager signals every process; the supervisor says the same once more.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(signal));
  link.stop.addEventListener('abort', () => end(link.stop.reason));
  if (link.stop.aborted) end(link.stop.reason);
  try {
    const onListening = (url: string) => output.json({ url });
    return await serveDaemon(house, { keeper: link, signal: stop.signal, onListening });
  } finally {
    await house.close();
  }
}

function linkOf(process: NodeJS.Process): FrontLink {
  return new FrontLink({
    // What cannot be sent has no reader any more; the channel's end follows.
    send: (message: FromFront) => void process.send?.(message, () => undefined),
    onMessage: (listener) => void process.on('message', (message) => listener(message as ToFront)),
    stream: () => new Socket({ fd: KEEPER_STREAM, readable: true, writable: true }),
  });
}
