/** The library's door: the words of the product, and what an embedding program needs to use or replace a part. */

export { type Config, readConfig } from './app/config/config.js';
export { type DaemonRun, runDaemon } from './app/daemon/run.js';
export { openGateway } from './app/gateway/open.js';
export { createHouse, type House } from './app/house.js';
export type { Terminal } from './app/process/terminal.js';
export { initStore } from './app/store/passwords.js';
export { createWallets } from './app/wallets/create.js';
export { importWallets } from './app/wallets/import.js';
export { parseImport } from './app/wallets/import-format.js';
export type * from './core/chain/builder.js';
export type * from './core/chain/chain.js';
export type * from './core/chain/codec.js';
export type * from './core/chain/keys.js';
export type * from './core/chain/node.js';
export { type Summary, summaryToJson } from './core/chain/summary.js';
export { type Clock, systemClock } from './core/clock.js';
export { CustosError, type ErrorCode, errorKinds } from './core/errors.js';
export { type ChainId, type Network, parseSignatureId, type SignatureId } from './core/ids.js';
export type * from './core/network/cloud.js';
export { Secret } from './core/secret.js';
export type * from './core/signing/judge.js';
export { type PendingTransaction, parsePending } from './core/signing/pending.js';
export type * from './core/signing/signer.js';
export type * from './core/signing/vault.js';
export type * from './core/signing/wallet.js';
export type * from './core/store/journal.js';
export type * from './core/store/store.js';
