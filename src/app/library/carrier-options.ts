import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Log } from '../../core/log.js';
import type { Judge } from '../../core/signing/judge.js';
import { func, network, readArgument } from './argument.js';
import type { TransactionSource } from './source.js';

export interface CarrierOptions {
  readonly network: Network;
  /** URL of the node of each served chain, by ticker; https on mainnet, unless the host is private. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Asked in order about each decoded transaction; the first objection ends it. Mainnet needs at least one. */
  readonly judges: readonly Judge[];
  readonly source?: TransactionSource;
  /** Blocks that a completed transaction needs, its own included; default 1. */
  readonly confirmations?: number;
  /** Largest fees, in the form of `--fee-ceiling`: `ETH=0.1`. */
  readonly feeCeilings?: readonly string[];
  /** Hazards that do not stop a transaction, in the form of `--allow-hazard`: `ETH:unlimited-allowance`. */
  readonly allowedHazards?: readonly string[];
  /** Chain id of a development chain, by ticker: `{ETH: 31337}`. */
  readonly developmentChainIds?: Readonly<Record<string, number>>;
  /** Receives events; optional. Its errors are ignored. */
  readonly log?: Log;
}

const options = z.strictObject({
  network,
  nodes: z.record(z.string(), z.string()),
  judges: z.array(z.custom<Judge>(isJudge, 'must be a judge: {name: text, decide: function}')),
  source: z.custom<TransactionSource>(isSource, 'must have the function pending').exactOptional(),
  confirmations: z.int().min(1).max(10_000).exactOptional(),
  feeCeilings: z.array(z.string()).exactOptional(),
  allowedHazards: z.array(z.string()).exactOptional(),
  developmentChainIds: z.record(z.string(), z.int().min(1)).exactOptional(),
  log: z.looseObject({ debug: func, info: func, warn: func, error: func }).exactOptional(),
});

function isJudge(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, decide } = value as { name?: unknown; decide?: unknown };
  return typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) && typeof decide === 'function';
}

function isSource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { pending, completed, failed } = value as { [name: string]: unknown };
  const isFunction = (one: unknown) => typeof one === 'function';
  return isFunction(pending) && [completed, failed].every((one) => one === undefined || isFunction(one));
}

/** @throws CustosError ARGUMENT_INVALID */
export function readOptions(given: unknown): CarrierOptions {
  const read = readArgument(options, given, 'carrier') as CarrierOptions;
  if (read.network === 'mainnet' && read.judges.length === 0) {
    throw new CustosError('ARGUMENT_INVALID', 'carrier: judges: mainnet needs at least one judge');
  }
  return read;
}
