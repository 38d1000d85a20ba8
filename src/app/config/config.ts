import { isAbsolute, join } from 'node:path';
import { type Network, networkOf, quote } from '../../core/ids.js';
import type { Demand } from '../../core/policy/demand.js';
import { type HsmConfig, readHsmConfig } from '../hsm/config.js';
import type { LogFormat, LogShape } from '../process/log-format.js';
import { type ApproversConfig, readApprovers } from './approvers.js';
import { type CommandOptions, readCommandOptions } from './command-options.js';
import { type DaemonConfig, readDaemonConfig } from './daemon-config.js';
import { type EnvFile, readEnvFile } from './env-file.js';
import { type FrontSettings, frontSettings } from './front-settings.js';
import { type GatewayConfig, readGatewayConfig } from './gateway-config.js';
import { readNeeds } from './needs.js';
import { type PasswordConfig, readPasswordConfig } from './password-config.js';
import { absolute } from './paths.js';
import { type Problem, refuseProblems } from './problem.js';
import { type Environment, type Flags, SettingsReader } from './reader.js';
import { readSecrets, type Secrets } from './secrets.js';
import { readServeConfig, type ServeConfig } from './serve-config.js';
import { type SettingName, type ShownSetting, settings, unknownVariables } from './settings.js';
import { shownValue } from './shown-value.js';
import { readSignerConfig, type SignerConfig } from './signer-config.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/**
 * All settings: read once, checked completely, frozen. Nothing else reads a flag or a variable; functions get the part that they
 * need.
 */
export interface Config {
  /** Absolute; undefined if the system knows none. */
  readonly home: string | undefined;
  readonly envFile: string;
  /** An absolute path, or the URL of a database; empty if it was not named and there is no home directory. */
  readonly store: string;
  readonly network: Network;
  readonly cloudUrl: string;
  /** File with headers for cloud or gateway. */
  readonly cloudHeaderFile?: string;
  readonly password: PasswordConfig;
  readonly secrets: Secrets;
  readonly proxies: ProxyConfig;
  /** Approvals that every transaction needs. */
  readonly needs: readonly Demand[];
  readonly approvers: ApproversConfig;
  readonly daemon: DaemonConfig;
  readonly gateway: GatewayConfig;
  readonly signer: SignerConfig;
  readonly hsm: HsmConfig;
  /** Absent for every command but `serve`. */
  readonly serve?: ServeConfig;
  readonly logLevel: LogLevel;
  readonly logShape: LogShape;
  /** The collector of traces, without a slash at its end; absent: there are none. */
  readonly otlp?: string;
  readonly options: CommandOptions;
  readonly onCommandLine: OnCommandLine;
  /** Each setting as `doctor` shows it. */
  readonly shown: readonly ShownSetting[];
  /** The flag or variable that each setting came from. */
  readonly sources: Readonly<Partial<Record<SettingName, string>>>;
  /** Variables with our prefix that have no effect. */
  readonly unknownVariables: readonly string[];
  /** Variables of Node itself that `doctor` judges. */
  readonly nodeVariables: Environment;
  /** Every mistake in the settings; only `doctor` continues despite one. */
  readonly problems: readonly Problem[];
  /** Warnings that are not mistakes, e.g. a secrets file that others may read. */
  readonly warnings: readonly string[];
}

/** The variables that name proxies, as core/network/proxy.ts reads them. */
export interface ProxyConfig {
  readonly variables: Environment;
  /** Requests to this machine also go through a proxy. */
  readonly loopback: boolean;
}

/** Secrets that were given as flags, which every user of the machine can read. */
interface OnCommandLine {
  readonly apiKey: boolean;
  /** Locations of databases that flags named; a password may be in one. */
  readonly locations: readonly string[];
}

const DEFAULT_CLOUD = 'https://api.tatum.io';
const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];
const noFile: EnvFile = { values: {}, problems: [], warnings: [] };

const logFormats: readonly LogFormat[] = ['json', 'ecs', 'gcp'];

function readTracing(read: SettingsReader): Pick<Config, 'logShape' | 'otlp'> {
  const format = read.oneOf(read.setting('logFormat'), { allowed: logFormats, fallback: 'json' });
  const otlp = read.setting('otlp')?.value;
  return { logShape: { format, traces: otlp !== undefined }, ...(otlp !== undefined && { otlp }) };
}

/** Flags that may be given several times; the list of options in the command line says the same of them. */
export const repeatable: ReadonlySet<string> = new Set([
  'node',
  'chainId',
  'feeCeiling',
  'allowHazard',
  'allowForeignKey',
  'allowMethod',
  'currency',
  'contract',
  'walletFactory',
  'confirmations',
  'approver',
  'tag',
  'add',
  'remove',
  'scope',
  'fromNetwork',
  'role',
  'type',
  'tlsClient',
]);

/**
 * Reads the configuration: flag, then environment, then file, then default.
 * @throws CustosError the code of the one mistake, or CONFIG_INVALID: `details.problems` lists every mistake at once
 */
export function readConfig(flags: Flags, environment: Environment, home: string | undefined): Config {
  return readSettings(flags, environment, home).config;
}

/** As `readConfig`, but lists mistakes in `problems` and replaces wrong values with defaults. */
export function examineConfig(flags: Flags, environment: Environment, home: string | undefined): Config {
  return examineSettings(flags, environment, home).config;
}

