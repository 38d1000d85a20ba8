import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { custos, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type Broadcast, startStubCloud } from '../support/stub-cloud.js';
import {
  type ChainVectors,
  loadVectors,
  otherChainIds,
  type TransactionVector,
  unprovedFlags,
} from '../support/vectors.js';
import { differences } from './differences.js';

const env = { CUSTOS_PASSWORD: 'password of the vectors', CUSTOS_API_KEY: 'test-api-key', CUSTOS_LOG_LEVEL: 'error' };
const registry = createRegistry();
const files = otherChainIds.filter((id) => registry.ids.some((known) => known === id)).map(loadVectors);
const all = files.flatMap((file) => file.transactions);

interface Round {
  readonly testnet: boolean;
  readonly vectors: TransactionVector[];
  readonly answers: Map<string, string>;
  readonly secrets: Set<string>;
}

/** What the daemon of one round did. */
interface Served {
  readonly code: number | null;
  readonly stderr: string;
  readonly broadcasts: readonly Broadcast[];
  readonly reports: readonly { readonly signatureId: string; readonly error: string }[];
}

const served = new Map<TransactionVector, Served>();
const homes: string[] = [];
let shelf: {
  readonly home: string;
  readonly ids: ReadonlyMap<object, string>;
  readonly exported: Record<string, Record<string, unknown>>;
};

beforeAll(async () => {
  const queue = rounds();
  const lane = async () => {
    for (let round = queue.shift(); round !== undefined; round = queue.shift()) await serve(round);
  };
  await Promise.all([lane(), lane(), fillShelf()]);
});

afterAll(() => {
  for (const home of homes) removeHome(home);
});

/** Few rounds, in each of which every question has one answer and every sender one transaction. */
function rounds(): Round[] {
  const result: Round[] = [];
  for (const vector of all) {
    const asked = vector.rpc.map(({ request, response }) => {
      const { id: _id, ...body } = (request.body ?? {}) as Record<string, unknown>;
      return [JSON.stringify([request.method, request.url, body]), JSON.stringify(response.body)] as const;
    });
    const secrets = Object.values(vector.wallets).map(
      (wallet) => `${vector.pending['chain']} ${JSON.stringify(wallet)}`,
    );
    const fits = (one: Round) =>
      one.testnet === vector.testnet &&
      asked.every(([question, answer]) => (one.answers.get(question) ?? answer) === answer) &&
      secrets.every((secret) => !one.secrets.has(secret));
    const round: Round = result.find(fits) ?? {
      testnet: vector.testnet,
      vectors: [],
      answers: new Map(),
      secrets: new Set(),
    };
    if (!result.includes(round)) result.push(round);
    round.vectors.push(vector);
    for (const [question, answer] of asked) round.answers.set(question, answer);
    for (const secret of secrets) round.secrets.add(secret);
  }
  return result;
}

/** A store and a daemon of its own for one round, against a cloud that has exactly these transactions. */
async function serve({ vectors, testnet }: Round): Promise<void> {
  const home = await makeQuickHome(env);
  homes.push(home);
  const stub = await startStubCloud();
  const entries: [string, unknown][] = [];
  for (const vector of vectors) {
    const chain = String(vector.pending['chain']);
    stub.replay(vector);
    stub.queue(chain).push(vector.pending);
    for (const [id, wallet] of Object.entries(vector.wallets)) entries.push([id, { ...wallet, chain, testnet }]);
  }
  const imported = await custos(['wallet', 'import'], {
    home,
    env,
    input: JSON.stringify(Object.fromEntries(entries)),
  });
  const flags = [...(testnet ? ['--testnet'] : []), `--externalUrl=${stub.approveUrl}`, ...unprovedFlags];
  const ended = await custos(['daemon', '--runOnce', ...flags], { home, env: { ...env, CUSTOS_CLOUD_URL: stub.url } });
  const stderr = (imported.code === 0 ? '' : imported.stderr) + ended.stderr + stub.unanswered.join('\n');
  const done = { code: ended.code, stderr, broadcasts: stub.broadcasts, reports: stub.reports };
  for (const vector of vectors) served.set(vector, done);
  await stub.close();
}

