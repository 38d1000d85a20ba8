import { availableParallelism } from 'node:os';
import { CustosError } from '../../core/errors.js';
import { type ChainId, parseChainId, parseSignatureId, type SignatureId } from '../../core/ids.js';
import { parsePendingId } from '../../core/signing/pending.js';
import { defaultMethod } from './four-eye.js';
import { bothOf, type Environment, type SettingsReader } from './reader.js';
import { NODE_VARIABLE } from './settings.js';

export interface DaemonConfig {
  /** Shortest time between polls of a chain, in milliseconds. */
  readonly period: number;
  /** Longest time between polls of an idle chain, in milliseconds. */
  readonly idlePeriod: number;
  /** Tries of an unsigned transaction before it is given up. */
  readonly maxAttempts: number;
  readonly confirmations: Confirmations;
  /** Most requests per second to each host. */
  readonly maxRequests?: number;
  readonly chains?: readonly ChainId[];
  readonly runOnce: boolean;
  readonly externalUrl?: string;
  readonly externalUrlMethod: 'GET' | 'POST';
  /** The operator knows that an approval by GET is weak, and wants no warning. */
  readonly acceptsGet: boolean;
  /** The four-eye secret signs questions only. */
  readonly unsignedAnswers: boolean;
  /** File with the four-eye secret. */
  readonly fourEyeSecretFile?: string;
  /** File with headers for the four-eye service. */
  readonly fourEyeHeaderFile?: string;
  readonly wallets?: ReadonlySet<SignatureId>;
  readonly transactions?: ReadonlySet<string>;
  readonly signers: number;
  readonly concurrency: number;
  readonly nodes: ReadonlyMap<ChainId, string>;
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
  readonly allowForeignKeys: ReadonlySet<ChainId>;
  /** `CHAIN[:ASSET]=AMOUNT` and `CHAIN:kind` as given; signing-rules.ts reads them with the list of chains. */
  readonly feeCeilings: readonly string[];
  readonly allowedHazards: readonly string[];
  /** Where the health server listens; without it there is no server. */
  readonly health?: { readonly host: string; readonly port: number };
}

/** Blocks that a transaction needs before it counts as completed. */
interface Confirmations {
  readonly default: number;
  readonly chains: ReadonlyMap<ChainId, number>;
}

/** Reads the settings of a daemon; a gateway and `doctor` use parts of them. */
export function readDaemonConfig(read: SettingsReader, environment: Environment): DaemonConfig {
  return {
    ...readPace(read),
    ...readFourEye(read, environment),
    ...readScope(read),
    ...readLimits(read),
    ...readHealth(read),
    runOnce: read.isSet('runOnce'),
    nodes: new Map([...nodeVariables(read, environment), ...read.pairs('node', (url) => url)]),
    developmentChainIds: read.pairs('chainId', developmentChainId),
  };
}

type Pace = Pick<
  DaemonConfig,
  'period' | 'idlePeriod' | 'maxAttempts' | 'maxRequests' | 'signers' | 'concurrency' | 'confirmations'
>;

function readPace(read: SettingsReader): Pace {
  const maxRequests = read.flag('maxRequests');
  return {
    period: read.number(read.flag('period'), { fallback: 5, min: 0.05, max: 86_400 }) * 1000,
    idlePeriod: read.number(read.flag('idlePeriod'), { fallback: 30, min: 0, max: 86_400 }) * 1000,
    maxAttempts: read.whole(read.flag('maxAttempts'), { fallback: 50, min: 1, max: 1_000_000 }),
    ...(maxRequests && { maxRequests: read.number(maxRequests, { fallback: 1, min: 0.1, max: 1_000_000 }) }),
    signers: read.whole(read.flag('signers'), { fallback: defaultSigners(), min: 1, max: 64 }),
    concurrency: read.whole(read.flag('concurrency'), { fallback: 128, min: 1, max: 10_000 }),
    confirmations: readConfirmations(read),
  };
}

/** One per core; more than eight would wait for the one front. */
function defaultSigners(): number {
  return Math.min(availableParallelism(), 8);
}

