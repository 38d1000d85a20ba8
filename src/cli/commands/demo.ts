import { runApiDemo } from '../../app/demo/api.js';
import { runControlDemo } from '../../app/demo/control.js';
import { runDemo } from '../../app/demo/demo.js';
import type { Run } from '../spec.js';

export const demo: Run = async ({ house, out }) => {
  out.jsonLine(await runDemo(house.terminal, (line) => out.line(line)));
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
