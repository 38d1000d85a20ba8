import { VersionedTransaction } from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import { solana } from '../../src/chains/solana/index.js';
import { json, startServer } from './http.js';

type Address = Parameters<LiteSVM['getBalance']>[0];
type SvmTransaction = Parameters<LiteSVM['sendTransaction']>[0];

/** A Solana node on loopback: the virtual machine of the network behind the node's JSON-RPC. */
export interface SvmNode {
  readonly url: string;
  /** Questions for a blockhash after which another one is told; 0: the chain stands still. */
  questionsABlock: number;
  balance(address: string): bigint;
  fund(address: string, lamports: bigint): void;
  close(): Promise<void>;
}

export async function startSvmNode(): Promise<SvmNode> {
  const svm = new LiteSVM();
  const sent = new Set<string>();
  let questions = 0;
  const answers: Record<string, (params: readonly unknown[]) => unknown> = {
    getGenesisHash: () => solana.keys.address(new Uint8Array(32).fill(7), 'testnet'),
    getLatestBlockhash() {
      questions += 1;
      if (node.questionsABlock > 0 && questions % node.questionsABlock === 0) svm.expireBlockhash();
      return { context: { slot: 1 }, value: { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 150 } };
    },
    getAccountInfo([address]) {
      const account = svm.getAccount(address as Address);
      if (!account.exists) return { value: null };
      const data = [Buffer.from(account.data).toString('base64'), 'base64'];
      return { value: { data, owner: account.programAddress, executable: account.executable } };
    },
    getMinimumBalanceForRentExemption: ([size]) => Number(svm.minimumBalanceForRentExemption(BigInt(Number(size)))),
    getTransaction: ([id]) => (sent.has(id as string) ? { meta: { err: null } } : null),
    getSignatureStatuses: ([ids]) => ({
      context: { slot: 9 },
      value: (ids as string[]).map((id) =>
        sent.has(id) ? { slot: 9, confirmations: null, err: null, confirmationStatus: 'finalized' } : null,
      ),
    }),
    sendTransaction([raw]) {
      const { signatures, message } = VersionedTransaction.deserialize(Buffer.from(raw as string, 'base64'));
      const id = solana.keys.address(signatures[0]!, 'testnet');
      // As the network: bytes that it has are no error, and take effect once.
      if (sent.has(id)) return id;
      const named = signatures.map((one, at) => [message.staticAccountKeys[at]!.toBase58(), one]);
      const wire = { messageBytes: message.serialize(), signatures: Object.fromEntries(named) };
      const result = svm.sendTransaction(wire as unknown as SvmTransaction);
      if (result instanceof FailedTransactionMetadata) throw new Error(result.toString());
      sent.add(id);
      return id;
    },
  };
  const server = await startServer((response, { body }) => {
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
    const reply = (part: object) => void json({ jsonrpc: '2.0', id, ...part })(response, {} as never);
    try {
      const answer = answers[method];
      if (answer === undefined) throw new Error(`Method not found: ${method}`);
      reply({ result: answer(params) });
    } catch (error) {
      reply({ error: { code: -32002, message: String(error) } });
    }
  });
  const node: SvmNode = {
    url: server.url,
    questionsABlock: 3,
    balance: (address) => svm.getBalance(address as Address) ?? 0n,
    fund: (address, lamports) => void svm.airdrop(address as Address, lamports as never),
    close: () => server.close(),
  };
  return node;
}
