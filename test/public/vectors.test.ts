import { randomUUID } from 'node:crypto';
import { fromRlp, type Hex, hexToBigInt, keccak256, numberToHex, recoverAddress, toRlp } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse, type House } from '../../src/app/house.js';
import { getAddress, getPrivateKey } from '../../src/cli/commands/tatum.js';
import type { Run } from '../../src/cli/spec.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { quicken } from '../support/quick-slot.js';
import { silentTerminal } from '../support/silent-terminal.js';
import { type Broadcast, startStubCloud } from '../support/stub-cloud.js';
import { hazardFlags } from '../support/vector-hazards.js';
import { type ChainVectors, evmChainIds, loadVectors, type TransactionVector } from '../support/vectors.js';
import { nonceDifferences } from './differences.js';

type Vector = TransactionVector & { readonly broadcast: Broadcast };

const env = { CUSTOS_PASSWORD: 'password of the vectors', CUSTOS_API_KEY: 'test-api-key', CUSTOS_LOG_LEVEL: 'warn' };
const files = evmChainIds.map((id) => loadVectors(id));
const transactions = (file: ChainVectors) => file.transactions as readonly Vector[];
const all = files.flatMap(transactions);
/** Signature IDs of the vectors' own mnemonics and private keys, which have none. */
const idOfMnemonic = new Map(files.flatMap((file) => file.wallets.map((wallet) => [key(file, wallet), randomUUID()])));
const idOfPrivateKey = new Map(
  files.flatMap((file) => file.privateKeys.map((one) => [`${key(file, one)} ${one.index}`, randomUUID()])),
);

function key({ chain }: ChainVectors, { testnet, mnemonic }: { testnet: boolean; mnemonic: string }): string {
  return `${chain} ${testnet} ${mnemonic}`;
}

let home = '';
let house: House;
/** What `wallet import` printed, by signature ID. */
const printed = new Map<string, { xpub?: string; address?: string }>();
let exported: Record<string, Record<string, unknown>> = {};
const sent = new Map<string, Broadcast>();
const ends: { readonly code: number | null; readonly stderr: string; readonly unanswered: readonly string[] }[] = [];

beforeAll(async () => {
  home = makeHome();
  house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  const imported = await custos(['wallet', 'import'], { home, env, input: JSON.stringify(importObject()) });
  expect(imported.stderr).toContain('made the wallet store');
  expect(imported.code).toBe(0);
  for (const line of imported.stdout.trim().split('\n')) {
    const { signatureId, ...shown } = JSON.parse(line);
    printed.set(signatureId, shown);
  }
  await quicken(home, env);
  exported = JSON.parse((await custos(['export'], { home, env })).stdout);
  for (const { vectors, flags } of rounds()) await serve(vectors, flags);
});

afterAll(async () => {
  await house.close();
  removeHome(home);
});

/** The object that `export` prints, of everything in the vector files. */
function importObject(): Record<string, unknown> {
  const entries = files.flatMap((file) => {
    const { chain } = file;
    return [
      ...file.wallets.map(({ testnet, mnemonic, xpub }) => [
        idOfMnemonic.get(key(file, { testnet, mnemonic })),
        { mnemonic, xpub, chain, testnet },
      ]),
      ...file.privateKeys.map((one) => [
        idOfPrivateKey.get(`${key(file, one)} ${one.index}`),
        { privateKey: one.privateKey, chain, testnet: one.testnet },
      ]),
      ...transactions(file).flatMap(({ testnet, wallets }) =>
        Object.entries(wallets).map(([id, wallet]) => [id, { ...wallet, chain, testnet }]),
      ),
    ];
  });
  return Object.fromEntries(entries);
}

interface Round {
  readonly vectors: readonly Vector[];
  readonly flags: readonly string[];
}

/**
 * The first transaction of each chain in a daemon of its own; the others all at the same time, all chains together, in as
 * few rounds as there are different answers to the same question.
 */
function rounds(): Round[] {
  const alone = files.map((file) => transactions(file)[0]!);
  const result: { vectors: Vector[]; flags: string[]; testnet: boolean; answers: Map<string, string> }[] = [];
  for (const vector of all.filter((one) => !alone.includes(one))) {
    const { testnet } = vector;
    const asked = vector.rpc.map(({ request, response }) => {
      const question = [request.method, request.url, request.body?.method, request.body?.params];
      return [JSON.stringify(question), JSON.stringify(response.body)] as const;
    });
    let round = result.find(
      (one) => one.testnet === testnet && asked.every(([q, a]) => (one.answers.get(q) ?? a) === a),
    );
    if (round === undefined) {
      round = { vectors: [], flags: [], testnet, answers: new Map() };
      result.push(round);
    }
    round.vectors.push(vector);
    for (const [question, answer] of asked) round.answers.set(question, answer);
  }
  return [...alone.map((vector) => ({ vectors: [vector], flags: [`--chain=${vector.pending['chain']}`] })), ...result];
}

/** One round of the daemon, which is a process of its own, against a cloud that has exactly these transactions. */
async function serve(vectors: readonly Vector[], flags: readonly string[]): Promise<void> {
  const stub = await startStubCloud();
  const testnet = vectors[0]!.testnet;
  for (const vector of vectors) {
    stub.replay(vector);
    stub.queue(String(vector.pending['chain'])).push(vector.pending);
  }
  const network = testnet ? ['--testnet'] : [];
  const four = [`--externalUrl=${stub.approveUrl}`, '--accept-four-eye-get'];
  const args = ['daemon', '--runOnce', ...network, ...four, ...flags, ...hazardFlags(vectors)];
  const { code, stderr } = await custos(args, { home, env: { ...env, CUSTOS_CLOUD_URL: stub.url } });
  ends.push({ code, stderr, unanswered: stub.unanswered });
  for (const broadcast of stub.broadcasts) {
    const id = String(broadcast.body['signatureId']);
    expect(sent.has(id), `${id} is broadcast twice`).toBe(false);
    sent.set(id, broadcast);
  }
  await stub.close();
}

