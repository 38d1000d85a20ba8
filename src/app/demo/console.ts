import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { CustosClient } from '../../client/client.js';
import { createClient } from '../../client/index.js';
import { personsTenant } from '../../core/access/persons.js';
import { CustosError } from '../../core/errors.js';
import type { OwnerId } from '../../core/ids.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { readConfig } from '../config/config.js';
import { addPerson, personParts } from '../console/directory.js';
import { passkeyTexts } from '../console/persons.js';
import { createHouse, type House } from '../house.js';
import type { Terminal } from '../process/terminal.js';
import { loginOf } from '../users/logins.js';
import { startLocalChain } from './local-chain.js';
import { enact, type Keys, makeKeys, paymentPolicy, publish } from './people.js';
import { type DemoServer, startServer } from './server.js';
import { CHAIN, CHAIN_ID, giveEther, play, type Stage } from './stage.js';

/** Whoever opens the console is bea, who approves. */
const PERSON = 'bea' as OwnerId;
const SMALL = ['0.25', '0.4', '0.1'];
const LARGE = '2';
/** A small payment each so many milliseconds, so that the console has something to show. */
const PAUSE = 5000;
/** How often it is looked for the passkey, in milliseconds. */
const LOOK = 250;

/** What a person needs to open the console, as one line says it. */
interface ConsoleReady {
  readonly url: string;
  readonly person: string;
  readonly code: string;
  /** The payment that waits. */
  readonly waiting: string;
}

interface ConsoleDemo {
  say(line: string): void;
  onReady(ready: ConsoleReady): void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * A server with payments, an approval to give and signing to stop, until the signal.
 * @throws CustosError with the failing step in front of its message
 */
export function runConsoleDemo(terminal: Terminal, { say, ...demo }: ConsoleDemo): Promise<void> {
  return play((stage) => playConsole(stage, demo), { terminal, say });
}

async function playConsole(stage: Stage, { onReady, signal }: Omit<ConsoleDemo, 'say'>): Promise<void> {
  const { say, step, cleanups } = stage;
  const chain = await step('Start a local blockchain (anvil)', () => startLocalChain(CHAIN_ID));
  cleanups.push(() => chain.close());
  const server = await step('Start custos serve in an empty home: it makes a store and a first token', () =>
    startServer(stage, chain.url),
  );
  const house = openHouse(stage, server);
  const keys = await step('Make keys for ada, who makes rules, and for bea and ben, who approve', () => keysOf(stage));
  const constitution = await step('Enact a constitution that says so', () => enact(house, keys));
  await step('Publish a policy: up to 1 ETH passes, up to 5 ETH needs 1 of treasury', () =>
    publish(house, paymentPolicy({ persons: 1, most: '20' }), keys.ada),
  );
  const custos = createClient({ url: server.url, token: server.token });
  const [ann, bob] = await step('Make a wallet for each of two users, ann and bob, and give ann 10 ETH', async () => {
    const made = await Promise.all([walletOf(custos, 'ann'), walletOf(custos, 'bob')]);
    await giveEther(chain, made[0], 10n);
    return made;
  });
  const pay = payer(custos, { from: ann.id, to: bob.address });
  await step(`Pay ${SMALL.join(', ')} ETH`, async () => {
    for (const amount of SMALL) await (await pay(amount)).wait();
  });
  const { id } = await step(`Ask for a payment of ${LARGE} ETH, which waits for a person`, () => pay(LARGE));
  const persons = await partsOf(house);
  const code = await step('Let bea log in to the console', () => addPerson(persons, PERSON));
  const url = `${server.url.replace('127.0.0.1', 'localhost')}/console`;
  say('');
  say(`  Open ${url} in a browser of this machine, choose "First login", and type ${code}`);
  say('  Then approve the payment that waits, or press "Stop signing" and see the next payment wait.');
  say('  Every five seconds there is a small payment. Ctrl-C ends the demo and deletes everything.');
  onReady({ url, person: PERSON, code, waiting: id });
  await Promise.all([
    enactPasskeys({ house, keys, constitution, say }, persons, signal),
    untilEnd(signal, PAUSE, async () => void (await pay('0.01').catch(() => undefined))),
  ]);
}

function openHouse({ terminal, cleanups }: Stage, { home, password }: DemoServer): House {
  const config = readConfig({ testnet: true, logLevel: 'silent' }, { CUSTOS_PASSWORD: password }, home);
  const house = createHouse(config, terminal);
  cleanups.push(() => house.close());
  return house;
}

async function keysOf({ cleanups }: Stage): Promise<Keys> {
  const away = await mkdtemp(join(tmpdir(), 'custos-demo-keys-'));
  cleanups.push(() => rm(away, { recursive: true, force: true }));
  const keys = await makeKeys(away);
  cleanups.push(() => {
    for (const key of Object.values(keys)) key.wipe();
  });
  return keys;
}

async function walletOf(custos: CustosClient, owner: string) {
  const made = await custos.call('createWallet', {
    body: { chain: CHAIN, owner, kind: 'key', label: `${owner} main` },
  });
  if (!('id' in made) || made.address === null) throw new CustosError('INTERNAL', 'one wallet was not made');
  return { id: made.id, address: made.address };
}

function payer(custos: CustosClient, { from, to }: { readonly from: string; readonly to: string }) {
  let count = 0;
  return (amount: string) => {
    count += 1;
    const request = { kind: 'transfer', chain: CHAIN, from: { wallet: from }, to, amount } as const;
    return custos.submit({ ...request, reference: `payout-${count}` }, { idempotencyKey: `payout-${count}` });
  };
}

async function partsOf(house: House) {
  await house.journal();
  const { clock } = house;
  return personParts({ store: await house.store(), rootKey: await house.rootKey(), vault: await house.vault(), clock });
}

interface Enacting {
  readonly house: House;
  readonly keys: Keys;
  readonly constitution: Constitution;
  say(line: string): void;
}

/** Puts each new passkey of bea into the next constitution, as the admins of a real one do by hand. */
async function enactPasskeys(
  { house, keys, constitution, say }: Enacting,
  persons: Awaited<ReturnType<typeof partsOf>>,
  signal: AbortSignal,
): Promise<void> {
  let before = constitution;
  let known = 0;
  await untilEnd(signal, LOOK, async () => {
    const login = await loginOf(persons, persons.vault.index.owner(personsTenant, PERSON));
    const found = passkeyTexts(login, 'localhost');
    if (found.length === known) return;
    before = await enact(house, keys, { before, keysOfBea: found });
    known = found.length;
    say(
      `  bea has made a passkey. Constitution ${before.version}, which ada signed, has it among her keys: it counts.`,
    );
  });
}

/** Does something again and again, after a pause. */
async function untilEnd(signal: AbortSignal, pause: number, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await wait(pause, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await work();
  }
}
