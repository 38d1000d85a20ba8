import type { Terminal } from '../../src/app/process/terminal.js';

/** Nobody: whoever is asked fails the test. */
export const silentTerminal: Terminal = {
  interactive: false,
  note: () => undefined,
  clear: () => undefined,
  askHidden: () => Promise.reject(new Error('nobody is asked in a test')),
  ask: () => Promise.reject(new Error('nobody is asked in a test')),
  confirm: () => Promise.reject(new Error('nobody is asked in a test')),
  readInput: () => Promise.reject(new Error('nothing is read in a test')),
};
