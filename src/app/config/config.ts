import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CustosError } from '../../core/errors.js';
import {
  type ChainId,
  type Network,
  networkOf,
  parseChainId,
  parseSignatureId,
  type SignatureId,
} from '../../core/ids.js';
import { parsePendingId } from '../../core/signing/pending.js';
import { type EnvFile, readEnvFile } from './env-file.js';
import { defaultMethod } from './four-eye.js';
import { absolute } from './paths.js';
import { NODE_VARIABLE, type SettingName, settings } from './settings.js';

/** What the command line was given, by camel-case flag name. */
export type Flags = Readonly<Record<string, unknown>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export type PasswordSource = 'local' | 'aws' | 'azure' | 'vgs';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** All settings, read once, checked whole, frozen. Secrets stay in `environment` until a room asks for its own. */
export interface Config {
  /** Absolute; undefined where the system knows none. */
  readonly home: string | undefined;
  readonly environment: Environment;
  readonly envFile: string;
  /** An absolute path, or the URL of a database; empty where it was not named and there is no home directory. */
  readonly store: string;
  readonly network: Network;
  readonly cloudUrl: string;
  readonly passwordSource: PasswordSource;
  readonly passwordFile?: string;
  readonly daemon: DaemonConfig;
  readonly logLevel: LogLevel;
  readonly json: boolean;
  readonly flags: Flags;
  /** Every mistake in the settings; only `doctor` goes on with any. */
  readonly problems: readonly string[];
  /** What is no mistake but should be known, e.g. a file of secrets that others may read. */
  readonly warnings: readonly string[];
}

export interface DaemonConfig {
  /** Milliseconds between polls of a chain, at the least. */
  readonly period: number;
  /** Milliseconds between polls of a chain on which nothing happens, at the most. */
  readonly idlePeriod: number;
  /** Tries of an unsigned transaction before it is given up. */
  readonly maxAttempts: number;
  readonly confirmations: Confirmations;
  /** Requests a second to each host, at the most. */
  readonly maxRequests?: number;
  readonly chains?: readonly ChainId[];
  readonly runOnce: boolean;
  readonly externalUrl?: string;
  readonly externalUrlMethod: 'GET' | 'POST';
  /** The operator knows what an approval by GET is worth, and wants no warning. */
  readonly acceptsGet: boolean;
  /** The four-eye secret signs questions only. */
  readonly unsignedAnswers: boolean;
  readonly wallets?: ReadonlySet<SignatureId>;
  readonly transactions?: ReadonlySet<string>;
  readonly signers: number;
  readonly concurrency: number;
  readonly nodes: ReadonlyMap<ChainId, string>;
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
  readonly allowForeignKeys: ReadonlySet<ChainId>;
  /** `CHAIN[:ASSET]=AMOUNT` and `CHAIN:kind` as they were given; app/config/signing-rules.ts reads them with the chains at hand. */
  readonly feeCeilings: readonly string[];
  readonly allowedHazards: readonly string[];
  /** Where the health server listens; there is none when absent. */
  readonly health?: { readonly host: string; readonly port: number };
}

/** Blocks that a transaction needs before it is called completed. */
export interface Confirmations {
  readonly default: number;
  readonly chains: ReadonlyMap<ChainId, number>;
}

const DEFAULT_CLOUD = 'https://api.tatum.io';
const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/**
 * Reads the configuration: flag, then environment, then file, then default.
 * @throws CustosError CONFIG_INVALID: `details.problems` lists every mistake at once
 */
export function readConfig(flags: Flags, processEnvironment: Environment, home: string | undefined): Config {
  const config = examineConfig(flags, processEnvironment, home);
  const { problems } = config;
  if (problems.length > 0) throw new CustosError('CONFIG_INVALID', problems.join('; '), { details: { problems } });
  return config;
}

