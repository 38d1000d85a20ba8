import { hex } from '@scure/base';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { encodeSigned } from '../../../src/chains/utxo/format.js';
import { scriptsOf } from '../../../src/chains/utxo/script.js';
import { transactionId } from '../../../src/chains/utxo/sign.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { NodeClient, RpcCall } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { keyOf } from '../signing.js';

export const key = keyOf(bitcoin);
export const other = keyOf(bitcoin, 0x22);
/** p2pkh, p2wpkh, p2sh-p2wpkh and p2tr of `key`, in hexadecimal digits. */
export const scripts = scriptsOf(key.publicKey).map((script) => hex.encode(script));
/** p2pkh of a receiver. */
export const foreign = hex.encode(scriptsOf(other.publicKey)[0]!);

export interface Out {
  readonly satoshis: number;
  readonly script: string;
}

/** A transaction that made outputs. */
export interface Made {
  readonly txId: string;
  readonly hex: string;
}

/** @param mark - makes its id another one */
export function madeBy(outputs: readonly Out[], mark = 0): Made {
  const inputs = [{ txId: '77'.repeat(32), index: mark, sequence: 0xffffffff, amount: 0n }];
  const made = { version: 2, lockTime: 0, inputs, outputs: outputs.map(outputOf) };
  const { stripped } = encodeSigned(made, []);
  return { txId: transactionId(stripped), hex: hex.encode(stripped) };
}

/** The same with a witness, as a node hands it out. */
export function withWitness({ hex: digits }: Made, flag = '01', behind = ''): string {
  return `${digits.slice(0, 8)}00${flag}${digits.slice(8, -8)}0101aa${behind}${digits.slice(-8)}`;
}

export interface In extends Out {
  readonly txId?: string;
  readonly index?: number;
  readonly sequence?: number;
}

/** A transaction in the JSON form of bitcore. */
export function bitcore(
  inputs: readonly In[],
  outputs: readonly Out[] = [{ satoshis: 4_900_000, script: foreign }],
  more: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    hash: '',
    version: 2,
    inputs: inputs.map(({ satoshis, script, txId, index, sequence }, at) => ({
      prevTxId: txId ?? 'ab'.repeat(32),
      outputIndex: index ?? at,
      sequenceNumber: sequence ?? 0xffffffff,
      script: '',
      scriptString: '',
      output: { satoshis, script },
    })),
    outputs,
    nLockTime: 0,
    ...more,
  });
}

/** The form of Bitcoin Cash: the unsigned bytes with the amounts behind. */
export function withAmounts(
  inputs: readonly In[],
  outputs: readonly Out[],
  { version = 2, lockTime = 0 }: { readonly version?: number; readonly lockTime?: number } = {},
): string {
  const spent = inputs.map(({ txId, index, sequence }, at) => ({
    txId: txId ?? 'cd'.repeat(32),
    index: index ?? at,
    sequence: sequence ?? 0xffffffff,
    amount: 0n,
  }));
  const { raw } = encodeSigned({ version, lockTime, inputs: spent, outputs: outputs.map(outputOf) }, []);
  return `${hex.encode(raw)}:${JSON.stringify(inputs.map(({ satoshis }) => satoshis))}`;
}

function outputOf({ satoshis, script }: Out) {
  return { amount: BigInt(satoshis), script: hex.decode(script) };
}

/** A request with the transactions whose outputs it spends. */
export function proven(transaction: string, previous: readonly Made[]): string {
  const byId = Object.fromEntries(previous.map(({ txId, hex: digits }) => [txId, digits]));
  return JSON.stringify({ transaction, previous: byId });
}

export function contextOf(chain: Chain): ParseContext {
  const address = chain.keys.address(key.publicKey, 'testnet');
  return { network: 'testnet', from: address, signers: [{ address, publicKey: key.publicKey }] };
}

/** Answers of a node by method; an error is thrown. */
export type NodeAnswers = Readonly<Record<string, (...params: readonly unknown[]) => unknown>>;

export function refused(words: string): CustosError {
  return new CustosError('NODE_REFUSED', words);
}

/** @param asked - gets every exchange: the calls in it */
export function nodeOf(answers: NodeAnswers, asked: RpcCall[][] = [], takesBatches = true): NodeClient {
  const answer = ({ method, params }: RpcCall): unknown => {
    const found = answers[method]?.(...params) ?? refused(`Method not found (code -32601): ${method}`);
    if (found instanceof Error) throw found;
    return found;
  };
  const outcome = (call: RpcCall) => {
    try {
      return { kind: 'answered', result: answer(call) } as const;
    } catch (error) {
      if (error instanceof CustosError) return { kind: 'refused', error } as const;
      throw error;
    }
  };
  const batch = async (calls: readonly RpcCall[]) => {
    asked.push([...calls]);
    if (!takesBatches) throw refused('no batches here');
    return calls.map(outcome);
  };
  return {
    rpc: async (method, params) => {
      asked.push([{ method, params }]);
      return answer({ method, params });
    },
    http: () => Promise.reject(refused('no HTTP interface')),
    batch,
  };
}
