// Custos inside a program: a store, a wallet, a judge and a source of the program's own, and one payment.
// Needs a development node such as anvil: node embed.mjs http://127.0.0.1:8545 31337
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStore, Secret } from 'custos-kms';

const [nodeUrl = 'http://127.0.0.1:8545', chainId = '31337'] = process.argv.slice(2);
const receiver = '0x1111111111111111111111111111111111111111';

// A judge sees what the bytes do, decoded, before they are signed. This one pays one receiver, and little.
const judge = {
  name: 'small-payments',
  async decide({ summary }) {
    const isSmall = summary.value !== undefined && summary.value.amount <= 10n ** 16n;
    if (summary.to?.toLowerCase() === receiver && isSmall && summary.tokens.length === 0) return { kind: 'allow' };
    return { kind: 'deny', rule: 'receiver-and-amount', reason: `not a small payment to ${receiver}` };
  },
};

// The program's own queue: it lists payments, and gets their results.
const queue = [];
const done = new Map();
const source = {
  pending: async (chain) => queue.filter((one) => one.chain === chain && !done.has(one.id)),
  completed: async (id, txId) => void done.set(id, txId),
  failed: async (id, error, final) => void (final && done.set(id, error)),
};

const directory = await mkdtemp(join(tmpdir(), 'custos-embed-'));
const password = Secret.text('a password from your secret manager');
const { store, recoveryKey } = await createStore({ location: join(directory, 'store.db'), password });
recoveryKey.wipe(); // In a real program a person writes it down first.
try {
  const wallet = await store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key', label: 'payouts' });
  await giveCoins(wallet.address);
  const payment = (id, value) => ({
    id,
    chain: 'ETH',
    keys: [{ signatureId: wallet.signatureId }],
    unsigned: JSON.stringify({ to: receiver, value }),
  });
  queue.push(payment('invoice-1', '1000000000000000'), payment('invoice-2', '1000000000000000000'));

  const developmentChainIds = { ETH: Number(chainId) };
  const carrier = await store.carrier({
    network: 'testnet',
    nodes: { ETH: nodeUrl },
    judges: [judge],
    source,
    developmentChainIds,
  });
  const round = await carrier.runOnce();
  // What is sent completes when its block is there: a program asks again, as here, or with its next round.
  let again = await carrier.carry(queue[0]);
  while (again.state === 'broadcast') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    again = await carrier.carry(queue[0]);
  }
  process.stdout.write(
    `${JSON.stringify({ address: wallet.address, round, again, done: Object.fromEntries(done) })}\n`,
  );
} finally {
  await store.close();
  password.wipe();
  await rm(directory, { recursive: true });
}

/** Takes coins from the development node, which gives them to anyone. */
async function giveCoins(address) {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'anvil_setBalance',
    params: [address, '0xde0b6b3a7640000'],
  });
  await fetch(nodeUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}