/** As `readConfig`, for whoever explains mistakes: they are listed in `problems`, with defaults in the place of what is wrong. */
export function examineConfig(flags: Flags, processEnvironment: Environment, home: string | undefined): Config {
  const problems: string[] = [];
  const named = text(flags['envFile']);
  const envFile = named ?? (home === undefined ? '' : join(home, '.tatumrc', '.env'));
  const file = envFile === '' ? noFile : readEnvFile(envFile, named !== undefined);
  problems.push(...file.problems.map((problem) => `--envFile: ${problem}`));
  const environment = merged(file, processEnvironment);
  const read = reader(flags, environment, problems);
  const config: Config = {
    home,
    environment,
    envFile,
    store: absolute(text(flags['store']) ?? text(flags['path']) ?? settingValue('store', flags, environment), {
      home,
      name: 'store.db',
    }),
    network: networkOf(flags['testnet'] === true),
    cloudUrl: settingValue('cloudUrl', flags, environment) ?? DEFAULT_CLOUD,
    passwordSource: read.passwordSource(),
    ...optional('passwordFile', settingValue('passwordFile', flags, environment)),
    daemon: Object.freeze(read.daemon()),
    logLevel: read.oneOf('log-level', settingValue('logLevel', flags, environment) ?? 'info', logLevels),
    json: flags['json'] === true,
    flags,
    problems,
    warnings: file.warnings,
  };
  return Object.freeze(config);
}

/** Value of one setting: flag, then environment (which includes the file). Empty text counts as not set. */
export function settingValue(name: SettingName, flags: Flags, environment: Environment): string | undefined {
  const setting = settings[name];
  const given = 'flag' in setting ? text(flags[setting.flag]) : undefined;
  if (given !== undefined) return given;
  for (const variable of setting.env) {
    const value = text(environment[variable]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function reader(flags: Flags, environment: Environment, problems: string[]) {
  const attempt = <T>(label: string, fallback: T, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      problems.push(`${label}: ${error instanceof CustosError ? error.message : 'not readable'}`);
      return fallback;
    }
  };
  const number = (label: string, value: unknown, limits: { fallback: number; min: number; max: number }): number => {
    if (value === undefined) return limits.fallback;
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (parsed >= limits.min && parsed <= limits.max) return parsed;
    problems.push(`--${label} takes a number from ${limits.min} to ${limits.max}`);
    return limits.fallback;
  };
  const oneOf = <T extends string>(label: string, value: string, allowed: readonly T[]): T => {
    const found = allowed.find((item) => item.toLowerCase() === value.toLowerCase());
    if (found === undefined) problems.push(`--${label} takes one of ${allowed.join(', ')}`);
    return found ?? (allowed[0] as T);
  };
  const whole = (label: string, limits: { fallback: number; min: number; max: number }): number => {
    const flag = label.replace(/-[a-z]/g, (part) => part.slice(1).toUpperCase());
    const parsed = number(label, flags[flag], limits);
    if (!Number.isInteger(parsed)) problems.push(`--${label} takes a whole number`);
    return parsed;
  };
  const health = (): Pick<DaemonConfig, 'health'> => {
    const host = settingValue('healthHost', flags, environment) ?? '127.0.0.1';
    const port = settingValue('healthPort', flags, environment);
    if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host)) problems.push('--health-host takes an address or a host name');
    const limits = { fallback: 0, min: 0, max: 65_535 };
    const chosen = number('health-port', port, limits);
    if (!Number.isInteger(chosen)) problems.push('--health-port takes a whole number');
    return port === undefined ? {} : { health: { host, port: chosen } };
  };
  return {
    oneOf,
    passwordSource(): PasswordSource {
      const chosen = (['aws', 'azure', 'vgs'] as const).filter((source) => flags[source] === true);
      if (chosen.length > 1) problems.push(`choose one of --${chosen.join(', --')}`);
      return chosen[0] ?? 'local';
    },
    daemon(): DaemonConfig {
      const chains = list(flags['chain']);
      const wallets = list(flags['wallets']);
      const transactions = list(flags['transactionIds']);
      const method = text(flags['externalUrlMethod']) ?? defaultMethod(flags, environment);
      const period = number('period', flags['period'], { fallback: 5, min: 0.05, max: 86_400 });
      return {
        period: period * 1000,
        idlePeriod: number('idle-period', flags['idlePeriod'], { fallback: 30, min: 0, max: 86_400 }) * 1000,
        maxAttempts: whole('max-attempts', { fallback: 50, min: 1, max: 1_000_000 }),
        ...(flags['maxRequests'] !== undefined && {
          maxRequests: number('max-requests', flags['maxRequests'], { fallback: 1, min: 0.1, max: 1_000_000 }),
        }),
        confirmations: attempt('--confirmations', { default: 1, chains: new Map() }, () =>
          readConfirmations(flags['confirmations']),
        ),
        ...(chains && { chains: attempt('--chain', [], () => chains.map(parseChainId)) }),
        runOnce: flags['runOnce'] === true,
        ...optional('externalUrl', settingValue('externalUrl', flags, environment)),
        externalUrlMethod: oneOf('externalUrlMethod', method, ['GET', 'POST']),
        acceptsGet: flags['acceptFourEyeGet'] === true,
        unsignedAnswers: flags['fourEyeUnsignedAnswers'] === true,
        ...(wallets && { wallets: attempt('--wallets', new Set(), () => new Set(wallets.map(parseSignatureId))) }),
        ...(transactions && {
          transactions: attempt('--transactionIds', new Set(), () => new Set(transactions.map(parsePendingId))),
        }),
        signers: whole('signers', { fallback: defaultSigners(), min: 1, max: 64 }),
        concurrency: whole('concurrency', { fallback: 64, min: 1, max: 10_000 }),
        nodes: attempt('--node', new Map(), () => nodesOf(flags, environment)),
        developmentChainIds: attempt('--chain-id', new Map(), () => developmentChainIds(flags['chainId'])),
        feeCeilings: list(flags['feeCeiling']) ?? [],
        allowedHazards: list(flags['allowHazard']) ?? [],
        allowForeignKeys: attempt('--allow-foreign-key', new Set(), () => {
          return new Set((list(flags['allowForeignKey']) ?? []).map(parseChainId));
        }),
        ...health(),
      };
    },
  };
}

