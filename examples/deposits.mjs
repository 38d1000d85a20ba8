// Deposit addresses: a wallet for each user, and what arrives is swept into the treasury.
// Needs `custos serve` and the node that it uses: node deposits.mjs http://127.0.0.1:8646 TOKEN_FILE NODE_URL TREASURY
import { readFileSync } from 'node:fs';
import { CustosApiError, createClient } from 'custos-kms/client';

const [url = 'http://127.0.0.1:8646', tokenFile = 'custos.token', nodeUrl = 'http://127.0.0.1:8545', treasury = ''] =
  process.argv.slice(2);
const custos = createClient({ url, token: readFileSync(tokenFile, 'utf8').trim() });
const COIN = 10n ** 18n;
/** Kept back for the fee of the sweep; smaller deposits stay until there is more. */
const RESERVE = COIN / 100n;

const users = ['user-17', 'user-18', 'user-19'];
const wallets = [];
for (const owner of users) {
  // Made once: the same owner gets the same wallet, however often it is asked for.
  const wallet = await custos.call('createWallet', { body: { chain: 'ETH', kind: 'key', owner } });
  wallets.push(wallet);
}

// In a real program users send coins to their addresses. Here a development node gives two of them some.
const before = await Promise.all(wallets.map(({ address }) => node('eth_getBalance', [address, 'latest'])));
if (before.every((balance) => BigInt(balance) === 0n)) {
  await node('anvil_setBalance', [wallets[0].address, `0x${(2n * COIN).toString(16)}`]);
  await node('anvil_setBalance', [wallets[1].address, `0x${(RESERVE / 2n).toString(16)}`]);
}

const swept = await Promise.all(wallets.map(sweep));
process.stdout.write(
  `${JSON.stringify(wallets.map(({ owner, address }, at) => ({ owner, address, ...swept[at] })))}\n`,
);

async function sweep({ id, address }) {
  const [balance, nonce] = await Promise.all([
    node('eth_getBalance', [address, 'latest']),
    node('eth_getTransactionCount', [address, 'latest']),
  ]);
  const units = BigInt(balance) - RESERVE;
  if (units <= 0n) return { swept: null };
  const amount = `${units / COIN}.${String(units % COIN).padStart(18, '0')}`;
  const request = { kind: 'transfer', chain: 'ETH', from: { wallet: id }, to: treasury, amount, maxFee: '0.01' };
  try {
    // One sweep for each number of the address: two programs that sweep at once cannot sweep twice.
    const payment = await custos.submit(request, { idempotencyKey: `sweep-${id}-${Number(nonce)}` });
    const { txId } = await payment.wait({ until: 'completed' });
    return { swept: amount, txId };
  } catch (error) {
    // Coins came between two sweeps of the same number: the one that is on its way comes first.
    if (error instanceof CustosApiError && error.code === 'IDEMPOTENCY_KEY_REUSED') return { swept: null };
    throw error;
  }
}

async function node(method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(nodeUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await answer.json()).result;
}