/** Runs a command in this process, where the key derivation of the store is paid once. */
async function inProcess(run: Run, args: readonly string[]): Promise<Record<string, unknown>> {
  let shown: Record<string, unknown> = {};
  const nothing = () => undefined;
  const progress = async () => ({ update: nothing, stop: nothing });
  const json = (value: unknown) => {
    shown = value as typeof shown;
  };
  const out = { json, jsonLine: nothing, line: nothing, table: nothing, note: nothing, progress };
  await run({ args, options: house.config.options, house, out });
  return shown;
}

it('every daemon ended with 0 and had no errors', () => {
  for (const end of ends) expect(end).toEqual({ code: 0, stderr: '', unanswered: [] });
  expect(ends.length).toBeGreaterThan(evmChainIds.length);
});

it('every listed difference belongs to a vector', () => {
  const names = files.flatMap((file) => file.transactions.map(({ name }) => `${file.chain} ${name}`));
  expect(names).toEqual(expect.arrayContaining(Object.keys(nonceDifferences)));
});

describe.each(files)('$chain', (file) => {
  const { chain } = file;

  it('the mnemonics are imported with the recorded xpubs, and exported in the shape that scripts expect', () => {
    expect(file.wallets.length).toBeGreaterThan(0);
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      const id = idOfMnemonic.get(key(file, { testnet, mnemonic }))!;
      expect(printed.get(id)).toEqual({ xpub });
      expect(JSON.stringify(exported[id])).toBe(JSON.stringify({ xpub, mnemonic, chain, testnet }));
    }
  });

  it('the recorded addresses are derived', async () => {
    for (const { testnet, xpub, index, address } of file.addresses) {
      const { mnemonic } = file.wallets.find((one) => one.testnet === testnet && one.xpub === xpub)!;
      const id = idOfMnemonic.get(key(file, { testnet, mnemonic }))!;
      expect(await inProcess(getAddress, [id, String(index)])).toEqual({ address });
    }
  });

  it('the recorded private keys are derived, and have the recorded addresses when they are imported', async () => {
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const parent = idOfMnemonic.get(key(file, { testnet, mnemonic }))!;
      expect(await inProcess(getPrivateKey, [parent, String(index)])).toEqual({ privateKey });
      const id = idOfPrivateKey.get(`${key(file, { testnet, mnemonic })} ${index}`)!;
      expect(printed.get(id)).toEqual({ address });
      expect(JSON.stringify(exported[id])).toBe(JSON.stringify({ privateKey, chain, testnet }));
      expect(await inProcess(getPrivateKey, [id])).toEqual({ privateKey });
      expect(await inProcess(getAddress, [id])).toEqual({ address });
    }
  });

  it('the command line also prints address and private key', async () => {
    const { testnet, mnemonic, index, privateKey, address } = file.privateKeys.at(-1)!;
    const id = idOfMnemonic.get(key(file, { testnet, mnemonic }))!;
    const asked = ['getaddress', 'getprivatekey'].map((name) => custos([name, id, String(index)], { home, env }));
    const [one, other] = await Promise.all(asked);
    expect(one).toMatchObject({ code: 0, stdout: `${JSON.stringify({ address }, null, 2)}\n` });
    expect(other).toMatchObject({ code: 0, stdout: `${JSON.stringify({ privateKey }, null, 2)}\n` });
  });

  it.each(transactions(file))('the daemon broadcasts $name as recorded', async ({ name, pending, broadcast }) => {
    const found = sent.get(String(pending['id']));
    if (nonceDifferences[`${chain} ${name}`] === undefined) {
      expect(found?.path).toBe(broadcast.path);
      expect(found?.body).toEqual(broadcast.body);
      return;
    }
    expect(found).toMatchObject({ path: broadcast.path, body: { signatureId: pending['id'] } });
    await expectOnlyNonceDiffers(found!.body['txData'] as Hex, broadcast.body['txData'] as Hex);
  });
});

/** The same transaction of the same sender, but for a nonce of 0. */
async function expectOnlyNonceDiffers(ours: Hex, recorded: Hex): Promise<void> {
  const [mine, theirs] = [fromRlp(ours) as Hex[], fromRlp(recorded) as Hex[]];
  expect(mine[0]).toBe('0x');
  expect(theirs[0]).not.toBe('0x');
  expect(mine.slice(1, -3)).toEqual(theirs.slice(1, -3));
  expect(chainIdOf(mine)).toBe(chainIdOf(theirs));
  expect(await senderOf(mine)).toBe(await senderOf(theirs));
}

/** Of a replay-protected legacy list (EIP-155): v is 35 or 36 above twice the chain id. */
function chainIdOf(list: readonly Hex[]): bigint {
  return (hexToBigInt(list.at(-3)!) - 35n) / 2n;
}

/** The sender of a replay-protected legacy list, with however many fields. */
function senderOf(list: readonly Hex[]): Promise<Hex> {
  const [v, r, s] = list.slice(-3).map((field) => hexToBigInt(field)) as [bigint, bigint, bigint];
  const unsigned = toRlp([...list.slice(0, -3), numberToHex(chainIdOf(list)), '0x', '0x']);
  const signature = {
    r: numberToHex(r, { size: 32 }),
    s: numberToHex(s, { size: 32 }),
    yParity: Number((v - 35n) % 2n),
  };
  return recoverAddress({ hash: keccak256(unsigned), signature });
}
