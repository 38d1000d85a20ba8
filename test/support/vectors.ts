import { readFileSync } from 'node:fs';

/** One recorded question and its answer. A JSON-RPC question has a body, a REST question only a URL. */
export interface RecordedCall {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly body?: { readonly method: string; readonly params: readonly unknown[] };
  };
  readonly response: { readonly status: number; readonly body: unknown };
}

export interface TransactionVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Readonly<Record<string, unknown>> & { readonly serializedTransaction: string };
  readonly wallets: Readonly<Record<string, { readonly mnemonic?: string; readonly privateKey?: string }>>;
  readonly rpc: readonly RecordedCall[];
  readonly txData: string;
  readonly deterministic: boolean;
}

export interface ChainVectors {
  readonly chain: string;
  readonly source: string;
  readonly wallets: readonly { readonly testnet: boolean; readonly mnemonic: string; readonly xpub: string }[];
  readonly addresses: readonly {
    readonly testnet: boolean;
    readonly xpub: string;
    readonly index: number;
    readonly address: string;
  }[];
  readonly privateKeys: readonly {
    readonly testnet: boolean;
    readonly mnemonic: string;
    readonly index: number;
    readonly privateKey: string;
    readonly address: string;
  }[];
  readonly transactions: readonly TransactionVector[];
}

export interface ErrorVector extends Omit<TransactionVector, 'txData' | 'deterministic'> {
  readonly chain: string;
  readonly broadcasts: readonly { readonly body: { readonly txData: string } }[];
  readonly kmsBatch: readonly unknown[];
}

/** Tickers of the EVM chains, which are also the names of their vector files. */
export const evmChainIds = [
  ...['ETH', 'BSC', 'MATIC', 'CELO', 'KLAY', 'ONE', 'KCS', 'XDC'],
  ...['AVAX', 'OPTIMISM', 'BASE', 'CRO', 'FTM', 'FLR', 'S'],
] as const;

/** The vectors of one chain, from test/vectors/chains. */
export function loadVectors(id: string): ChainVectors {
  return readJson(id) as ChainVectors;
}

/** Recorded cases that ended in an error report or in a quirk, of the EVM and UTXO chains. */
export function loadErrorVectors(): readonly ErrorVector[] {
  return (readJson('_errors-utxo-evm') as { cases: readonly ErrorVector[] }).cases;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/chains/${name}.json`, import.meta.url), 'utf8'));
}
