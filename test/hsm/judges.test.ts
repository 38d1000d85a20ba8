import { hex } from '@scure/base';
import { PublicKey, SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { describe, expect, it } from 'vitest';
import { solana } from '../../src/chains/solana/index.js';
import { PLACEHOLDER_BLOCKHASH } from '../../src/chains/solana/message.js';
import { litecoin } from '../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../src/chains/utxo/script.js';
import type { Chain } from '../../src/core/chain/chain.js';
import type { NodeClient } from '../../src/core/chain/node.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { RemoteKey } from '../../src/vault/lending/remote-key.js';
import { keyOf } from '../chains/signing.js';
import { hasLitecoind, startLitecoind } from '../support/litecoind.js';
import { tokenForSuite, whyNoSoftHsm } from '../support/soft-hsm.js';

const FEE = 20_000;

describe.skipIf(whyNoSoftHsm() !== undefined)('networks judge what a token signs', () => {
  const { hsm, holders } = tokenForSuite();

  const keyFor = async (chain: Chain, uri: string) => {
    const { publicKey } = await holders().key(uri);
    const address = chain.keys.address(publicKey, 'testnet');
    return new RemoteKey({ address, publicKey, uri, holder: holders() });
  };

  it.runIf(hasLitecoind())(
    'litecoind mines inputs of every script but Taproot that a key in a token signed',
    async () => {
      const key = await keyFor(litecoin, hsm().make('EC:secp256k1', 'ltc'));
      const scripts = scriptsOf(key.publicKey)
        .map((script) => hex.encode(script))
        .slice(0, 3);
      const context = { network: 'testnet', from: key.address, signers: [key] } as const;
      const signed = async (inputs: readonly object[], outputs: readonly object[]) => {
        const form = { hash: '', version: 2, inputs, outputs, nLockTime: 0 };
        return litecoin.codec.parse(JSON.stringify(form), context).sign([key]);
      };
      const coin = (txId: string, outputIndex: number, satoshis: number) => ({
        ...{ prevTxId: txId, outputIndex, sequenceNumber: 0xffffffff, script: '', scriptString: '' },
        output: { satoshis, script: scripts[outputIndex] },
      });
      const node = await startLitecoind();
      try {
        await node.rpc('generatetoaddress', [101, key.address]);
        const block = (await node.rpc('getblock', [await node.rpc('getblockhash', [1]), 2])) as {
          tx: [{ txid: string; vout: [{ value: number }] }];
        };
        const [{ txid, vout }] = block.tx;
        const part = Math.floor((Math.round(vout[0].value * 1e8) - FEE) / 3);
        const first = await signed(
          [coin(txid, 0, part * 3 + FEE)],
          scripts.map((script) => ({ satoshis: part, script })),
        );
        expect(await node.rpc('sendrawtransaction', [first.raw])).toBe(first.txId);
        const spent = scripts.map((_script, at) => coin(first.txId, at, part));
        const second = await signed(spent, [{ satoshis: part * 3 - FEE, script: scripts[1] }]);
        expect(await node.rpc('sendrawtransaction', [second.raw])).toBe(second.txId);
      } finally {
        await node.stop();
      }
    },
  );

  it("Solana's virtual machine executes what a key in a token signed", async () => {
    const key = await keyFor(solana, hsm().make('EC:edwards25519', 'sol'));
    const svm = new LiteSVM();
    type Address = Parameters<LiteSVM['getBalance']>[0];
    svm.airdrop(key.address as Address, 10_000_000_000n as never);
    const to = keyOf(solana, 0x33).address;
    const pub = (address: string) => new PublicKey(address);
    const transfer = SystemProgram.transfer({ fromPubkey: pub(key.address), toPubkey: pub(to), lamports: 5_000_000 });
    const message = new TransactionMessage({
      payerKey: pub(key.address),
      recentBlockhash: PLACEHOLDER_BLOCKHASH,
      instructions: [transfer],
    });
    const txData = Buffer.from(message.compileToLegacyMessage().serialize()).toString('hex');
    const id = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
    const received = {
      id: '5'.repeat(24),
      chain: 'SOL',
      hashes: [id],
      serializedTransaction: JSON.stringify({ txData }),
    };
    const latest = { context: { slot: 1 }, value: { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 150 } };
    const node: NodeClient = {
      rpc: async (method) => (method === 'getLatestBlockhash' ? latest : svm.latestBlockhash()),
      http: () => Promise.reject(new Error('no HTTP interface')),
    };
    const context = { network: 'testnet', from: key.address, signers: [key] } as const;
    const nextNonce = async (count: bigint) => count;
    const completed = await solana.node.complete(parsePending(received, solana.id, 'testnet'), {
      ...context,
      node,
      nextNonce,
    });
    const { raw } = await solana.codec.parse(completed, context).sign([key]);
    const { signatures, message: body } = VersionedTransaction.deserialize(Buffer.from(raw, 'base64'));
    const named = signatures.map((one, at) => [body.staticAccountKeys[at]!.toBase58(), one]);
    const wire = { messageBytes: body.serialize(), signatures: Object.fromEntries(named) };
    const result = svm.sendTransaction(wire as never);
    expect(result instanceof FailedTransactionMetadata ? result.toString() : 'executed').toBe('executed');
    expect(svm.getBalance(to as Address)).toBe(5_000_000n);
  });
});
