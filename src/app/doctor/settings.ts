import { access, constants, readFile } from 'node:fs/promises';
import { checkCloudUrl, checkFourEyeUrl, checkNodeUrl } from '../../cloud/urls.js';
import { asCustosError } from '../../core/errors.js';
import { settingValue } from '../config/config.js';
import { GET_REMEDY, GET_RISK } from '../config/four-eye.js';
import { type Setting, settings, unknownVariables } from '../config/settings.js';
import { shownValue } from '../config/shown-value.js';
import { readSigningRules } from '../config/signing-rules.js';
import type { House } from '../house.js';
import { proxiesOf, readHeaders } from '../network/way-out.js';
import { type Finding, problem } from './finding.js';
import { limitFindings } from './limits.js';

/** Every setting as it is, and every mistake in one: all of them, not only the first. */
export async function settingFindings(house: House): Promise<readonly Finding[]> {
  return [
    ...shownSettings(house),
    ...house.config.problems.map((text) => misread(house, text)),
    ...warnings(house),
    ...(await fileFindings(house)),
    ...chainFindings(house),
    ...urlFindings(house),
  ];
}

function shownSettings({ config }: House): Finding[] {
  const all: readonly (readonly [string, Setting])[] = Object.entries(settings);
  const read = all.map(([name, setting]) => {
    const value = settingValue(name as keyof typeof settings, config.flags, config.environment);
    return { variable: setting.env[0] ?? name, setting, value };
  });
  const found = read.flatMap(({ variable, setting, value }): Finding[] => {
    if (value === undefined) return [];
    const shown = setting.secret ? 'set' : shownValue(value);
    return [{ check: `setting ${variable}`, state: 'ok', text: `${shown} (${setting.about})` }];
  });
  const unset = read.filter(({ value }) => value === undefined).map(({ variable }) => variable);
  return [...found, { check: 'settings', state: 'ok', text: `not set: ${unset.join(', ')}` }];
}

function warnings({ config }: House): Finding[] {
  const unknown = unknownVariables(config.environment).map((name) => ({
    check: `setting ${name}`,
    state: 'warning' as const,
    text: 'is no setting of Custos and has no effect',
    remedy: 'look for its name in docs/commands.md, or unset it',
  }));
  const files = config.warnings.map((text) => {
    const [what = '', remedy = ''] = text.split(': ');
    return { check: 'settings', state: 'warning' as const, text: what, remedy };
  });
  return [...files, ...unknown];
}

/** A setting that the reader of settings could not take; other commands end with it. */
function misread({ config }: House, text: string): Finding {
  const [name = 'it'] = /--[A-Za-z-]+/.exec(text) ?? [];
  const remedy = `correct ${name} where it is set: on the command line, in the environment, or in ${config.envFile}`;
  return { check: 'settings', state: 'problem', text: `${text} (CONFIG_INVALID)`, remedy };
}

async function fileFindings({ config }: House): Promise<Finding[]> {
  const found: Finding[] = [];
  const look = async (what: string, path: unknown, readable: (path: string) => Promise<unknown>) => {
    if (typeof path !== 'string') return;
    await readable(path).catch(() => {
      found.push(problem('settings', 'CONFIG_INVALID', `the ${what} ${path} cannot be read`));
    });
  };
  // A pipe gives its text once, so the password's file is not read.
  await look('password file', config.passwordFile, (path) => access(path, constants.R_OK));
  await look('four-eye secret file', config.flags['fourEyeSecret'], (path) => readFile(path));
  return found;
}

/** Chains that settings name and that do not exist, and ceilings that are no amount. */
function chainFindings(house: House): Finding[] {
  const { chains: named = [], nodes, allowForeignKeys, developmentChainIds } = house.config.daemon;
  const all = [named, nodes.keys(), allowForeignKeys, developmentChainIds.keys()];
  const chains = new Set(all.flatMap((some) => [...some]));
  const found = [...chains].flatMap((chain) => attempt('settings', () => house.chains.get(chain)));
  if (found.length > 0) return found;
  const unread = attempt('settings', () => readSigningRules(house.config.daemon, house.chains, house.config.network));
  return unread.length > 0 ? unread : limitFindings(house.config, house.chains);
}

function urlFindings({ config }: House): Finding[] {
  const { network } = config;
  const { nodes, externalUrl } = config.daemon;
  const ownNodes = [...nodes].flatMap(([chain, url]) => attempt(`node ${chain}`, () => checkNodeUrl(url, network)));
  const fourEye = externalUrl === undefined ? [] : attempt('four-eye', () => checkFourEyeUrl(externalUrl, network));
  const way = [
    ...attempt('proxy', () => proxiesOf(config)),
    ...attempt('cloud', () => readHeaders(config, 'cloudHeaderFile')),
    ...attempt('four-eye', () => readHeaders(config, 'fourEyeHeaderFile')),
  ];
  return [...way, ...cloudFinding(config), ...ownNodes, ...fourEye, ...missingFourEye(config), ...fourEyeByGet(config)];
}

function missingFourEye({ network, daemon }: House['config']): Finding[] {
  if (network !== 'mainnet' || daemon.externalUrl !== undefined) return [];
  const remedy = 'give the daemon --external-url, or set CUSTOS_EXTERNAL_URL; without it none starts on mainnet';
  return [{ check: 'four-eye', state: 'warning', text: 'no service is set', remedy }];
}

function fourEyeByGet({ daemon }: House['config']): Finding[] {
  const { externalUrl, externalUrlMethod, acceptsGet } = daemon;
  if (externalUrl === undefined || externalUrlMethod !== 'GET' || acceptsGet) return [];
  return [{ check: 'four-eye', state: 'warning', text: GET_RISK, remedy: GET_REMEDY }];
}

function cloudFinding(config: House['config']): Finding[] {
  const bad = attempt('cloud', () => checkCloudUrl(config.cloudUrl, config.network));
  if (bad.length > 0) return bad;
  const key = settingValue('apiKey', config.flags, config.environment);
  if (key === undefined) return [problem('cloud', 'API_KEY_MISSING', 'no API key is set')];
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
