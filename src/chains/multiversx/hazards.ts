import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import type { HazardKind } from '../../core/chain/hazards.js';
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

/** What a function of the protocol does to the account or to its tokens. @param data - `function@argument@…` */
export function dangerOf({ sender, data }: MultiversxTransaction): Effect | undefined {
  const [method = '', ...args] = new TextDecoder().decode(data).split('@');
  const danger = functions.get(method);
  if (danger === undefined) return undefined;
  const word = danger.party === undefined ? undefined : args[danger.party];
  const party =
    word !== undefined && /^[0-9a-f]{64}$/i.test(word) ? showAddress(hex.decode(word.toLowerCase())) : undefined;
  // A right that the account gives to itself is a setting of its asset.
  const isOwn = party === sender && method === 'setSpecialRole';
  const code = isOwn ? 'issuer-settings' : danger.kind;
  const op = code === 'issuer-settings' ? 'issuer' : 'account';
  return { op, code, from: sender, ...(party !== undefined && { to: party }), method };
}

/** Addresses of contracts begin with eight bytes of zero. */
export function isContract(address: string): boolean {
  return readAddress(address)
    .subarray(0, 8)
    .every((byte) => byte === 0);
}
