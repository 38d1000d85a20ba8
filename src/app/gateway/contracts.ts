import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError } from '../../core/errors.js';
import { type ChainId, quote } from '../../core/ids.js';
import { readNamedFileNow } from '../../files/named-file.js';
import type { ContractSettings, ListedToken } from '../../gateway/context.js';
import { codeNames } from '../../gateway/contracts/codes.js';
import type { Config } from '../config/config.js';
import type { SettingsReader } from '../config/reader.js';

/** Largest creation code that a file may have, in bytes: what a transaction may carry (EIP-3860), less the arguments behind it. */
const MOST_CODE = 48_000;
/** Its digits, and blanks around them. */
const MOST_TEXT = 1024 * 1024;
/** Longest name of a currency in a request. */
const CURRENCY = /^[A-Za-z0-9_.]{1,30}$/;

/** The settings about contracts. */
export type ContractTexts = Pick<Config, 'daemon' | 'gateway' | 'network'>;

/** Reads what the operator says about contracts, and names every mistake. */
export function readContracts(read: SettingsReader, config: ContractTexts, chains: ChainRegistry): ContractSettings {
  return {
    tokens: readTokens(read, config, chains),
    codes: readCodes(read, config),
    factories: readFactories(read, config, chains),
  };
}

function readTokens(read: SettingsReader, config: ContractTexts, chains: ChainRegistry) {
  const tokens = new Map<ChainId, Map<string, ListedToken>>();
  for (const item of config.gateway.tokens) {
    const [, id = '', name = '', contract = '', places = ''] = /^([^:]+):([^=]+)=([^,]+),(\d{1,3})$/.exec(item) ?? [];
    const decimals = Number(places);
    if (!CURRENCY.test(name) || places === '' || decimals > 255) {
      read.refuse('--currency', `--currency ${quote(item)} is not CHAIN:NAME=ADDRESS,DECIMALS`);
      continue;
    }
    const place = contractAt(read, '--currency', { id, contract }, config, chains);
    if (place === undefined) continue;
    const known = tokens.get(place.chain) ?? new Map<string, ListedToken>();
    tokens.set(place.chain, known);
    if (known.has(name) || chains.ids.some((chain) => chain === name.toUpperCase())) {
      read.refuse('--currency', `--currency ${quote(item)}: ${place.chain} has another currency of this name`);
    }
    known.set(name, { address: place.address, decimals });
  }
  return tokens;
}

function readFactories(read: SettingsReader, config: ContractTexts, chains: ChainRegistry) {
  const factories = new Map<ChainId, string>();
  for (const item of config.gateway.walletFactories) {
    const [, id = '', contract = ''] = /^([^=]+)=(.+)$/.exec(item) ?? [];
    if (contract === '') {
      read.refuse('--wallet-factory', `--wallet-factory ${quote(item)} is not CHAIN=ADDRESS`);
      continue;
    }
    const place = contractAt(read, '--wallet-factory', { id, contract }, config, chains);
    if (place === undefined) continue;
    if (factories.has(place.chain)) read.refuse('--wallet-factory', `--wallet-factory names ${place.chain} twice`);
    factories.set(place.chain, place.address);
  }
  return factories;
}

/** @returns undefined, with the mistake named, for what is not a contract of a chain with a node */
function contractAt(
  read: SettingsReader,
  flag: string,
  { id, contract }: { readonly id: string; readonly contract: string },
  { daemon, network }: ContractTexts,
  chains: ChainRegistry,
) {
  return read.misused<{ chain: ChainId; address: string } | undefined>(flag, undefined, () => {
    const { id: chain, keys, builder } = chains.get(id);
    const address = keys.normalizeAddress(contract, network);
    if (builder?.kind === 'evm' && daemon.nodes.has(chain)) return { chain, address };
    read.refuse(flag, `${flag}: there is no --node of a chain with contracts called ${quote(id)}`);
    return undefined;
  });
}

function readCodes(read: SettingsReader, { gateway }: ContractTexts): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const item of gateway.contractFiles) {
    const [, name = '', file = ''] = /^([^=]+)=(.+)$/.exec(item) ?? [];
    if (!codeNames.includes(name) || codes.has(name)) {
      read.refuse(
        '--contract',
        `--contract ${quote(item)} is not NAME=FILE, with each name once, of: ${codeNames.join(', ')}`,
      );
      continue;
    }
    const code = codeIn(read, name, file);
    if (code !== undefined) codes.set(name, code);
  }
  return codes;
}

function codeIn(read: SettingsReader, name: string, file: string): string | undefined {
  const refuse = (text: string) => {
    read.refuse('--contract', `--contract ${name}=${file}: ${text}`);
    return undefined;
  };
  try {
    const text = readNamedFileNow(file, { most: MOST_TEXT }).bytes.toString('utf8');
    const [, digits] = /^(?:0x)?((?:[0-9a-fA-F]{2})+)$/.exec(text.trim()) ?? [];
    if (digits === undefined) return refuse('the file does not hold creation code in hexadecimal digits');
    if (digits.length / 2 > MOST_CODE) return refuse(`the code has more than ${MOST_CODE} bytes`);
    return `0x${digits.toLowerCase()}`;
  } catch (error) {
    return refuse(asCustosError(error).message);
  }
}
