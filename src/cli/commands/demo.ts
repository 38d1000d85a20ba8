import { runApiDemo } from '../../app/demo/api.js';
import { runConsoleDemo } from '../../app/demo/console.js';
import { runControlDemo } from '../../app/demo/control.js';
import { runDemo } from '../../app/demo/demo.js';
import type { Run } from '../spec.js';

export const demo: Run = async ({ house, options, out }) => {
  const say = (line: string) => out.line(line);
  if (!options.console) {
    out.jsonLine(await runDemo(house.terminal, say));
    return 0;
  }
  const end = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end.abort());
  await runConsoleDemo(house.terminal, { say, onReady: (ready) => out.jsonLine(ready), signal: end.signal });
  return 0;
};

export const control: Run = async ({ house, out }) => {
  out.jsonLine(await runControlDemo(house.terminal, (line) => out.line(line)));
  return 0;
};

export const api: Run = async ({ house, out }) => {
  out.jsonLine(await runApiDemo(house.terminal, (line) => out.line(line)));
  return 0;
};
