import { RawOldTx } from '@scure/btc-signer/script.js';
import { type Hex, parseTransaction, recoverTransactionAddress } from 'viem';
import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/index.js';
import { custos, removeHome } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { storyOf } from '../support/story.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';
import { type ErrorVector, evmChainIds, loadErrorVectors, unprovedFlags, utxoChainIds } from '../support/vectors.js';

/** How each case ends here. `asRecorded`: the very bytes of the recording. `signed`: signed, which the recording could not. */
const ends: Readonly<Record<string, ErrorCode | 'asRecorded' | 'signed'>> = {
  'eth-mnemonic-wallet-without-index': 'INDEX_MISSING',
  // The recording ignored the index, signed for a sender that is not the one, or for a chain id that is foreign.
  'eth-privatekey-wallet-with-index': 'INDEX_UNEXPECTED',
  'eth-from-address-given': 'SENDER_MISMATCH',
  'xdc-gasprice-absent': 'CHAIN_ID_MISMATCH',
  'matic-pkey-nonce-zero': 'CHAIN_ID_MISMATCH',
  'bsc-estimate-even-if-gas-given': 'CHAIN_ID_MISMATCH',
  'bsc-offchain-withdrawal-ignored': 'CHAIN_ID_MISMATCH',
  // The recording knew neither fee caps nor these forms of an address.
  'eth-eip1559-fields': 'signed',
  'xdc-to-with-xdc-prefix': 'signed',
  'eth-eip1559-type2-with-gasprice': 'FEE_INVALID',
  'eth-wrong-chain-field-invalid-json': 'TRANSACTION_INVALID',
  'eth-gas-too-low': 'GAS_TOO_LOW',
  'eth-bad-to-checksum': 'ADDRESS_INVALID',
  'eth-unknown-signature-id': 'WALLET_UNKNOWN',
  'eth-private-key-without-0x': 'asRecorded',
  'one-bech32-to': 'CHAIN_ID_MISMATCH',
  'celo-gas-field': 'CHAIN_ID_MISMATCH',
  'celo-chainid-mismatch': 'CHAIN_ID_MISMATCH',
  'celo-chainid-string': 'CHAIN_ID_MISMATCH',
  // The recording broadcast what was signed by halves, or not at all.
  'btc-missing-key-is-broadcast-half-signed': 'KEY_MISSING',
  'btc-offchain-private-key-wallet': 'INDEX_UNEXPECTED',
  'btc-mnemonic-in-hashes-only': 'INDEX_MISSING',
  'btc-signature-without-index': 'INDEX_MISSING',
  'btc-signature-unknown-wallet': 'WALLET_UNKNOWN',
  'btc-wrong-network-wif': 'KEY_MISSING',
  'btc-offchain-without-withdrawalResponses': 'KEY_MISSING',
  // Dust of 2014; nodes relay outputs from 0.01 DOGE up.
  'doge-dust-output': 'signed',
  'doge-fee-too-small': 'FEE_INVALID',
  'doge-fee-too-large': 'FEE_INVALID',
  'doge-missing-key': 'KEY_MISSING',
  // One key may sign several inputs.
  'bch-two-inputs-same-key-fails': 'signed',
  'bch-more-keys-than-inputs': 'TRANSACTION_INVALID',
};

/** Cases whose only fault is that the recorded node answered with the chain id of another chain, and the right one. */
const foreignNodes: Readonly<Record<string, number>> = {
  'xdc-gasprice-absent': 51,
  'matic-pkey-nonce-zero': 80002,
  'bsc-estimate-even-if-gas-given': 97,
  'bsc-offchain-withdrawal-ignored': 97,
  'one-bech32-to': 1666700000,
};

/** The account of the private key in the recordings. */
const sender = '0x0df33272db884ab6c242d0857df97b56aaf6ac79';
const env = { CUSTOS_PASSWORD: 'password of the cases', CUSTOS_API_KEY: 'test-api-key' };
const chains: readonly string[] = [...evmChainIds, ...utxoChainIds];
const cases = loadErrorVectors().filter(({ chain }) => chains.includes(chain));
/** All cases have the same signature ID, so each chain and secret has a store of its own. */
const homes = new Map<string, Promise<string>>();

afterAll(async () => {
  for (const home of homes.values()) removeHome(await home);
});