/** All recorded wallets and private keys in one store. */
async function fillShelf(): Promise<void> {
  const home = await makeQuickHome(env);
  homes.push(home);
  const ids = new Map<object, string>();
  const entries = files.flatMap(({ chain, wallets, privateKeys }) => {
    const keep = (one: object, entry: object) => {
      const id = randomUUID();
      ids.set(one, id);
      return [id, { ...entry, chain }] as const;
    };
    return [
      ...wallets.map((wallet) => keep(wallet, wallet)),
      ...privateKeys.map((one) =>
        keep(one, { privateKey: one.privateKey, address: one.address, testnet: one.testnet }),
      ),
    ];
  });
  const imported = await custos(['wallet', 'import'], {
    home,
    env,
    input: JSON.stringify(Object.fromEntries(entries)),
  });
  expect(imported).toMatchObject({ code: 0 });
  const exported = await custos(['export'], { home, env });
  expect(exported).toMatchObject({ code: 0 });
  shelf = { home, ids, exported: JSON.parse(exported.stdout) };
}

describe.each(files)('$chain', (file: ChainVectors) => {
  it('the recorded wallets are imported as stated, and exported in the shape that scripts expect', () => {
    expect(file.wallets.length).toBeGreaterThan(0);
    for (const wallet of file.wallets) {
      // Words beside a secret are another form of it, which is not stored.
      const { mnemonic, ...rest } = wallet;
      const stored = wallet.secret === undefined && mnemonic !== undefined ? wallet : rest;
      expect(shelf.exported[shelf.ids.get(wallet)!]).toEqual({ ...stored, chain: file.chain });
    }
  });

  it('the command line gives the recorded addresses and private keys', async () => {
    const asked: { readonly args: readonly string[]; readonly expected: object }[] = [];
    const walletOf = ({ testnet, xpub, mnemonic }: { testnet: boolean; xpub?: string; mnemonic?: string }) => {
      const found = file.wallets.find(
        (one) => one.testnet === testnet && (mnemonic === one.mnemonic || (xpub !== undefined && xpub === one.xpub)),
      );
      return found === undefined ? undefined : shelf.ids.get(found);
    };
    const ask = (
      command: string,
      place: { index: number; testnet: boolean; xpub?: string; mnemonic?: string },
      expected: object,
    ) => {
      const id = walletOf(place);
      // Some recordings have keys of mnemonics that no recorded wallet has.
      if (id !== undefined) asked.push({ args: [command, id, String(place.index)], expected });
    };
    for (const one of file.addresses.slice(-2)) ask('getaddress', one, { address: one.address });
    for (const one of file.privateKeys.slice(-2)) {
      ask('getprivatekey', one, { privateKey: one.privateKey });
      asked.push({ args: ['getaddress', shelf.ids.get(one)!], expected: { address: one.address } });
      asked.push({ args: ['getprivatekey', shelf.ids.get(one)!], expected: { privateKey: one.privateKey } });
    }
    for (const { args, expected } of asked) {
      const { code, stdout } = await custos(args, { home: shelf.home, env });
      expect({ code, shown: JSON.parse(stdout || 'null') }, args.join(' ')).toEqual({ code: 0, shown: expected });
    }
  });

  it.each(file.transactions)('the daemon broadcasts $name as recorded', (vector) => {
    const { broadcasts, reports, stderr } = served.get(vector)!;
    const id = String(vector.pending['id']);
    const sent = broadcasts.filter(({ body }) => body['signatureId'] === id);
    const difference = differences[`${file.chain} ${vector.name}`];
    if (difference?.refused !== undefined) {
      expect(sent).toEqual([]);
      expect(reports.find(({ signatureId }) => signatureId === id)?.error).toContain(difference.refused);
      return;
    }
    if (difference?.asks !== undefined) {
      expect(sent).toEqual([]);
      expect(stderr).toContain(difference.asks);
      return;
    }
    expect(sent, `${stderr} ${JSON.stringify(reports)}`).toHaveLength(1);
    expect(sent[0]?.path).toBe(vector.broadcast.path);
    if (difference !== undefined || !vector.deterministic) return;
    expect(sent[0]?.body).toEqual(vector.broadcast.body);
  });
});

it('every listed difference belongs to a vector', () => {
  const names = new Set(files.flatMap((file) => file.transactions.map(({ name }) => `${file.chain} ${name}`)));
  expect(
    Object.keys(differences).filter((name) => registry.ids.some((id) => name.startsWith(`${id} `)) && !names.has(name)),
  ).toEqual([]);
});
