import type { CustosClient } from './client.js';
import { CustosClientError } from './errors.js';
import type { SignatureRequest, Transaction } from './operations.js';

/** The wallet that an adapter signs with. */
export interface WalletOptions {
  readonly custos: CustosClient;
  /** Id of the wallet. */
  readonly wallet: string;
  /** Milliseconds that one signature or transaction may take, persons who approve it included: 120,000 by default. */
  readonly timeout?: number | undefined;
}

/** One wallet with one address, as adapters ask for its signatures and transactions. */
export interface SigningWallet {
  readonly chain: string;
  readonly address: string;
  /** Has Custos sign and send. Resolves to the id when the network has it. */
  send(unsigned: string, signal?: AbortSignal): Promise<string>;
  /** Has Custos sign, and send nothing. Resolves to the signed bytes in the form of the chain. */
  signTransaction(unsigned: string): Promise<string>;
  sign(content: Content): Promise<string>;
}

type Content = SignatureRequest extends infer R ? (R extends unknown ? Omit<R, 'chain' | 'from'> : never) : never;

/** @throws CustosClientError CLIENT_OPTIONS: it has no single address; CustosApiError, CustosConnectionError */
export async function signingWallet({ custos, wallet, timeout }: WalletOptions): Promise<SigningWallet> {
  const { chain, address } = await custos.call('getWallet', { params: { id: wallet } });
  if (typeof address !== 'string') {
    throw new CustosClientError('CLIENT_OPTIONS', `the wallet ${wallet} has no address of its own`);
  }
  const from = { wallet };
  const carried = async (unsigned: string, delivery: Transaction['delivery'], signal?: AbortSignal) => {
    const request = { kind: 'raw', chain, keys: [from], unsigned, delivery } as const;
    return (await custos.submit(request, { signal })).wait({ timeout, signal });
  };
  return {
    ...{ chain, address },
    send: async (unsigned, signal) => required((await carried(unsigned, 'broadcast', signal)).txId),
    signTransaction: async (unsigned) => required((await carried(unsigned, 'return')).signed),
    async sign(content) {
      const asked = await custos.sign({ ...content, chain, from });
      return required((await asked.wait({ timeout })).signature);
    },
  };
}

function required(text: string | null): string {
  if (typeof text === 'string' && text !== '') return text;
  throw new CustosClientError('UNREADABLE', 'the answer of the server has no signature');
}
