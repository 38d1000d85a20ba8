import { hex } from '@scure/base';
import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import type { SummaryNote } from '../../core/chain/summary.js';
import { readAddress, showAddress } from './address.js';
import type { MultiversxTransaction } from './format.js';

/** A function of the protocol or of its token contract; `party` is the position of the argument with the address that gains by it. */
interface Danger {
  readonly kind: HazardKind;
  readonly party?: number;
}

const control = (party?: number): Danger => ({ kind: 'account-control', ...(party !== undefined && { party }) });
const issuer: Danger = { kind: 'issuer-settings' };
const settings: Danger = { kind: 'account-settings' };

/** Source: built-in functions and the ESDT system contract of the MultiversX protocol. */
const functions: ReadonlyMap<string, Danger> = new Map<string, Danger>([
  ['ChangeOwnerAddress', control(0)],
  ['SetGuardian', control(0)],
  ['GuardAccount', control()],
  ['UnGuardAccount', control()],
  ['upgradeContract', control()],
  ['transferOwnership', control(1)],
  ['changeRewardAddress', control(0)],
  ['whitelistForMerge', control(0)],
  ['setSpecialRole', control(1)],
  ['transferNFTCreateRole', control(2)],
  ['ESDTNFTCreateRoleTransfer', control(1)],
  ['ESDTSetRole', control()],
  ['changeToMultiTransfer', control()],
  ...[
    ...['issue', 'issueNonFungible', 'issueSemiFungible', 'registerMetaESDT', 'registerAndSetAllRoles'],
    ...[
      'registerDynamic',
      'registerAndSetAllRolesDynamic',
      'changeSFTToMetaESDT',
      'controlChanges',
      'unSetSpecialRole',
    ],
    ...['mint', 'freeze', 'unFreeze', 'wipe', 'pause', 'unPause', 'freezeSingleNFT', 'unFreezeSingleNFT'],
    ...['wipeSingleNFT', 'stopNFTCreate', 'setBurnRoleGlobally', 'unsetBurnRoleGlobally', 'ESDTLocalMint'],
    ...['ESDTLocalBurn', 'ESDTNFTCreate', 'ESDTNFTAddQuantity', 'ESDTNFTBurn', 'ESDTBurn', 'ESDTNFTAddURI'],
    ...['ESDTNFTUpdateAttributes', 'ESDTFreeze', 'ESDTUnFreeze', 'ESDTWipe', 'ESDTPause', 'ESDTModifyRoyalties'],
    ...['ESDTSetNewURIs', 'ESDTModifyCreator', 'ESDTMetaDataRecreate', 'ESDTMetaDataUpdate'],
  ].map((name) => [name, issuer] as const),
  ['ClaimDeveloperRewards', settings],
  ['SaveKeyValue', settings],
  ['SetUserName', settings],
  ['MigrateDataTrie', settings],
]);

/** The account of zeros: a transaction to it makes a contract. */
export const NOBODY = showAddress(new Uint8Array(32));

/** True for a function of the protocol, which is not a message even without arguments. */
export function isFunction(name: string): boolean {
  return functions.has(name);
}

/** @param opaque - true where a part of the data is not understood */
export function hazardsOf({ receiver, sender, data }: MultiversxTransaction, opaque: boolean): readonly Hazard[] {
  const [method = '', ...args] = new TextDecoder().decode(data).split('@');
  const danger = functions.get(method);
  const isMaking = receiver === NOBODY && data.length > 0;
  return [
    ...(isMaking ? [{ kind: 'contract-creation', text: 'deploy' } as const] : []),
    ...(danger === undefined || isMaking ? [] : [dangerOf(danger, { method, args, sender })]),
    ...(opaque ? [{ kind: 'opaque-data', party: receiver, text: method.slice(0, 60) } as const] : []),
  ];
}

/** A right that the account gives to itself is a setting of its asset. */
function dangerOf(
  { kind, party: place }: Danger,
  { method, args, sender }: { readonly method: string; readonly args: readonly string[]; readonly sender: string },
): Hazard {
  const word = place === undefined ? undefined : args[place];
  const party =
    word !== undefined && /^[0-9a-f]{64}$/i.test(word) ? showAddress(hex.decode(word.toLowerCase())) : undefined;
  const isOwn = party === sender && method === 'setSpecialRole';
  return { kind: isOwn ? 'issuer-settings' : kind, ...(party !== undefined && { party }), text: method };
}

/** Every signed value that no other member of the summary holds completely. */
export function notesOf(transaction: MultiversxTransaction): readonly SummaryNote[] {
  const { receiver, gasPrice, gasLimit, chainId, version, data } = transaction;
  const values = { receiver, gasPrice, gasLimit, chainID: chainId, version };
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value: `${value}` })),
    ...(data.length === 0 ? [] : [{ name: 'data', value: hex.encode(data) }]),
  ];
}

/** Addresses of contracts begin with eight bytes of zero. */
export function isContract(address: string): boolean {
  return readAddress(address)
    .subarray(0, 8)
    .every((byte) => byte === 0);
}
