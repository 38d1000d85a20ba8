import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { JournalEntry, State } from '../../core/store/journal.js';
import { makeRequest, submitApproval } from '../approvals/asked.js';
import { signDecision } from '../approvals/decide.js';
import type { ApproverKey } from '../approvals/key-file.js';
import { approvalParts } from '../approvals/parts.js';
import { decodeRequest } from '../approvals/request.js';
import { exportLog } from '../audit/log.js';
import { linesOf, verifyExport } from '../audit/verify.js';
import { endFreeze, freezeLines, readUnfreezeSignature, signUnfreeze } from '../freezes/end.js';
import { freezeMacs } from '../freezes/macs.js';
import { makeFreeze } from '../freezes/make.js';
import type { House } from '../house.js';
import type { Terminal } from '../process/terminal.js';
import { enact, type Keys, makeKeys, paymentPolicy, publish } from './people.js';
import {
  balances,
  coins,
  giveEther,
  type KeyWallet,
  makeWallets,
  minedIn,
  openPlace,
  type Place,
  play,
  type Stage,
  submit,
} from './stage.js';

const SMALL = '0.25';
const LARGE = '2';
const LAST = '0.5';

/** What the act showed, as its last line says it. */
export interface ControlResult {
  readonly small: string;
  readonly large: string;
  readonly afterFreeze: string;
  /** Events of the audit log that were verified with its public key alone. */
  readonly events: number;
}

/**
 * The second act: a policy with a limit, a payment above it that two persons approve, a freeze, and the audit log verified offline.
 * @param say - gets a description of each step
 * @throws CustosError with the failing step in front of its message
 */
export function runControlDemo(terminal: Terminal, say: (line: string) => void): Promise<ControlResult> {
  return play(playControl, { terminal, say });
}

/** The act as far as it is prepared. */
interface Scene extends Pick<Stage, 'say' | 'step'> {
  readonly place: Place;
  readonly house: House;
  readonly keys: Keys;
  readonly constitution: Constitution;
  readonly sender: KeyWallet;
  readonly receiver: KeyWallet;
}

async function playControl(stage: Stage): Promise<ControlResult> {
  const { say } = stage;
  const scene = await prepare(stage);
  const { place, sender, receiver } = scene;
  const before = await balances(place.chain, [sender, receiver]);
  const small = await pay(scene, SMALL, 'completed');
  const large = await payLarge(scene);
  const afterFreeze = await payFrozen(scene);
  const after = await balances(place.chain, [sender, receiver]);
  say(`  receiver ${coins(before[1])} → ${coins(after[1])} ETH`);
  const events = await verifyOffline(stage, scene.house);
  return { small, large, afterFreeze, events };
}

async function prepare(stage: Stage): Promise<Scene> {
  const { say, step, cleanups } = stage;
  const place = await openPlace(stage);
  const house = place.openHouse({});
  const [sender, receiver] = await step('Make a wallet store and two wallets in it', () => makeWallets(house));
  await step('Give the sender 10 ETH on the local blockchain', () => giveEther(place.chain, sender, 10n));
  const away = await mkdtemp(join(tmpdir(), 'custos-demo-keys-'));
  cleanups.push(() => rm(away, { recursive: true, force: true }));
  const keys = await step('Three persons make keys: ada makes rules, bea and ben approve', () => makeKeys(away));
  cleanups.push(() => {
    for (const key of Object.values(keys)) key.wipe();
  });
  const constitution = await step('Enact a constitution that says so', () => enact(house, keys));
  say(`  ${constitution.hash}`);
  const { hash } = await step('Publish a policy that ada has signed', () =>
    publish(house, paymentPolicy({ persons: 2, most: '10' }), keys.ada),
  );
  say('  up to 1 ETH passes, up to 5 ETH needs 2 of treasury, and 10 ETH a day is the limit');
  say(`  ${hash}`);
  return { say, step, place, house, keys, constitution, sender, receiver };
}

/** Asks for a payment and lets a daemon work on it. @returns the id of the pending transaction in the wanted state */
async function pay(scene: Scene, amount: string, wanted: State): Promise<string> {
  const { step, place, sender: from, receiver } = scene;
  const id = await step(`Ask for a payment of ${amount} ETH`, () =>
    submit(place, { from, to: receiver.address, amount }),
  );
  await run(scene, id, wanted);
  return id;
}

async function run({ say, step, place, house }: Scene, id: string, wanted: State): Promise<JournalEntry> {
  const entry = await step('Run the daemon', async () => {
    const flags = { cloudUrl: place.gateway.url, runOnce: true };
    await place.runDaemon(flags);
    return (await house.store()).journal.get(id);
  });
  if (entry === undefined || entry.state !== wanted) {
    throw new CustosError(entry?.errorCode ?? 'INTERNAL', entry?.errorText ?? `transaction ${id} is ${entry?.state}`);
  }
  if (wanted !== 'completed') say(`  ${entry.state}: ${entry.errorText ?? ''}`);
  else say(`  paid: transaction ${entry.txId} is in block ${await minedIn(place.chain, entry.txId ?? '')}`);
  return entry;
}

async function payLarge(scene: Scene): Promise<string> {
  const { keys, step } = scene;
  const id = await pay(scene, LARGE, 'held');
  await step('bea decodes the transaction on her machine and approves it', () => approve(scene, id, keys.bea));
  await step('ben does so, too', () => approve(scene, id, keys.ben));
  await run(scene, id, 'completed');
  return id;
}

async function approve({ house }: Scene, id: string, key: ApproverKey): Promise<void> {
  const parts = await approvalParts(house);
  if (parts === undefined) throw new CustosError('INTERNAL', 'the policy asks for no approval');
  const request = await makeRequest(parts, id);
  const decoded = decodeRequest(house.chains, request);
  const now = house.clock.now();
  await submitApproval(parts, signDecision({ request, decoded, key }, { decision: 'approve', now }));
}

async function payFrozen(scene: Scene): Promise<string> {
  const { house, keys, constitution, step } = scene;
  const store = await house.store();
  const { storeId, freezes } = store;
  const reason = 'a demo of the emergency stop';
  const frozen = await step('ben alone freezes everything', async () => {
    const made = makeFreeze({ storeId, scope: { kind: 'all' }, reason, now: house.clock.now() }, { key: keys.ben });
    await freezes.add(made);
    return made.id;
  });
  const id = await pay(scene, LAST, 'held');
  await step('bea and ben end the freeze', async () => {
    const lines = await freezeLines(store, frozen);
    const signatures = [keys.bea, keys.ben].map((key) => readUnfreezeSignature(signUnfreeze(lines, key), frozen));
    const macs = freezeMacs(await house.rootKey(), storeId);
    await endFreeze(
      { freezes, journal: await house.journal(), storeId, constitution, ...macs },
      { id: frozen, signatures, now: house.clock.now() },
    );
  });
  await run(scene, id, 'completed');
  return id;
}

async function verifyOffline({ say, step, cleanups }: Stage, house: House): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-demo-audit-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'audit.jsonl');
  const means = { store: await house.store(), rootKey: await house.rootKey(), clock: house.clock };
  const { key } = await step('Export the audit log', () => exportLog(means, { file, format: 'jsonl' }));
  const proof = await step('Verify it with its public key alone', () => verifyExport(linesOf(file), key));
  say(`  ${proof.events} events are as they were signed`);
  return proof.events;
}