function homeOf({ chain, testnet, wallets, pending }: ErrorVector): Promise<string> {
  const entries = Object.entries(wallets).map(([id, wallet]) => [id, { ...wallet, chain, testnet }]);
  const input = JSON.stringify(Object.fromEntries(entries));
  // One store signs the same bytes once, and a recorded withdrawal repeats another case, its nonce included.
  const place = `${input} ${'withdrawalId' in pending}`;
  const found = homes.get(place) ?? makeStore(input);
  homes.set(place, found);
  return found;
}

async function makeStore(input: string): Promise<string> {
  const home = await makeQuickHome(env);
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
  return home;
}

async function runDaemon(vector: ErrorVector, prepare: (stub: StubCloud) => void) {
  const home = await homeOf(vector);
  const stub = await startStubCloud();
  stub.replay(vector);
  stub.queue(vector.chain).push(vector.pending);
  prepare(stub);
  const { code } = await custos(['daemon', '--runOnce', '--testnet', ...unprovedFlags], {
    home,
    env: { ...env, TATUM_API_URL: stub.url },
  });
  await stub.close();
  return { home, stub, code };
}

it('every recorded case of these chains is listed here', () => {
  expect(Object.keys(ends).sort()).toEqual(cases.map(({ name }) => name).sort());
});

describe.each(cases)('$name', (vector) => {
  const { name } = vector;
  const id = String(vector.pending['id']);
  const end = ends[name];

  it(`a recorded case ends with ${end}, in journal and report`, async () => {
    const { home, stub, code } = await runDaemon(vector, (cloud) => {
      // Asked by the chain in any case, and not on record, because the recording ended before.
      if (name === 'xdc-to-with-xdc-prefix') cloud.answer('eth_estimateGas', '0x5208');
    });
    const story = await storyOf(home, env, id);
    if (end === 'asRecorded' || end === 'signed') {
      expect({ code, reports: stub.reports, state: story.state }).toEqual({ code: 0, reports: [], state: 'completed' });
      expect(stub.broadcasts).toHaveLength(1);
      const { path, body } = stub.broadcasts[0]!;
      expect(path).toMatch(/^\/v3\/(ethereum|xdc|bcash|dogecoin)\/broadcast$/);
      if (end === 'asRecorded') expect(body).toEqual(vector.broadcasts[0]!.body);
      else if (['BCH', 'DOGE'].includes(vector.chain)) expectWhole(String(body['txData']));
      else await expectSigned(body['txData'] as Hex, vector);
      return;
    }
    expect(code).toBe(1);
    expect(story).toMatchObject({ state: 'failed', error: { code: end } });
    expect(story.signed).toBeUndefined();
    expect(stub.broadcasts).toEqual([]);
    expect(stub.batches).toEqual([{ errors: [{ signatureId: id, error: `${end}: ${story.error?.message}` }] }]);
  });

  const chainId = foreignNodes[name];
  if (chainId === undefined) return;
  it('a transaction is signed after `transaction retry` when the node answers with the chain id of its network', async () => {
    const home = await homeOf(vector);
    expect(await custos(['transaction', 'retry', id], { home, env })).toMatchObject({ code: 0 });
    const { stub, code } = await runDaemon(vector, (cloud) => cloud.answer('eth_chainId', `0x${chainId.toString(16)}`));
    expect({ code, reports: stub.reports }).toEqual({ code: 0, reports: [] });
    expect(stub.broadcasts).toHaveLength(1);
    const { path, body } = stub.broadcasts[0]!;
    expect(path).toMatch(/^\/v3\/(bsc|polygon|one|xdc)\/broadcast$/);
    expect(parseTransaction(body['txData'] as Hex).chainId).toBe(chainId);
    await expectSigned(body['txData'] as Hex, vector);
  });
});

/** Every input has a signature and a key. */
function expectWhole(raw: string): void {
  const { inputs } = RawOldTx.decode(Uint8Array.from(Buffer.from(raw, 'hex')));
  expect(inputs.length).toBeGreaterThan(0);
  for (const { finalScriptSig } of inputs) expect(finalScriptSig.length).toBeGreaterThanOrEqual(100);
}

/** Another library reads the recorded request out of the bytes, and the recorded sender. */
async function expectSigned(raw: Hex, { pending }: ErrorVector): Promise<void> {
  const request = JSON.parse(pending.serializedTransaction);
  const parsed = parseTransaction(raw);
  expect(parsed.nonce ?? 0).toBe(request.nonce);
  expect(parsed.value).toBe(BigInt(request.value));
  if (request.maxFeePerGas !== undefined) expect(parsed.maxFeePerGas).toBe(BigInt(request.maxFeePerGas));
  const from = await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` });
  expect(from.toLowerCase()).toBe(sender);
}
