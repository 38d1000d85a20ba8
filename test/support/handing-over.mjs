// Hands transactions over by a plain call, with no cloud anywhere: node handing-over.mjs HOME NODE_URL JSON
// JSON is {pending, kill, policy}: `pending` is handed over when it is there; else the journal is looked through for what was left.
// `kill` is [STEP, MOMENT]: the process kills itself (SIGKILL) when the step begins or ends. `policy` is the text of one that
// judges, with its budgets in the journal. Writes what came of it as JSON.

import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { keeperProgram, signerProgramBelow } from '../../dist/app/signer/program.js';
import { openJournal } from '../../dist/app/store/journal.js';
import { createRegistry } from '../../dist/chains/registry.js';
import { createNodes } from '../../dist/cloud/nodes.js';
import { systemClock } from '../../dist/core/clock.js';
import { silentLog } from '../../dist/core/log.js';
import { noMeter } from '../../dist/core/meter.js';
import { Secret } from '../../dist/core/secret.js';
import { parsePending } from '../../dist/core/signing/pending.js';
import { attemptOf } from '../../dist/core/store/attempt.js';
import { Daemon } from '../../dist/daemon/daemon.js';
import { createJournalSource } from '../../dist/lifecycle/journal-source.js';
import { LeaseKeeper } from '../../dist/lifecycle/lease-keeper.js';
import { createWay } from '../../dist/lifecycle/way.js';
import { readPolicy } from '../../dist/policy/document/read.js';
import { compilePolicy } from '../../dist/policy/judging/compile.js';
import { chargesOf, judgeWithBudgets } from '../../dist/policy/judging/judge-with-budgets.js';
import { createSignerClient } from '../../dist/signing/signer-client.js';
import { openPublicVault } from '../../dist/vault/public-vault.js';

const [home, nodeUrl, request] = process.argv.slice(2);
const { pending, kill, policy } = JSON.parse(request);
const network = 'testnet';
const chains = createRegistry();
const house = createHouse(readConfig({ testnet: true, logLevel: 'silent' }, process.env, home), {
  interactive: false,
  note() {},
});
const store = await house.store();
await store.lockForDaemon();
const { storeId, journal, wallets, shared } = store;
const rules = new Map();
const signer = createSignerClient({
  ...signerProgramBelow(keeperProgram().nodeFlags),
  slots: await store.slots.all(),
  storeId,
  rules,
  password: await house.password(),
  count: 1,
  log: silentLog,
});
const viewKey = await signer.unlock();
await openJournal({ log: silentLog }, store, await signer.journalKey());

const steps = [];
const lifecycle = {
  chains,
  wallets,
  publicVault: openPublicVault({ viewKey, storeId, chains }),
  journal,
  nodes: createNodes({
    // No request ever goes there: the chain has a node of its own.
    baseUrl: 'http://127.0.0.1:9',
    apiKey: Secret.text('none'),
    ownNodes: new Map([['ETH', nodeUrl]]),
    network,
    clock: systemClock,
    version: '0',
  }),
  signer,
  judges: policy === undefined ? [] : [judgeOf(compilePolicy(readPolicy(policy)))],
  freezes: { now: async () => [] },
  clock: systemClock,
  log: silentLog,
  meter: noMeter,
  leases: new LeaseKeeper(journal, silentLog),
  maxAttempts: 10,
  confirmations: () => 1,
  rules,
  trace(step, moment) {
    if (moment === 'begin') steps.push(step);
    if (kill?.[0] === step && kill[1] === moment) process.kill(process.pid, 'SIGKILL');
  },
};

/** Judges by a policy and by what the journal says of its budgets. */
function judgeOf(compiled) {
  return {
    name: 'policy',
    async decide({ pending: { id }, chain, sender, wallets: signing, effects }) {
      const wallets = signing.map(({ signatureId }) => ({ id: signatureId, tags: [] }));
      const who = { chain, network, coin: chain, wallets, signers: [sender], isOwn: () => false, approvals: [] };
      const facts = { ...who, effects, now: systemClock.now() };
      const attempt = attemptOf(await journal.events(id));
      const judgement = await judgeWithBudgets(compiled, facts, (wanted) =>
        journal.budgetsUsed(wanted, { id, attempt }),
      );
      if (judgement.verdict === 'allow') return { kind: 'allow', charges: chargesOf(judgement) };
      return { kind: 'deny', rule: 'policy', reason: judgement.reasons.join(' ') };
    },
  };
}

const way = createWay(lifecycle);
const source = createJournalSource(journal);

async function handOver() {
  const [taken] = await way.take(source, [parsePending(pending, pending.chain, network)]);
  return await taken.outcome;
}

function lookThrough() {
  const parts = { ...lifecycle, network, source, way, shared };
  return new Daemon(parts, { periods: { shortest: 1000, longest: 1000 }, concurrency: 8 }).runOnce();
}

const came = pending === undefined ? await lookThrough() : await handOver();
process.stdout.write(JSON.stringify({ came, steps }));
await signer.close();
await house.close();
