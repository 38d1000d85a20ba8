import { expect } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import type { Flags } from '../../src/app/config/reader.js';
import { createHouse, type House } from '../../src/app/house.js';
import { initStore } from '../../src/app/store/passwords.js';
import type { Call } from '../../src/cli/spec.js';
import { silentTerminal } from './silent-terminal.js';

type Command = (call: Call) => Promise<number>;

/** What a command has put out. */
export interface Output {
  readonly results: Record<string, unknown>[];
  readonly notes: string[];
}

/** A command with its arguments, on a house that stays open: its own process would derive the store's key each time. */
export async function runInProcess(
  house: House,
  command: Command,
  { args = [], flags = {} }: { readonly args?: readonly string[]; readonly flags?: Flags } = {},
): Promise<Output> {
  const results: unknown[] = [];
  const notes: string[] = [];
  const add = (value: unknown) => void results.push(value);
  const progress = async () => ({ update: () => undefined, stop: () => undefined });
  const note = (text: string) => void notes.push(text);
  const out = { json: add, jsonLine: add, line: add, table: add, note, progress } as Call['out'];
  expect(await command({ args, options: readConfig(flags, {}, undefined).options, house, out })).toBe(0);
  return { results: results as Record<string, unknown>[], notes };
}

/** A house with a new store. @param input - what stands on standard input, each time it is read */
export async function openHouse(home: string, input: () => string = () => ''): Promise<House> {
  const config = readConfig({}, { CUSTOS_PASSWORD: 'correct horse battery staple' }, home);
  const terminal = { ...silentTerminal, readInput: async () => input() };
  const making = createHouse(config, terminal);
  (await initStore(making.location, making.passwords)).wipe();
  await making.close();
  return createHouse(config, terminal);
}
