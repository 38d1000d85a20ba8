/** The library's door: the words of the product, and what an embedding program needs to use or replace a part. */

export { type Config, readConfig } from './app/config.js';
export { type DaemonRun, runDaemon } from './app/daemon-work.js';
export { openGateway } from './app/gateway-work.js';
export { createHouse, type House } from './app/house.js';
export { parseImport } from './app/import-format.js';
export { importWallets } from './app/import-work.js';
export { initStore } from './app/key-work.js';
export type { Terminal } from './app/terminal.js';
export { createWallets } from './app/wallet-work.js';
export type * from './core/chain.js';
export { type Clock, systemClock } from './core/clock.js';
export type * from './core/cloud.js';
export { CustosError, type ErrorCode, errorKinds } from './core/errors.js';
export { type ChainId, type Network, parseSignatureId, type SignatureId } from './core/ids.js';
export type * from './core/journal.js';
export type * from './core/judge.js';
export { type PendingTransaction, parsePending } from './core/pending.js';
export { Secret } from './core/secret.js';
export type * from './core/signer.js';
export type * from './core/store.js';
export { type Summary, summaryToJson } from './core/summary.js';
export type * from './core/vault.js';
export type * from './core/wallet.js';