/** A number for all chains, or `CHAIN=NUMBER`, repeated or separated by commas. */
function readConfirmations(read: SettingsReader): Confirmations {
  const from = '--confirmations';
  const items = read.list('confirmations') ?? [];
  const forChains = items.filter((item) => item.includes('='));
  const [first, ...more] = items.filter((item) => !forChains.includes(item));
  if (first !== undefined && more.length > 0) {
    read.refuse(from, `${from} names two numbers for all chains: ${bothOf('confirmations', [first, ...more])}`);
  }
  return {
    default: first === undefined ? 1 : read.attempt(from, 1, () => depth(first)),
    chains: read.pairs('confirmations', depth, forChains),
  };
}

function depth(text: string): number {
  if (!/^\d{1,4}$/.test(text))
    throw new CustosError('CONFIG_INVALID', `${text} is not a number of blocks from 0 to 9999`);
  return Number(text);
}

type FourEye = Pick<
  DaemonConfig,
  'externalUrl' | 'externalUrlMethod' | 'acceptsGet' | 'unsignedAnswers' | 'fourEyeSecretFile' | 'fourEyeHeaderFile'
>;

function readFourEye(read: SettingsReader, environment: Environment): FourEye {
  const externalUrl = read.setting('externalUrl');
  const fourEyeSecretFile = read.text('fourEyeSecret');
  const headers = read.setting('fourEyeHeaderFile');
  const method = read.flag('externalUrlMethod');
  return {
    ...(externalUrl && { externalUrl: externalUrl.value }),
    externalUrlMethod: read.oneOf(method?.value === '' ? undefined : method, {
      allowed: ['GET', 'POST'],
      fallback: defaultMethod(read, environment),
    }),
    acceptsGet: read.isSet('acceptFourEyeGet'),
    unsignedAnswers: read.isSet('fourEyeUnsignedAnswers'),
    ...(fourEyeSecretFile !== undefined && { fourEyeSecretFile }),
    ...(headers && { fourEyeHeaderFile: headers.value }),
  };
}

type Scope = Pick<DaemonConfig, 'chains' | 'wallets' | 'transactions'>;

/** Which chains, wallets and transactions are served; all by default. */
function readScope(read: SettingsReader): Scope {
  for (const flag of ['chain', 'wallets', 'transactionIds']) read.only(flag);
  const chains = read.each('chain', parseChainId);
  const wallets = read.each('wallets', parseSignatureId);
  const transactions = read.each('transactionIds', parsePendingId);
  return {
    ...(chains && { chains }),
    ...(wallets && { wallets: new Set(wallets) }),
    ...(transactions && { transactions: new Set(transactions) }),
  };
}

type Limits = Pick<DaemonConfig, 'feeCeilings' | 'allowedHazards' | 'allowForeignKeys'>;

function readLimits(read: SettingsReader): Limits {
  return {
    feeCeilings: read.list('feeCeiling') ?? [],
    allowedHazards: read.list('allowHazard') ?? [],
    allowForeignKeys: new Set(read.each('allowForeignKey', parseChainId)),
  };
}

function readHealth(read: SettingsReader): Pick<DaemonConfig, 'health'> {
  const host = read.setting('healthHost') ?? { value: '127.0.0.1', from: '--health-host' };
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host.value)) {
    read.refuse(host.from, `${host.from} takes an address or a host name`);
  }
  const given = read.setting('healthPort');
  const port = read.whole(given, { fallback: 0, min: 0, max: 65_535 });
  return given === undefined ? {} : { health: { host: host.value, port } };
}

/** Reads CUSTOS_NODE_<CHAIN>: other users of the machine cannot see these URLs. */
function nodeVariables(read: SettingsReader, environment: Environment): ReadonlyMap<ChainId, string> {
  const found = new Map<ChainId, string>();
  for (const [name, url] of Object.entries(environment)) {
    const chain = NODE_VARIABLE.exec(name)?.[1];
    if (chain === undefined || url === undefined || url === '') continue;
    read.attempt(name, undefined, () => void found.set(parseChainId(chain), url));
  }
  return found;
}

function developmentChainId(number: string, pair: string): bigint {
  if (!/^[1-9]\d{0,18}$/.test(number)) throw new CustosError('CONFIG_INVALID', `${pair} is not CHAIN=NUMBER`);
  return BigInt(number);
}
