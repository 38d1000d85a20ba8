import type { CustosClient } from '../../client/client.js';
import { createClient } from '../../client/index.js';
import { CustosError } from '../../core/errors.js';
import type { Terminal } from '../process/terminal.js';
import { startLocalChain } from './local-chain.js';
import { startServer } from './server.js';
import { balances, CHAIN, CHAIN_ID, coins, giveEther, type KeyWallet, minedIn, play, type Stage } from './stage.js';

const AMOUNT = '0.25';
/** The key under which the application asks for the payment, however often it asks. */
const KEY = 'withdrawal-1';

/** What the act showed, as its last line says it. */
export interface ApiResult {
  readonly id: string;
  readonly txId: string;
  readonly block: number;
}

/**
 * The third act: an application that has only a URL and a token makes wallets for its users and pays.
 * @param say - gets a description of each step
 * @throws CustosError with the failing step in front of its message
 */
export function runApiDemo(terminal: Terminal, say: (line: string) => void): Promise<ApiResult> {
  return play(playApi, { terminal, say });
}

async function playApi(stage: Stage): Promise<ApiResult> {
  const { say, step, cleanups } = stage;
  const chain = await step('Start a local blockchain (anvil)', () => startLocalChain(CHAIN_ID));
  cleanups.push(() => chain.close());
  const { url, token } = await step('Start custos serve in an empty home: it makes a store and a first token', () =>
    startServer(stage, chain.url),
  );
  say(`  it listens on ${url}`);
  const custos = createClient({ url, token });
  const [ann, bob] = await step('Make a wallet for each of two users, ann and bob', () =>
    Promise.all([walletOf(custos, 'ann'), walletOf(custos, 'bob')]),
  );
  say(`  ann ${ann.address}`);
  say(`  bob ${bob.address}`);
  await step('Give ann 1 ETH on the local blockchain', () => giveEther(chain, ann, 1n));
  const before = await balances(chain, [ann, bob]);
  const from = { wallet: ann.id };
  const request = { kind: 'transfer', chain: CHAIN, from, to: bob.address, amount: AMOUNT } as const;
  const { summary } = await step(`Ask what a payment of ${AMOUNT} ETH from ann to bob would do`, () =>
    custos.preview(request),
  );
  say(`  ${summary.text}`);
  const payment = await step('Ask for it, under a key of the application', () =>
    custos.submit(request, { idempotencyKey: KEY }),
  );
  const again = await step('Ask again, as after a lost answer', () => custos.submit(request, { idempotencyKey: KEY }));
  if (again.id !== payment.id) throw new CustosError('INTERNAL', 'one key gave two payments');
  say(`  both are transaction ${payment.id}`);
  const { txId } = await step('Wait until it is sent', () => payment.wait());
  const block = await step('Wait until it is in a block', () => minedIn(chain, txId ?? ''));
  say(`  paid: transaction ${txId} is in block ${block}`);
  const after = await balances(chain, [ann, bob]);
  say(`  ann ${coins(before[0])} → ${coins(after[0])} ETH (the rest of the difference is the fee)`);
  say(`  bob ${coins(before[1])} → ${coins(after[1])} ETH`);
  return { id: payment.id, txId: txId ?? '', block };
}

interface UserWallet extends Pick<KeyWallet, 'address'> {
  readonly id: string;
}

async function walletOf(custos: CustosClient, owner: string): Promise<UserWallet> {
  const made = await custos.call('createWallet', { body: { chain: CHAIN, owner, kind: 'key' } });
  if (!('id' in made) || made.address === null) throw new CustosError('INTERNAL', 'one wallet was not made');
  return { id: made.id, address: made.address };
}
