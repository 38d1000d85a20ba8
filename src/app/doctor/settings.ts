import { access, constants } from 'node:fs/promises';
import { checkApproverUrl, checkCloudUrl, checkCollectorUrl, checkFourEyeUrl, checkNodeUrl } from '../../cloud/urls.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError } from '../../core/errors.js';
import type { Config } from '../config/config.js';
import { GET_REMEDY, GET_RISK } from '../config/four-eye.js';
import type { Problem } from '../config/problem.js';
import { shownValue } from '../config/shown-value.js';
import { readSigningRules } from '../config/signing-rules.js';
import { readSecretFile } from '../daemon/secret-file.js';
import { proxiesOf, readHeaders } from '../network/way-out.js';
import { type Finding, problem } from './finding.js';
import { limitFindings } from './limits.js';

interface SettingParts {
  readonly config: Config;
  readonly chains: ChainRegistry;
}

/** Every setting and its value, and every mistake in it, not only the first. */
export async function settingFindings({ config, chains }: SettingParts): Promise<readonly Finding[]> {
  return [
    ...shownSettings(config),
    ...config.problems.map((mistake) => misread(config, mistake)),
    ...warnings(config),
    ...(await fileFindings(config)),
    ...chainFindings(config, chains),
    ...urlFindings(config),
  ];
}

function shownSettings({ shown }: Config): Finding[] {
  const found = shown.flatMap(({ variable, about, value }): Finding[] => {
    return value === undefined ? [] : [{ check: `setting ${variable}`, state: 'ok', text: `${value} (${about})` }];
  });
  const unset = shown.filter(({ value }) => value === undefined).map(({ variable }) => variable);
  return [...found, { check: 'settings', state: 'ok', text: `not set: ${unset.join(', ')}` }];
}

function warnings(config: Config): Finding[] {
  const unknown = config.unknownVariables.map((name) => ({
    check: `setting ${name}`,
    state: 'warning' as const,
    text: 'is not a setting of Custos and has no effect',
    remedy: 'check its name in docs/commands.md, or unset it',
  }));
  const files = config.warnings.map((text) => {
    const [what = '', remedy = ''] = text.split(': ');
    return { check: 'settings', state: 'warning' as const, text: what, remedy };
  });
  return [...files, ...unknown];
}

/** A setting that the reader of settings rejects; other commands end with this error. */
function misread(config: Config, { setting, text, code }: Problem): Finding {
  const remedy = `correct ${setting} where it is set: on the command line, in the environment, or in ${config.envFile}`;
  return { check: 'settings', state: 'problem', text: `${text} (${code})`, remedy };
}

async function fileFindings(config: Config): Promise<Finding[]> {
  return [
    ...(await passwordFindings(config.password.file)),
    ...(await secretFindings('four-eye secret', config.daemon.fourEyeSecretFile)),
    ...(await secretFindings('approver secret', config.approvers.secretFile)),
  ];
}

/** A pipe gives its text only once, so the file is not read. */
async function passwordFindings(file: string | undefined): Promise<Finding[]> {
  if (file === undefined) return [];
  return access(file, constants.R_OK).then(
    () => [],
    () => [problem('settings', 'CONFIG_INVALID', `the password file ${file} cannot be read`)],
  );
}

/** As the daemon reads it. */
async function secretFindings(what: string, file: string | undefined): Promise<Finding[]> {
  if (file === undefined) return [];
  try {
    (await readSecretFile(file, what)).secret.wipe();
    return [];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('settings', error.code, error.message)];
  }
}

/** Chains in settings that do not exist, and ceilings that are not amounts. */
function chainFindings(config: Config, chains: ChainRegistry): Finding[] {
  const { chains: named = [], nodes, allowForeignKeys, developmentChainIds } = config.daemon;
  const all = [named, nodes.keys(), allowForeignKeys, developmentChainIds.keys()];
  const ids = new Set(all.flatMap((some) => [...some]));
  const found = [...ids].flatMap((chain) => attempt('settings', () => chains.get(chain)));
  if (found.length > 0) return found;
  const unread = attempt('settings', () => readSigningRules(config.daemon, chains, config.network));
  return unread.length > 0 ? unread : limitFindings(config, chains);
}

function urlFindings(config: Config): Finding[] {
  const { network, otlp } = config;
  const { nodes, externalUrl } = config.daemon;
  const ownNodes = [...nodes].flatMap(([chain, url]) => attempt(`node ${chain}`, () => checkNodeUrl(url, network)));
  const approvers = [...config.approvers.services].flatMap(([name, url]) =>
    attempt(`approver ${name}`, () => checkApproverUrl(url, network)),
  );
  const fourEye = externalUrl === undefined ? [] : attempt('four-eye', () => checkFourEyeUrl(externalUrl, network));
  const way = [
    ...(otlp === undefined ? [] : attempt('traces', () => checkCollectorUrl(otlp, network))),
    ...attempt('proxy', () => proxiesOf(config.proxies)),
    ...attempt('cloud', () => readHeaders(config.cloudHeaderFile)),
    ...attempt('four-eye', () => readHeaders(config.daemon.fourEyeHeaderFile)),
  ];
  return [
    ...way,
    ...cloudFinding(config),
    ...ownNodes,
    ...approvers,
    ...fourEye,
    ...missingFourEye(config),
    ...fourEyeByGet(config),
  ];
}

function missingFourEye({ network, daemon }: Config): Finding[] {
  if (network !== 'mainnet' || daemon.externalUrl !== undefined) return [];
  const remedy = 'give the daemon --external-url, or set CUSTOS_EXTERNAL_URL; without it no daemon starts on mainnet';
  return [{ check: 'four-eye', state: 'warning', text: 'no service is set', remedy }];
}

function fourEyeByGet({ daemon }: Config): Finding[] {
  const { externalUrl, externalUrlMethod, acceptsGet } = daemon;
  if (externalUrl === undefined || externalUrlMethod !== 'GET' || acceptsGet) return [];
  return [{ check: 'four-eye', state: 'warning', text: GET_RISK, remedy: GET_REMEDY }];
}

function cloudFinding(config: Config): Finding[] {
  const bad = attempt('cloud', () => checkCloudUrl(config.cloudUrl, config.network));
  if (bad.length > 0) return bad;
  // Applications hand over what they want to a server: it needs no cloud.
  const isNeeded = config.serve === undefined;
  if (!config.secrets.has('apiKey') && !isNeeded) return [{ check: 'cloud', state: 'ok', text: 'none is used' }];
  if (!config.secrets.has('apiKey')) return [problem('cloud', 'API_KEY_MISSING', 'no API key is set')];
  return [{ check: 'cloud', state: 'ok', text: `${shownValue(config.cloudUrl)} (${config.network})` }];
}

function attempt(check: string, work: () => unknown): Finding[] {
  try {
    work();
    return [];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem(check, error.code, error.message)];
  }
}
