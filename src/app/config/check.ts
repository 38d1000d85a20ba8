import { accessSync, constants, statSync } from 'node:fs';
import { checkApproverUrl, checkCloudUrl, checkCollectorUrl, checkFourEyeUrl, checkNodeUrl } from '../../cloud/urls.js';
import { canBuild } from '../../core/chain/builder.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { type ChainId, quote } from '../../core/ids.js';
import { readProxyRules } from '../../core/network/proxy.js';
import { readContracts } from '../gateway/contracts.js';
import { readHeaders } from '../network/way-out.js';
import { checkDatabaseUrl } from '../store/location.js';
import type { Config } from './config.js';
import type { Problem } from './problem.js';
import { SettingsReader } from './reader.js';
import { examineSigningRules } from './signing-rules.js';

/** The settings of a daemon. */
export type DaemonSettings = Pick<
  Config,
  | 'network'
  | 'store'
  | 'signer'
  | 'password'
  | 'cloudUrl'
  | 'cloudHeaderFile'
  | 'secrets'
  | 'proxies'
  | 'needs'
  | 'approvers'
  | 'daemon'
  | 'gateway'
  | 'serve'
  | 'otlp'
  | 'onCommandLine'
  | 'sources'
  | 'problems'
>;

/** The settings of a gateway. */
export type GatewaySettings = Pick<
  Config,
  'network' | 'secrets' | 'proxies' | 'daemon' | 'gateway' | 'onCommandLine' | 'sources' | 'problems'
>;

/** The settings of a signer service. */
export type SignerSettings = Pick<
  Config,
  'home' | 'network' | 'store' | 'signer' | 'daemon' | 'hsm' | 'secrets' | 'proxies' | 'problems'
>;

/**
 * Every mistake in the settings of a daemon, including those that only chains and files reveal. Missing settings come last.
 * @param hasPolicy - the store has a policy, so that no four-eye service is needed
 */
export function daemonProblems(
  config: DaemonSettings,
  chains: ChainRegistry,
  { hasPolicy = false }: { readonly hasPolicy?: boolean } = {},
): readonly Problem[] {
  const { network, daemon, otlp, sources } = config;
  const read = new SettingsReader({}, {});
  checkChains(read, config, chains);
  for (const [id, url] of daemon.nodes) read.misused(`--node ${id}`, undefined, () => checkNodeUrl(url, network));
  read.misused(sources.cloudUrl ?? '--cloud-url', undefined, () => checkCloudUrl(config.cloudUrl, network));
  if (otlp !== undefined) read.misused(sources.otlp ?? '--otlp', undefined, () => checkCollectorUrl(otlp, network));
  checkHeaders(read, sources.cloudHeaderFile, config.cloudHeaderFile);
  checkFourEye(read, config);
  checkApprovers(read, config);
  checkProxies(read, config);
  checkSigner(read, config);
  if (config.serve?.tatum === true) readContracts(read, config, chains);
  return [
    ...config.problems,
    ...read.problems,
    ...examineSigningRules(daemon, chains, network).problems,
    ...missingFourEye(config, hasPolicy),
    ...missingCloud(config),
  ];
}

/** What serves applications by itself needs no cloud. */
function missingCloud({ secrets, serve }: DaemonSettings): readonly Problem[] {
  if (serve !== undefined || secrets.has('apiKey')) return [];
  return [missing('API_KEY_MISSING', 'no API key for the cloud is set')];
}

/** Like `daemonProblems`, for a signer service. */
export function signerProblems(
  { daemon, network, signer, problems }: SignerSettings,
  chains: ChainRegistry,
): readonly Problem[] {
  const read = new SettingsReader({}, {});
  if (signer.socket === undefined) read.refuse('--socket', 'custos signer needs --socket PATH');
  return [...problems, ...read.problems, ...examineSigningRules(daemon, chains, network).problems];
}

/** Like `daemonProblems`, for a gateway. */
export function gatewayProblems(config: GatewaySettings, chains: ChainRegistry): readonly Problem[] {
  const { daemon, network } = config;
  const read = new SettingsReader({}, {});
  checkChains(read, config, chains);
  for (const id of daemon.nodes.keys()) checkOffer(read, id, chains);
  allowedMethods(read, config, chains);
  readContracts(read, config, chains);
  checkQueue(read, config);
  checkProxies(read, config);
  return [
    ...config.problems,
    ...read.problems,
    ...examineSigningRules(daemon, chains, network).problems,
    ...(daemon.nodes.size > 0 ? [] : [missing('CONFIG_INVALID', 'the gateway needs at least one --node CHAIN=URL')]),
    ...(config.secrets.has('gatewayKey')
      ? []
      : [
          missing(
            'API_KEY_MISSING',
            'no key for the gateway is set: CUSTOS_GATEWAY_API_KEY, or one of `custos gateway-key`',
          ),
        ]),
  ];
}

/** What finds the queue of a gateway. */
export type QueueSettings = Pick<Config, 'network' | 'gateway' | 'sources' | 'problems'>;

/** Like `gatewayProblems`, for a command that only opens the queue. */
export function queueProblems(config: QueueSettings): readonly Problem[] {
  const read = new SettingsReader({}, {});
  checkQueue(read, config);
  return [...config.problems, ...read.problems];
}