/** What a command is told. Both come from one reading of the settings file: a pipe gives its text only once. */
export interface Settings {
  readonly config: Config;
  /** The same for the front of a daemon, without anything that leads to the password. */
  readonly front: FrontSettings;
}

/** @throws as `readConfig` */
export function readSettings(flags: Flags, environment: Environment, home: string | undefined): Settings {
  const settings = examineSettings(flags, environment, home);
  refuseProblems(settings.config.problems);
  return settings;
}

/** As `examineConfig`. */
export function examineSettings(flags: Flags, processEnvironment: Environment, home: string | undefined): Settings {
  const found = envFileOf(flags, home);
  const given = { flags, environment: merged(found.file, processEnvironment), home };
  return { config: examined(given, found), front: frontSettings(given) };
}

/** As `examineConfig`, for a front: its settings have what the settings file says, and it does not read that file. */
export function examineFrontConfig(given: FrontSettings): Config {
  return examined(given, { envFile: '', file: noFile });
}

interface FoundFile {
  /** Its path; empty if there can be none. */
  readonly envFile: string;
  readonly file: EnvFile;
}

function envFileOf(flags: Flags, home: string | undefined): FoundFile {
  const named = new SettingsReader(flags, {}).text('envFile');
  const envFile = named ?? (home === undefined ? '' : join(home, '.tatumrc', '.env'));
  return { envFile, file: envFile === '' ? noFile : readEnvFile(envFile, { isNamed: named !== undefined }) };
}

function examined({ flags, environment, home }: FrontSettings, { envFile, file }: FoundFile): Config {
  const read = new SettingsReader(flags, environment);
  for (const problem of file.problems) read.refuse('--envFile', problem);
  refuseRelativeHome(read, environment);
  read.refuseRepeated(repeatable);
  read.refuseEmpty();
  const store = read.text('store') ?? read.text('path') ?? read.setting('store')?.value;
  const config = {
    home,
    envFile,
    store: absolute(store, { home, name: 'store.db' }),
    network: networkOf(read.isSet('testnet')),
    cloudUrl: read.setting('cloudUrl')?.value ?? DEFAULT_CLOUD,
    ...headerFile(read),
    password: readPasswordConfig(read, environment),
    secrets: readSecrets(read, environment),
    proxies: { variables: proxyVariables(environment), loopback: read.isSet('proxyLoopback') },
    needs: readNeeds(read),
    approvers: readApprovers(read),
    daemon: readDaemonConfig(read, environment),
    gateway: readGatewayConfig(read, home),
    signer: readSignerConfig(read),
    hsm: readHsmConfig(read, environment),
    ...servedAt(read),
    logLevel: read.oneOf(read.setting('logLevel'), { allowed: logLevels, fallback: 'info' }),
    ...readTracing(read),
    options: readCommandOptions(read),
    onCommandLine: {
      apiKey: read.text('apiKey') !== undefined,
      locations: ['store', 'path', 'queue'].flatMap((flag) => read.text(flag) ?? []),
    },
    shown: shownSettings(read),
    sources: sourcesOf(read),
    unknownVariables: unknownVariables(environment),
    nodeVariables: some(environment, ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_DEBUG']),
    warnings: file.warnings,
    problems: read.problems,
  } satisfies Config;
  return frozen(config);
}

/** The home of the user list in its place would be another store than the one that the caller means. */
function refuseRelativeHome(read: SettingsReader, { HOME: given = '' }: Environment): void {
  if (given !== '' && !isAbsolute(given)) read.refuse('HOME', `HOME is ${quote(given)}, which is not an absolute path`);
}

function servedAt(read: SettingsReader): Pick<Config, 'serve'> {
  const serve = readServeConfig(read);
  return serve === undefined ? {} : { serve };
}

function headerFile(read: SettingsReader): Pick<Config, 'cloudHeaderFile'> {
  const given = read.setting('cloudHeaderFile');
  return given === undefined ? {} : { cloudHeaderFile: given.value };
}

function proxyVariables(environment: Environment): Environment {
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
  return some(environment, [...names, ...names.map((name) => name.toLowerCase())]);
}

function some(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(
    names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

function sourcesOf(read: SettingsReader): Config['sources'] {
  const names = Object.keys(settings) as SettingName[];
  return Object.fromEntries(
    names.flatMap((name) => (read.setting(name) === undefined ? [] : [[name, read.setting(name)?.from]])),
  );
}

function shownSettings(read: SettingsReader): readonly ShownSetting[] {
  const names = Object.keys(settings) as SettingName[];
  return names.map((name) => {
    const { env, about, ...kind } = settings[name];
    const given = read.setting(name);
    if (given === undefined) return { variable: env[0], about };
    return { variable: env[0], about, value: 'secret' in kind ? 'set' : shownValue(given.value) };
  });
}

/** The process's own environment overrides the file, even if they use different names for one setting. */
function merged({ values }: EnvFile, own: Environment): Environment {
  const overruled = Object.values(settings)
    .map(({ env }): readonly string[] => env)
    .filter((names) => names.some((name) => (own[name] ?? '') !== ''));
  const hidden = new Set(overruled.flat());
  return { ...Object.fromEntries(Object.entries(values).filter(([name]) => !hidden.has(name))), ...own };
}

/** Freezes plain objects and lists, and what is in them. */
function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    const isPlain =
      Array.isArray(part) ||
      (typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === Object.prototype);
    if (isPlain && !Object.isFrozen(part)) frozen(part);
  }
  return Object.freeze(value);
}
