// Withdrawals of an exchange: each is paid once, whatever ends in the middle.
// Needs `custos serve`: node withdrawals.mjs http://127.0.0.1:8646 TOKEN_FILE WALLET_ID
import { readFileSync } from 'node:fs';
import { CustosApiError, CustosTransactionError, CustosWaitTimeout, createClient } from 'custos-kms/client';

const [url = 'http://127.0.0.1:8646', tokenFile = 'custos.token', wallet = ''] = process.argv.slice(2);
const custos = createClient({ url, token: readFileSync(tokenFile, 'utf8').trim() });

// Rows of the exchange's own database. The number of a withdrawal is its idempotency key: after a crash the exchange goes
// through its open rows once more, and each of them comes back to the transaction that it has already.
const withdrawals = [
  { number: 4711, to: '0x1111111111111111111111111111111111111111', amount: '0.5', state: 'open' },
  { number: 4712, to: '0x2222222222222222222222222222222222222222', amount: '0.25', state: 'open' },
  { number: 4713, to: 'not an address', amount: '1', state: 'open' },
];

for (const row of withdrawals) Object.assign(row, await pay(row));
// As after a crash that lost what the first round wrote.
for (const row of withdrawals.filter(({ state }) => state === 'paid')) {
  row.again = (await pay(row)).txId === row.txId;
}
process.stdout.write(`${JSON.stringify(withdrawals)}\n`);

async function pay({ number, to, amount }) {
  const request = { kind: 'transfer', chain: 'ETH', from: { wallet }, to, amount, reference: `withdrawal-${number}` };
  try {
    const payment = await custos.submit(request, { idempotencyKey: `withdrawal-${number}` });
    const { txId } = await payment.wait({ until: 'completed' });
    return { state: 'paid', txId };
  } catch (error) {
    // It may still happen: the row stays open, and the next round asks again under the same key.
    if (error instanceof CustosWaitTimeout) return { state: 'open' };
    // Refused before anything was done: the customer gets the money back.
    if (error instanceof CustosApiError && error.status === 400) return { state: 'refused', why: error.code };
    if (error instanceof CustosTransactionError) return ended(error);
    throw error;
  }
}

// A person may still put a denied or failed transaction back. Only after it is cancelled the money can go back.
async function ended({ code, transaction: { id, state } }) {
  if (state !== 'cancelled') await custos.call('cancelTransaction', { params: { id } });
  return { state: 'refused', why: code };
}