function checkQueue(read: SettingsReader, { gateway, network, sources }: QueueSettings): void {
  const queue = sources.queue ?? '--queue';
  if (gateway.queue === '') read.refuse('--queue', 'the home directory is unknown; name the queue with --queue');
  else read.misused(queue, undefined, () => checkDatabaseUrl(gateway.queue, network));
}

/** JSON-RPC methods that the operator allows in addition to the harmless ones. */
export function allowedMethods(
  read: SettingsReader,
  { daemon, gateway }: Pick<Config, 'daemon' | 'gateway'>,
  chains: ChainRegistry,
): ReadonlyMap<ChainId, ReadonlySet<string>> {
  const extra = new Map<ChainId, Set<string>>();
  for (const item of gateway.allowedMethods) {
    const [, id = '', method = ''] = /^([^=]+)=([A-Za-z0-9_]{1,100})$/.exec(item) ?? [];
    if (method === '') {
      read.refuse('--allow-method', `--allow-method ${quote(item)} is not CHAIN=METHOD`);
      continue;
    }
    const chain = read.misused<ChainId | undefined>('--allow-method', undefined, () => chains.get(id).id);
    if (chain === undefined) continue;
    if (!daemon.nodes.has(chain)) {
      read.refuse('--allow-method', `--allow-method ${quote(item)}: there is no --node for ${chain}`);
    }
    extra.set(chain, (extra.get(chain) ?? new Set()).add(method));
  }
  return extra;
}

function missing(code: Problem['code'], what: string): Problem {
  return { code, setting: code, text: what };
}

/** Chains in settings that do not exist. */
function checkChains(read: SettingsReader, { daemon }: Pick<Config, 'daemon'>, chains: ChainRegistry): void {
  const named: readonly (readonly [string, Iterable<ChainId>])[] = [
    ['--chain', daemon.chains ?? []],
    ['--node', daemon.nodes.keys()],
    ['--confirmations', daemon.confirmations.chains.keys()],
  ];
  for (const [flag, ids] of named) {
    for (const id of ids) read.misused(flag, undefined, () => chains.get(id));
  }
}

function checkOffer(read: SettingsReader, id: ChainId, chains: ChainRegistry): void {
  const known = chains.ids.find((one) => one === id);
  if (known === undefined) return;
  if (canBuild(chains.get(known))) return;
  read.refuse('--node', `--node ${id}: the gateway offers nothing for ${id}; take the node away`);
}

function checkFourEye(read: SettingsReader, { daemon, network, sources }: DaemonSettings): void {
  const { externalUrl, fourEyeSecretFile } = daemon;
  if (externalUrl === undefined) return;
  read.misused(sources.externalUrl ?? '--external-url', undefined, () => checkFourEyeUrl(externalUrl, network));
  checkHeaders(read, sources.fourEyeHeaderFile, daemon.fourEyeHeaderFile);
  if (fourEyeSecretFile === undefined) return;
  checkReadable(read, { flag: '--four-eye-secret', what: 'four-eye secret', file: fourEyeSecretFile });
}

function checkApprovers(read: SettingsReader, { approvers, network, sources }: DaemonSettings): void {
  const from = sources.approvers ?? '--approver';
  const { services, secretFile } = approvers;
  for (const [name, url] of services) read.misused(`${from} ${name}`, undefined, () => checkApproverUrl(url, network));
  if (secretFile !== undefined)
    checkReadable(read, { flag: '--approver-secret', what: 'approver secret', file: secretFile });
}

interface NamedFile {
  readonly flag: string;
  readonly what: string;
  readonly file: string;
}

/** A pipe gives its text only once, so it is not read here. */
function checkReadable(read: SettingsReader, { flag, what, file }: NamedFile): void {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    read.refuse(flag, `the ${what} file ${file} cannot be read`);
  }
}

/** Whoever uses a signer service wants the password to be out of reach of what talks to the network. */
function checkSigner(read: SettingsReader, { signer, password, secrets }: DaemonSettings): void {
  if (signer.at === undefined) return;
  if (signer.control !== undefined) {
    read.refuse('--control-socket', '--control-socket belongs to the `custos signer` that --signer names');
  }
  const isGiven = secrets.has('password') || password.source !== 'local' || password.file !== undefined;
  if (isGiven)
    read.refuse('--signer', 'a daemon with --signer must not be given the password; give it to `custos signer` alone');
}

function missingFourEye({ daemon, network }: DaemonSettings, hasPolicy: boolean): readonly Problem[] {
  if (hasPolicy || network !== 'mainnet' || daemon.externalUrl !== undefined) return [];
  return [missing('FOUR_EYE_MISSING', 'mainnet needs a four-eye service')];
}

function checkHeaders(read: SettingsReader, from = '--header-file', file: string | undefined): void {
  if (file === undefined || isPipe(file)) return;
  read.misused(from, undefined, () => readHeaders(file));
}

function isPipe(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** Checked separately, so that both are reported. */
function checkProxies(read: SettingsReader, { proxies }: Pick<Config, 'proxies'>): void {
  for (const name of Object.keys(proxies.variables)) {
    // The same order as in the reader: the lower-case name wins.
    const isOverruled = name !== name.toLowerCase() && Boolean(proxies.variables[name.toLowerCase()]);
    if (isOverruled) continue;
    read.misused(name, undefined, () => readProxyRules({ [name]: proxies.variables[name] }));
  }
}
