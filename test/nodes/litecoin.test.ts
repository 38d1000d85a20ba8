import { randomUUID } from 'node:crypto';
import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { litecoin } from '../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../src/chains/utxo/script.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

interface Coin {
  readonly txId: string;
  readonly index: number;
  readonly satoshis: number;
  readonly script: string;
}

const isThere = hasLitecoind();
const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: 'x', CUSTOS_LOG_LEVEL: 'warn' };
const signatureId = randomUUID();
const privateKey = new Uint8Array(32).fill(0x17);
const publicKey = litecoin.keys.publicKey(privateKey);
const address = litecoin.keys.address(publicKey, 'testnet');
/** p2pkh, p2wpkh, p2sh-p2wpkh and p2tr of one key: the same scripts as on Bitcoin. */
const scripts = scriptsOf(publicKey).map((script) => hex.encode(script));
const FEE = 20_000;

describe.skipIf(!isThere)('litecoind', () => {
  let node: Litecoind;
  let stub: StubCloud;
  let home: string;
  let number = 0;

  beforeAll(async () => {
    home = makeHome();
    [node, stub] = await Promise.all([startLitecoind(), startStubCloud()]);
    const wallet = { privateKey: litecoin.keys.encodePrivateKey(privateKey, 'testnet'), chain: 'LTC', testnet: true };
    const input = JSON.stringify({ [signatureId]: wallet });
    expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
    // A coinbase may be spent after 100 blocks.
    await node.rpc('generatetoaddress', [101, address]);
  });
  afterAll(async () => {
    await Promise.all([node?.stop(), stub?.close()]);
    removeHome(home);
  });

  /** One transaction through the daemon, whose bytes go to the node. */
  async function send(
    coins: readonly Coin[],
    outputs: readonly { satoshis: number; script: string }[],
  ): Promise<string> {
    const id = String(++number).padStart(24, '0');
    const inputs = coins.map(({ txId, index, satoshis, script }) => ({
      prevTxId: txId,
      outputIndex: index,
      sequenceNumber: 0xffffffff,
      script: '',
      scriptString: '',
      output: { satoshis, script },
    }));
    const serializedTransaction = JSON.stringify({ hash: '', version: 2, inputs, outputs, nLockTime: 0 });
    stub
      .queue('LTC')
      .splice(0, Number.POSITIVE_INFINITY, { id, chain: 'LTC', hashes: [signatureId], serializedTransaction });
    const flags = ['--testnet', '--runOnce', '--chain=LTC', `--node=LTC=${node.url}`];
    const round = () => custos(['daemon', ...flags], { home, env: { ...env, CUSTOS_CLOUD_URL: stub.url } });
    expect(await round()).toMatchObject({ code: 0, stderr: '' });
    // Only what a block has is told to be done.
    expect(stub.closed.some((one) => one.id === id)).toBe(false);
    await node.rpc('generatetoaddress', [1, address]);
    // The look at it is due a second after the last one, and a round may come before.
    for (let again = 0; again < 30 && !stub.closed.some((one) => one.id === id); again++) await round();
    const closed = stub.closed.find((one) => one.id === id);
    expect(closed, JSON.stringify(stub.reports)).toBeDefined();
    return closed!.txId;
  }

  async function coinbase(): Promise<Coin> {
    const block = (await node.rpc('getblock', [await node.rpc('getblockhash', [1]), 2])) as {
      tx: { txid: string; vout: { value: number }[] }[];
    };
    const [transaction] = block.tx;
    return {
      txId: transaction!.txid,
      index: 0,
      satoshis: Math.round(transaction!.vout[0]!.value * 1e8),
      script: scripts[0]!,
    };
  }

  it('litecoind mines transactions with inputs of every kind that one key can spend', async () => {
    const first = await coinbase();
    const part = Math.floor((first.satoshis - FEE) / 4);
    const txId = await send(
      [first],
      scripts.map((script) => ({ satoshis: part, script })),
    );
    await node.rpc('generatetoaddress', [1, address]);
    const coins = scripts.map((script, index) => ({ txId, index, satoshis: part, script }));
    const spent = await send(coins, [{ satoshis: part * 4 - FEE, script: scripts[1]! }]);
    await node.rpc('generatetoaddress', [1, address]);
    const mined = (await node.rpc('getrawtransaction', [spent, true])) as { confirmations: number; vin: unknown[] };
    // One block for the daemon, and one behind it.
    expect(mined.confirmations).toBe(2);
    expect(mined.vin).toHaveLength(4);
  });

  it('litecoind recognizes the bytes when they are sent again', async () => {
    const raw = await node.rpc('getrawtransaction', [stub.closed.at(-1)!.txId, true]);
    const { hex: bytes, txid } = raw as { hex: string; txid: string };
    const client = {
      rpc: (method: string, params: readonly unknown[]) => node.rpc(method, params),
      http: async () => undefined,
    };
    const recorded = { raw: bytes, txId: txid, completed: '', sender: address };
    expect(await litecoin.node.fate!(recorded, client)).toBe('known');
  });
});
