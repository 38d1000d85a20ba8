import { createToken, tokenParts } from '../../dist/app/access/tokens.js';
import { keyOfLog } from '../../dist/app/audit/log.js';
import { readConfig } from '../../dist/app/config/config.js';
import { addPerson, personParts } from '../../dist/app/console/directory.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { initStore } from '../../dist/app/store/passwords.js';
import { type CustosClient, createClient } from '../../dist/client/index.js';
import { applicationScopes } from '../../dist/core/access/scopes.js';
import { defaultTenant } from '../../dist/core/ids.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { makeHome, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { silentTerminal } from '../support/silent-terminal.js';

const PASSWORD = 'a password of the console';

/** A server that signs on a chain of its own. */
export interface ConsolePlace {
  /** `http://localhost:PORT` */
  readonly url: string;
  readonly house: House;
  readonly chain: Anvil;
  /** An application that pays. */
  readonly client: CustosClient;
  /** The key line of the audit log. */
  logKey(): Promise<string>;
  /** A code for the first login of a person. */
  code(person: string): Promise<string>;
  close(): Promise<void>;
}

export async function openPlace(flags: readonly string[] = []): Promise<ConsolePlace> {
  const home = makeHome();
  const env = { CUSTOS_PASSWORD: PASSWORD };
  const house = createHouse(readConfig({ testnet: true }, { ...storeOf(home), ...env }, home), silentTerminal);
  const [chain] = await Promise.all([
    startAnvil({ chainId: 31_337 }),
    initStore(house.location, house.passwords).then((key) => key.wipe()),
  ]);
  const given = ['serve', '--testnet', '--node', `ETH=${chain.url}`, '--chain-id', 'ETH=31337'];
  const listen = flags.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const server = start([...given, ...listen, ...flags], { home, env });
  const url = await listening(server);
  const store = await house.store();
  await house.journal();
  const means = { store, rootKey: await house.rootKey(), clock: house.clock };
  const wanted = { tenant: defaultTenant, name: 'application', scopes: applicationScopes };
  const { text } = await createToken(tokenParts(means), wanted);
  const persons = personParts({ ...means, vault: await house.vault() });
  return {
    url: url.replace('127.0.0.1', 'localhost'),
    ...{ house, chain },
    client: createClient({ url, token: text.exposeText() }),
    logKey: async () => keyOfLog(store, await house.rootKey()),
    code: (person) => addPerson(persons, person),
    async close() {
      await server.kill('SIGTERM');
      await house.close();
      await chain.close();
      removeHome(home);
    },
  };
}

async function listening(server: Running): Promise<string> {
  const line = await server.line(/"url": "http/);
  return /"url": "([^"]+)"/.exec(line)?.[1] ?? '';
}
