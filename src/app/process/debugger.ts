import { url } from 'node:inspector';
import { CustosError } from '../../core/errors.js';

/** Flags of Node that expose a process: to a debugger, or with its memory and environment in a file. */
const doors = [
  '--inspect',
  '--inspect-brk',
  '--inspect-port',
  '--inspect-publish-uid',
  '--inspect-wait',
  '--experimental-network-inspection',
  '--heapsnapshot-near-heap-limit',
  '--heapsnapshot-signal',
  '--report-on-fatalerror',
  '--report-on-signal',
  '--report-uncaught-exception',
] as const;

/**
 * Refuses to continue if a debugger is open or requested, or if Node would write its memory or environment to a file: passwords
 * could be read there.
 * @param nodeOptions - the NODE_OPTIONS that this process was started with
 * @throws CustosError DEBUGGER_OPEN
 */
export function refuseDebugger(nodeOptions: string | undefined): void {
  const options = (nodeOptions ?? '').split(/\s+/);
  for (const given of [...process.execArgv, ...options]) {
    // Node accepts quotes, and underscores instead of dashes.
    const [name] = given.replaceAll('"', '').replaceAll('_', '-').split('=');
    const door = doors.find((flag) => flag === name);
    if (door !== undefined) throw new CustosError('DEBUGGER_OPEN', `Node was started with ${door}`);
  }
  if (url() !== undefined) throw new CustosError('DEBUGGER_OPEN', 'a debugger can be attached to this process');
}
