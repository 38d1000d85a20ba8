// First of all, before anything is loaded: Node opens a debugger on this signal, unless somebody else hears it.
process.on('SIGUSR1', () => undefined);
// The supervisor decides, for itself and the front; with `nohup`, only it was told to ignore this signal.
process.on('SIGHUP', () => undefined);

/**
 * The program of a daemon's front, which the supervisor starts. It has network and store, and never the password: the settings
 * that it gets lead to none, and the keeper at the other end of its stream gives out only the keys that a front may have.
 */
async function main(): Promise<void> {
  // Without a supervisor there is no keeper, and the next daemon may be starting: this one ends as the supervisor was ended.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  const { serveFront } = await import('./serve-front.js');
  process.exitCode = await serveFront(process);
  process.removeAllListeners('disconnect');
  process.disconnect?.();
}

await main();