/** A number for all chains, or `CHAIN=NUMBER`, repeated or separated by commas. */
function readConfirmations(value: unknown): Confirmations {
  const given = list(value) ?? [];
  const all = given.filter((item) => !item.includes('='));
  const chains = new Map<ChainId, number>();
  for (const [chain, text] of pairs(given.filter((item) => item.includes('=')))) chains.set(chain, depth(text));
  return { default: depth(all.at(-1) ?? '1'), chains };
}

function depth(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new CustosError('CONFIG_INVALID', `${text} is no number of blocks from 0 to 9999`);
  return Number(text);
}

/** As many as there are cores; more than eight would wait for the one front. */
function defaultSigners(): number {
  return Math.min(availableParallelism(), 8);
}

function developmentChainIds(value: unknown): Map<ChainId, bigint> {
  const ids = new Map<ChainId, bigint>();
  for (const [chain, number] of pairs(value)) {
    if (!/^[1-9]\d{0,18}$/.test(number)) {
      throw new CustosError('CONFIG_INVALID', `${chain}=${number} is not CHAIN=NUMBER`);
    }
    ids.set(chain, BigInt(number));
  }
  return ids;
}

/** By flag, or by CUSTOS_NODE_<CHAIN>, where other users of the machine do not see what is in the URL. */
function nodesOf(flags: Flags, environment: Environment): Map<ChainId, string> {
  const named = Object.entries(environment).flatMap(([name, url]) => {
    const chain = NODE_VARIABLE.exec(name)?.[1];
    return chain === undefined || text(url) === undefined ? [] : [[parseChainId(chain), url ?? ''] as const];
  });
  return new Map([...named, ...pairs(flags['node'])]);
}

/** `CHAIN=VALUE`, repeated or separated by commas. */
function pairs(value: unknown): Map<ChainId, string> {
  const result = new Map<ChainId, string>();
  for (const pair of list(value) ?? []) {
    const at = pair.indexOf('=');
    if (at <= 0 || at === pair.length - 1) throw new CustosError('CONFIG_INVALID', 'expected CHAIN=VALUE');
    result.set(parseChainId(pair.slice(0, at)), pair.slice(at + 1));
  }
  return result;
}

function list(value: unknown): readonly string[] | undefined {
  const given = Array.isArray(value) ? value : value === undefined ? undefined : [value];
  const items = given?.flatMap((item) => String(item).split(',')).map((item) => item.trim());
  return items?.filter((item) => item !== '');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

const noFile: EnvFile = { values: {}, problems: [], warnings: [] };

/** The process's own environment over the file, also where they call one setting by different names. */
function merged({ values }: EnvFile, own: Environment): Environment {
  const overruled = Object.values(settings)
    .map(({ env }): readonly string[] => env)
    .filter((names) => names.some((name) => text(own[name]) !== undefined));
  const hidden = new Set(overruled.flat());
  return { ...Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.has(name))), ...own };
}
