import { readdirSync, readFileSync } from 'node:fs';
import { createRegistry } from '../../src/chains/registry.js';

/** One recorded question and its answer. A JSON-RPC question has a body with a method, any other a body of its own or none. */
export interface RecordedCall {
  readonly request: {
    readonly method: string;
    /** Path and query, or absolute where the host is not the cloud. */
    readonly url: string;
    readonly body?: { readonly method: string; readonly params: readonly unknown[] };
  };
  readonly response: { readonly status: number; readonly body: unknown };
}

/** Secrets of a wallet as they are stored by the peer. */
export interface VectorSecrets {
  readonly mnemonic?: string;
  readonly privateKey?: string;
  readonly secret?: string;
}

export interface TransactionVector {
  readonly name: string;
  readonly testnet: boolean;
  readonly pending: Readonly<Record<string, unknown>> & { readonly serializedTransaction: string };
  readonly wallets: Readonly<Record<string, VectorSecrets>>;
  readonly rpc: readonly RecordedCall[];
  readonly txData: string;
  readonly deterministic: boolean;
  readonly broadcast: { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
}

export interface ChainVectors {
  readonly chain: string;
  readonly source: string;
  readonly wallets: readonly (VectorSecrets & {
    readonly testnet: boolean;
    readonly mnemonic: string;
    readonly xpub: string;
    readonly address?: string;
  })[];
  readonly addresses: readonly {
    readonly testnet: boolean;
    readonly mnemonic?: string;
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
    readonly addressSource?: string;
  }[];
  readonly transactions: readonly TransactionVector[];
}

export interface ErrorVector extends Omit<TransactionVector, 'txData' | 'deterministic' | 'broadcast'> {
  readonly chain: string;
  readonly broadcasts: readonly { readonly body: { readonly txData: string } }[];
  readonly kmsBatch: readonly unknown[];
}

const registry = createRegistry();
const folder = new URL('../vectors/chains/', import.meta.url);

/** Tickers of the chains that have vectors: the names of their files. */
export const vectorFiles: readonly string[] = readdirSync(folder).flatMap(
  (name) => /^([A-Z0-9]+)\.json$/.exec(name)?.[1] ?? [],
);
/** The same in the order of the registry. */
export const chainIds: readonly string[] = registry.ids.filter((id) => vectorFiles.includes(id));
/** Those of the Ethereum family. */
export const evmChainIds = chainIds.filter((id) => registry.get(id).builder?.kind === 'evm');
/** Those of Bitcoin's family. */
export const utxoChainIds = chainIds.filter((id) => registry.get(id).builder?.kind === 'bitcoind');
/** All but the Ethereum family. */
export const otherChainIds = chainIds.filter((id) => !evmChainIds.includes(id));

/** The vectors of one chain, from test/vectors/chains. */
export function loadVectors(id: string): ChainVectors {
  const file = readJson(id) as ChainVectors;
  const { addresses = [], privateKeys = [] } = file;
  const transactions = file.transactions.map((one) => ({ ...one, rpc: (one.rpc ?? []).map(readCall) }));
  return { ...file, addresses, privateKeys, transactions };
}

type RawRequest = RecordedCall['request'] & { readonly path?: string };

/** The recordings came about in two ways: with `url` and a status, or with `path` and the bare body. */
function readCall(call: { readonly request: RawRequest; readonly response: unknown }): RecordedCall {
  const { method, url, path = '', body } = call.request;
  const { response } = call;
  const place = (url ?? path).replace('stub-api-key', 'test-api-key').replace(/^\/__access\/(testnet|mainnet)/, '');
  const request = { method, url: place, ...(body !== undefined && body !== null && { body }) };
  const isWrapped = typeof response === 'object' && response !== null && 'status' in response && 'body' in response;
  return { request, response: isWrapped ? (response as RecordedCall['response']) : { status: 200, body: response } };
}

/** What a daemon needs for recordings that spend outputs which never were, so that nobody can prove their amounts. */
export const unprovedFlags = utxoChainIds.map((id) => `--allow-hazard=${id}:unproved-amount`);

/** Recorded cases that ended in an error report or in a quirk, of the EVM and UTXO chains. */
export function loadErrorVectors(): readonly ErrorVector[] {
  return (readJson('_errors-utxo-evm') as { cases: readonly ErrorVector[] }).cases;
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}
