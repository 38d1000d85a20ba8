// Payouts of a game at the end of a season: a few at a time, then compared with what the server has under the season's name.
// Needs `custos serve`: node payouts.mjs http://127.0.0.1:8646 TOKEN_FILE WALLET_ID
import { readFileSync } from 'node:fs';
import { createClient } from 'custos-kms/client';

const [url = 'http://127.0.0.1:8646', tokenFile = 'custos.token', wallet = ''] = process.argv.slice(2);
const custos = createClient({ url, token: readFileSync(tokenFile, 'utf8').trim() });
const season = 'season-7';
const AT_ONCE = 3;

const winners = Array.from({ length: 7 }, (_, rank) => ({
  player: `player-${rank}`,
  to: `0x${String(rank + 1).repeat(40)}`,
  amount: `0.0${7 - rank}`,
}));

const requestOf = ({ to, amount }) => ({
  ...{ kind: 'transfer', chain: 'ETH', from: { wallet }, to, amount, reference: season },
  // Refused rather than paid with a higher fee.
  maxFee: '0.01',
});

// What the first one would do, and its highest fee, before anything is asked for.
const { summary, fee } = await custos.preview(requestOf(winners[0]));

const waiting = [...winners];
await Promise.all(Array.from({ length: AT_ONCE }, worker));

// The server's own list says what was paid.
const paid = [];
for await (const { state, txId } of custos.list('listTransactions', { query: { reference: season, limit: 2 } })) {
  paid.push({ state, txId });
}
process.stdout.write(`${JSON.stringify({ summary: summary.text, fee, winners: winners.length, paid })}\n`);

async function worker() {
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    const payment = await custos.submit(requestOf(one), { idempotencyKey: `${season}-${one.player}` });
    await payment.wait({ until: 'completed' });
  }
}
