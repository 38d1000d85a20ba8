// Opening a store with a million wallets: a command against the same command on a small store, and the memory of a daemon.
// The rows have the size of real ones. All but a few are copies under other signature IDs, because opening sees no more.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqlite } from '../dist/storage/sqlite/connection.js';
import { makeStore, start } from './draining.js';
import { medians, report } from './support.js';

const WALLETS = Number(process.env.BENCH_LARGE ?? 1_000_000);
const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));

const small = makeStore(100);
const large = makeStore(100);
const database = await openSqlite(join(large.home, '.custos', 'store.db'));
database.exec(`
  WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${WALLETS - 100})
  INSERT INTO wallets (signature_id, chain, network, kind, created_at, format, public_box, secret_box, tenant, address_digest)
  SELECT
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
      substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    chain, network, kind, created_at, format, public_box, secret_box, tenant, randomblob(32)
  FROM number, (SELECT * FROM wallets LIMIT 1)`);
database.close();

const open = ({ home, ids }) => {
  const env = { PATH: process.env.PATH, HOME: home, CUSTOS_PASSWORD: 'bench password' };
  const { status, stderr } = spawnSync(process.execPath, [program, 'wallet', 'show', ids[0]], { env });
  if (status !== 0) throw new Error(String(stderr));
};
const [one, many] = await medians(7, [() => open(small), () => open(large)]);

const stub = start('stub-cloud');
const serving = stub.heard('serving');
stub.ask({ kind: 'serve', pending: [] });
const { url } = await serving;
const daemon = start('daemon-process');
const ready = daemon.heard('ready');
daemon.ask({ home: large.home, flags: { cloudUrl: url, period: '1' } });
const { seconds } = await ready;
await new Promise((resolve) => setTimeout(resolve, 20_000));
const stopped = daemon.heard('stopped');
daemon.ask({ kind: 'stop' });
const { peak, steps } = await stopped;
stub.stop();
report('open-large', [
  {
    what: `\`wallet show\` in a store of ${WALLETS} wallets, beyond one of 100`,
    figure: `${Math.round(many - one)} ms`,
    limit: `${Math.round(one)} ms`,
    ratio: many / one,
    goal: '<= 100 ms',
    met: many - one <= 100,
  },
  { what: 'daemon, from start to its first poll', figure: `${seconds.toFixed(1)} s` },
  {
    what: `front, peak RSS, ${steps.poll?.count ?? 0} polls`,
    figure: `${Math.round(peak.front)} MB`,
    goal: '< 200 MB',
    met: peak.front < 200,
  },
  { what: 'signer, peak RSS', figure: `${Math.round(peak.signer)} MB`, goal: '< 150 MB', met: peak.signer < 150 },
]);
process.exit(0);
