import { createServer, type Server } from 'node:http';
import { CustosError } from '../../core/errors.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { Flags } from '../config/reader.js';
import type { House } from '../house.js';
import type { Terminal } from '../process/terminal.js';
import {
  balances,
  coins,
  giveEther,
  makeWallets,
  minedIn,
  openPlace,
  type Place,
  play,
  type Stage,
  submit,
} from './stage.js';

const AMOUNT = '0.25';

export interface DemoResult {
  readonly txId: string;
  readonly block: number;
  readonly signedBy: string;
}

/**
 * The whole product on a local blockchain: store, wallets, gateway, four-eye approver, daemon with its processes.
 * @param say - gets a description of each step
 * @throws CustosError with the failing step in front of its message
 */
export function runDemo(terminal: Terminal, say: (line: string) => void): Promise<DemoResult> {
  return play(playDemo, { terminal, say });
}

async function playDemo(stage: Stage): Promise<DemoResult> {
  const { say, step, cleanups } = stage;
  const place = await openPlace(stage);
  const { chain, gateway, apiKey, openHouse } = place;
  const house = openHouse({});
  const [sender, receiver] = await step('Make a wallet store and two wallets in it', () => makeWallets(house));
  say(`  sender   ${sender.address}  signature ID ${sender.signatureId}`);
  say(`  receiver ${receiver.address}  signature ID ${receiver.signatureId}`);
  await step('Give the sender 1 ETH on the local blockchain', () => giveEther(chain, sender, 1n));
  const before = await balances(chain, [sender, receiver]);
  const id = await step(`Ask the gateway to transfer ${AMOUNT} ETH, naming only the signature ID`, () =>
    submit({ gateway, apiKey }, { from: sender, to: receiver.address, amount: AMOUNT }),
  );
  say(`  pending transaction ${id}`);
  const approver = await step('Start a four-eye approver', () => startApprover(say));
  cleanups.push(() => approver.close());
  const flags = { externalUrl: approver.url, externalUrlMethod: 'POST', cloudUrl: gateway.url, runOnce: true };
  const signedBy = await step('Run the daemon: pull, decode, ask the approver, sign, record, broadcast', () =>
    runOnce(place, flags, say),
  );
  for (const { event } of await (await house.store()).journal.events(id)) say(`  journal: ${event}`);
  const { txId = '' } = await finished(house, id);
  const block = await step('Wait until the transaction is in a block', () => minedIn(chain, txId));
  say(`  transaction ${txId} is in block ${block}`);
  const after = await balances(chain, [sender, receiver]);
  say(`  sender   ${coins(before[0])} → ${coins(after[0])} ETH (the rest of the difference is the fee)`);
  say(`  receiver ${coins(before[1])} → ${coins(after[1])} ETH`);
  return { txId, block, signedBy };
}

async function runOnce(place: Place, flags: Flags, say: (line: string) => void): Promise<string> {
  let signedBy = '';
  await place.runDaemon(flags, (pid) => {
    if (signedBy !== '') return;
    signedBy = `signer process ${pid}`;
    say(`  keys are opened only in the ${signedBy}`);
  });
  return signedBy;
}

async function finished(house: House, id: string): Promise<JournalEntry> {
  const entry = await (await house.store()).journal.get(id);
  if (entry?.state === 'completed') return entry;
  throw new CustosError(entry?.errorCode ?? 'INTERNAL', entry?.errorText ?? `transaction ${id} is ${entry?.state}`);
}

interface Approver {
  readonly url: string;
  close(): Promise<void>;
}

/** A four-eye service that reads the summary aloud and says yes. */
async function startApprover(say: (line: string) => void): Promise<Approver> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
      const summary = typeof asked === 'object' && asked !== null && 'summary' in asked ? asked.summary : undefined;
      const text =
        typeof summary === 'object' && summary !== null && 'text' in summary ? summary.text : 'nothing readable';
      say(`  decoded: ${String(text)}`);
      say('  four-eye approver: allowed');
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"decision":"APPROVE"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/approve`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
