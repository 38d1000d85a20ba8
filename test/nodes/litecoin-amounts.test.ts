import { randomUUID } from 'node:crypto';
import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { litecoin } from '../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../src/chains/utxo/script.js';
import { bitcore, type In, type Out } from '../chains/utxo/making.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const isThere = hasLitecoind();
const env = { CUSTOS_PASSWORD: 'password of the node', CUSTOS_API_KEY: 'x', CUSTOS_LOG_LEVEL: 'error' };
const signatureId = randomUUID();
const privateKey = new Uint8Array(32).fill(0x1a);
const publicKey = litecoin.keys.publicKey(privateKey);
const address = litecoin.keys.address(publicKey, 'testnet');
const [pkh, wpkh, nested, taproot] = scriptsOf(publicKey).map((script) => hex.encode(script)) as [
  string,
  string,
  string,
  string,
];
const FEE = 20_000;

// Without an index of transactions, as an operator's node mostly is.
describe.skipIf(!isThere)('amounts on litecoind', () => {
  let node: Litecoind;
  let stub: StubCloud;
  let home: string;
  let number = 0;
  /** Outputs of 1 LTC each: two of every form. */
  let coins: readonly (In & { readonly txId: string })[];

  beforeAll(async () => {
    home = makeHome();
    [node, stub] = await Promise.all([startLitecoind(['-txindex=0']), startStubCloud()]);
    const wallet = { privateKey: litecoin.keys.encodePrivateKey(privateKey, 'testnet'), chain: 'LTC', testnet: true };
    const input = JSON.stringify({ [signatureId]: wallet });
    expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
    await node.rpc('generatetoaddress', [101, address]);
    const hash = await node.rpc('getblockhash', [1]);
    const { tx } = (await node.rpc('getblock', [hash, 2])) as { tx: { txid: string; vout: { value: number }[] }[] };
    const satoshis = Math.round(tx[0]!.vout[0]!.value * 1e8);
    const forms = [pkh, pkh, wpkh, wpkh, nested, nested, taproot, taproot];
    const outputs = forms.map((script) => ({ satoshis: 100_000_000, script }));
    const rest = { satoshis: satoshis - forms.length * 100_000_000 - FEE, script: pkh };
    await serve(bitcore([{ txId: tx[0]!.txid, index: 0, satoshis, script: pkh }], [...outputs, rest]));
    const [made] = (await node.rpc('getrawmempool')) as string[];
    await node.rpc('generatetoaddress', [1, address]);
    coins = outputs.map((output, index) => ({ ...output, txId: made!, index }));
  });
  afterAll(async () => {
    await Promise.all([node?.stop(), stub?.close()]);
    removeHome(home);
  });

  /** One round of the daemon with this request alone. @returns what it told the cloud, and what is in the node's pool */
  async function serve(serializedTransaction: string, ...flags: string[]) {
    const id = String(++number).padStart(24, '0');
    const element = { id, chain: 'LTC', hashes: [signatureId], serializedTransaction };
    stub.queue('LTC').splice(0, Number.POSITIVE_INFINITY, element);
    const args = ['daemon', '--testnet', '--runOnce', '--chain=LTC', `--node=LTC=${node.url}`, ...flags];
    await custos(args, { home, env: { ...env, CUSTOS_CLOUD_URL: stub.url } });
    const errors = stub.reports.filter((report) => report.signatureId === id).map(({ error }) => error);
    return { errors, pool: (await node.rpc('getrawmempool')) as string[] };
  }

  const lying = (coin: In, satoshis: number): In => ({ ...coin, satoshis });
  const pay = (satoshis: number): readonly Out[] => [{ satoshis, script: pkh }];

  it.each([
    ['p2pkh', 0],
    ['p2wpkh', 2],
    ['p2sh-p2wpkh', 4],
  ])(
    'amounts that a request makes smaller, so that a miner gets the difference, are refused (%s)',
    async (_name, at) => {
      const request = bitcore([lying(coins[at]!, 10_000_000)], pay(10_000_000 - FEE));
      const { errors, pool } = await serve(request);
      expect(errors).toEqual([
        expect.stringMatching(/^AMOUNT_INVALID: .*is said to be 10000000, its transaction says 100000000/),
      ]);
      expect(pool).toEqual([]);
    },
  );

  it('amounts that a request makes smaller are refused even if unproved amounts are allowed', async () => {
    const request = bitcore([lying(coins[0]!, 10_000_000)], pay(10_000_000 - FEE));
    const { errors, pool } = await serve(request, '--allow-hazard=LTC:unproved-amount');
    expect(errors).toEqual([expect.stringContaining('AMOUNT_INVALID')]);
    expect(pool).toEqual([]);
  });

  it('two requests with complementary false amounts are both refused, even if one amount has another form', async () => {
    // 2 LTC go in and 1.1 out: each request is honest about one input and makes the other so small that 20,000 seem to be left.
    const small = 10_000_000 + FEE;
    for (const form of [wpkh, taproot]) {
      const lie = (coin: In): In => ({ ...coin, satoshis: small, script: form });
      const requests = [
        bitcore([coins[2]!, lie(coins[3]!)], pay(110_000_000)),
        bitcore([lie(coins[2]!), coins[3]!], pay(110_000_000)),
      ];
      for (const request of requests) {
        const { errors, pool } = await serve(request);
        expect(errors).toEqual([expect.stringMatching(/^(AMOUNT|TRANSACTION)_INVALID: /)]);
        expect(pool).toEqual([]);
      }
    }
  });

  it('amounts of outputs that never existed wait, with the remedy', async () => {
    const { errors, pool } = await serve(bitcore([{ ...coins[0]!, txId: '5a'.repeat(32) }], pay(99_000_000)));
    expect(errors).toEqual([expect.stringMatching(/^PREVIOUS_UNKNOWN: .*--node LTC=URL/)]);
    expect(pool).toEqual([]);
  });

  it('amounts of taproot inputs alone are covered by their signatures: the network refuses false ones', async () => {
    const { errors, pool } = await serve(bitcore([lying(coins[6]!, 10_000_000)], pay(10_000_000 - FEE)));
    expect(errors).toEqual([expect.stringContaining('BROADCAST_REFUSED')]);
    expect(pool).toEqual([]);
  });

  it('true amounts are proved without an index of transactions, and the payment is taken', async () => {
    const inputs = [coins[0]!, coins[2]!, coins[4]!, coins[6]!];
    const { errors, pool } = await serve(bitcore(inputs, pay(400_000_000 - FEE)));
    expect(errors).toEqual([]);
    expect(pool).toHaveLength(1);
    // The change of a transaction that no block has yet is proved as well.
    const [txId] = pool;
    const next = bitcore(
      [{ txId: txId!, index: 0, satoshis: 400_000_000 - FEE, script: pkh }],
      pay(400_000_000 - 2 * FEE),
    );
    const second = await serve(next);
    expect(second.errors).toEqual([]);
    expect(second.pool).toHaveLength(2);
  });
});
