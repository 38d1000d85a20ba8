import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { show } from '../../dist/cli/commands/transaction.js';
import type { Call } from '../../dist/cli/spec.js';
import type { Environment } from './custos.js';
import { storeOf } from './home-store.js';
import { silentTerminal } from './silent-terminal.js';

/** The journal's story of one transaction. */
export interface Story {
  readonly state: string;
  readonly signed?: string;
  readonly completed?: string;
  readonly txId?: string;
  readonly attempts: number;
  readonly error?: { readonly code: string; readonly message: string };
  readonly events: readonly { readonly event: string }[];
}

/** What `custos transaction show --json` prints, without a start of the program: tests ask for hundreds of stories. */
export async function storyOf(home: string, env: Environment, id: string): Promise<Story> {
  const config = readConfig({}, { ...storeOf(home), ...env }, home);
  const house = createHouse(config, silentTerminal);
  const said: unknown[] = [];
  const out = { json: (value: unknown) => void said.push(value), note: () => undefined } as unknown as Call['out'];
  try {
    await show({ args: [id], options: config.options, house, out });
  } finally {
    await house.close();
  }
  return JSON.parse(JSON.stringify(said[0], (_name, value) => (typeof value === 'bigint' ? String(value) : value)));
}
