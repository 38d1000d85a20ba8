import type { EffectOp } from '../../../core/chain/effect.js';
import type { HazardKind } from '../../../core/chain/hazards.js';
import { bytesToHex } from '../../shared/hexadecimal.js';
import { type KnownMethod, type MethodCall, method, nameOf } from './method.js';

/** Selector, signature, and the position of the argument that gains by the call. */
type Row = readonly [selector: string, signature: string, party?: number];

/** Who owns a contract or decides what its code is: with it goes everything that the contract holds. */
const ownership: readonly Row[] = [
  ['0xf2fde38b', 'transferOwnership(address)', 0],
  ['0x078dfbe7', 'transferOwnership(address,bool,bool)', 0],
  ['0xf04e283e', 'completeOwnershipHandover(address)', 0],
  ['0xf1739cae', 'transferProxyOwnership(address)', 0],
  ['0xc42069ec', 'setPendingOwner(address)', 0],
  ['0x75829def', 'transferAdmin(address)', 0],
  ['0xb71d1a0c', '_setPendingAdmin(address)', 0],
  ['0xbb913f41', '_setImplementation(address)', 0],
  ['0x8a0dac4a', 'setGuardian(address)', 0],
  ['0x65fae35e', 'rely(address)', 0],
  ['0x9c52a7f1', 'deny(address)'],
  ['0x06ab5923', 'setSubnodeOwner(bytes32,bytes32,address)', 2],
  ['0xcf408823', 'setRecord(bytes32,address,address,uint64)', 1],
  ['0x1e4e0091', 'setRoleAdmin(bytes32,bytes32)'],
  ['0x25c471a0', 'grantRole(uint64,address,uint32)', 1],
  ['0x1c10893f', 'grantRoles(address,uint256)', 0],
  ['0x4a4ee7b1', 'revokeRoles(address,uint256)'],
  ['0x67aff484', 'setUserRole(address,uint8,bool)', 0],
  ['0x18ff183c', 'updateAuthority(address,address)', 1],
  ['0x9517e29f', 'installModule(uint256,address,bytes)', 1],
  ['0xa71763a8', 'uninstallModule(uint256,address,bytes)'],
  ['0x715018a6', 'renounceOwnership()'],
  ['0x13af4035', 'setOwner(address)', 0],
  ['0x880cdc31', 'updateOwner(address)', 0],
  ['0xa6f9dae1', 'changeOwner(address)', 0],
  ['0x4fb2e45d', 'transferOwner(address)', 0],
  ['0x1627540c', 'nominateNewOwner(address)', 0],
  ['0x5b0fc9c3', 'setOwner(bytes32,address)', 1],
  ['0x704b6c02', 'setAdmin(address)', 0],
  ['0x8f283970', 'changeAdmin(address)', 0],
  ['0x4dd18bf5', 'setPendingAdmin(address)', 0],
  ['0xab033ea9', 'setGovernance(address)', 0],
  ['0xd38bfff4', 'transferGovernance(address)', 0],
  ['0x7a9e5e4b', 'setAuthority(address)', 0],
  ['0x92eefe9b', 'setController(address)', 0],
  ['0x5df8122f', 'setManager(address,address)', 1],
  ['0x634e93da', 'beginDefaultAdminTransfer(address)', 0],
  ['0xaa20e1e4', 'updateMasterMinter(address)', 0],
  ['0xd784d426', 'setImplementation(address)', 0],
  ['0x7eff275e', 'changeProxyAdmin(address,address)', 1],
  ['0x3659cfe6', 'upgradeTo(address)', 0],
  ['0x4f1ef286', 'upgradeToAndCall(address,bytes)', 0],
  ['0x99a88ec4', 'upgrade(address,address)', 1],
  ['0x9623609d', 'upgradeAndCall(address,address,bytes)', 1],
  ['0x1f931c1c', 'diamondCut((address,uint8,bytes4[])[],address,bytes)', 1],
  ['0x0d582f13', 'addOwnerWithThreshold(address,uint256)', 0],
  ['0xf8dc5dd9', 'removeOwner(address,address,uint256)'],
  ['0xe318b52b', 'swapOwner(address,address,address)', 2],
  ['0x694e80c3', 'changeThreshold(uint256)'],
  ['0x610b5925', 'enableModule(address)', 0],
  ['0xe009cfde', 'disableModule(address,address)'],
  ['0xe19a9dd9', 'setGuard(address)', 0],
  ['0xf08a0323', 'setFallbackHandler(address)', 0],
  ['0x7065cb48', 'addOwner(address)', 0],
  ['0x173825d9', 'removeOwner(address)'],
  ['0xe20056e6', 'replaceOwner(address,address)', 1],
  ['0xba51a6df', 'changeRequirement(uint256)'],
  // These approve a transaction of a multi-signature wallet that is named by its hash or number only.
  ['0xd4d9bdcd', 'approveHash(bytes32)'],
  ['0xc01a8c84', 'confirmTransaction(uint256)'],
  ['0xee22610b', 'executeTransaction(uint256)'],
];

/** What an issuer does with its token every day; the sender loses nothing by it. */
const settings: readonly Row[] = [
  ['0x79ba5097', 'acceptOwnership()'],
  ['0x4e71e0c8', 'claimOwnership()'],
  ['0x8456cb59', 'pause()'],
  ['0x3f4ba83a', 'unpause()'],
  ['0x983b2d56', 'addMinter(address)', 0],
  ['0x3092afd5', 'removeMinter(address)'],
  ['0x98650275', 'renounceMinter()'],
  ['0xfca3b5aa', 'setMinter(address)', 0],
  ['0x4e44d956', 'configureMinter(address,uint256)', 0],
  ['0x82dc1ec4', 'addPauser(address)', 0],
  ['0xf9f92be4', 'blacklist(address)'],
  ['0x1a895266', 'unBlacklist(address)', 0],
  ['0x0ecb93c0', 'addBlackList(address)'],
  ['0xe4997dc5', 'removeBlackList(address)', 0],
  ['0xf3bdc228', 'destroyBlackFunds(address)'],
  ['0x8d1fdf2f', 'freeze(address)'],
  ['0x45c8b1a6', 'unfreeze(address)', 0],
  ['0x55f804b3', 'setBaseURI(string)'],
  ['0x162094c4', 'setTokenURI(uint256,string)'],
  ['0x04634d8d', 'setDefaultRoyalty(address,uint96)', 0],
];

/** Keccak-256 of the names of roles that rule over tokens only; every other role may rule over everything. */
const tokenRoles: Readonly<Record<string, string>> = {
  '0x9f2df0fed2c77648de5860a4cc508cd0818c85b8b8a1ab4ceeef8d981c8956a6': 'MINTER_ROLE',
  '0x65d7a28e3265b37a6474929f336521b332c1681b933f6cb9f3376673440d862a': 'PAUSER_ROLE',
  '0x3c11d16cbaffd01df69ce1c404f6340ee057498f5f00246190ea54220576a848': 'BURNER_ROLE',
};

const roleMethods = [
  role('0x2f2ff15d', 'grantRole(bytes32,address)', 'gives'),
  role('0xd547741f', 'revokeRole(bytes32,address)', 'takes away'),
  role('0x36568abe', 'renounceRole(bytes32,address)', 'gives up'),
];

/** Methods that say who rules over a contract, and how. */
export const controlMethods: readonly (readonly [string, KnownMethod])[] = [
  ...ownership.map((row) => control(row, 'account-control')),
  ...settings.map((row) => control(row, 'issuer-settings')),
  ...roleMethods,
];

function control([selector, signature, position]: Row, kind: HazardKind): readonly [string, KnownMethod] {
  const name = nameOf(signature);
  const known = method(selector, signature, (call) => {
    const party = position === undefined ? undefined : call.address(position);
    const text = `calls ${name} of contract ${call.contract}${party === undefined ? '' : ` in favour of ${party}`}`;
    const effect = { ...ruled(kind), ...(party !== undefined && { to: party }), asset: call.contract };
    return { kind: 'contract-call', moves: [], text, effects: [effect], ...(carriesCode(call) && { opaque: true }) };
  });
  // Bytes that an upgrade hands to the new code are a call that only that code understands.
  const bytesAt = known[1].types.findIndex((type) => type.kind === 'bytes');
  function carriesCode(call: MethodCall): boolean {
    return bytesAt >= 0 && call.length(bytesAt) > 0;
  }
  return known;
}

function ruled(code: HazardKind): { readonly op: EffectOp; readonly code: HazardKind } {
  return { op: code === 'issuer-settings' ? 'issuer' : 'account', code };
}

/** The role that a call is about, by name where it is known, else by its hash; undefined for a method that has none. */
export function roleName(signature: string, hash: string | undefined): string | undefined {
  if (hash === undefined || !roleMethods.some(([, known]) => known.signature === signature)) return undefined;
  return tokenRoles[hash] ?? hash;
}

function role(selector: string, signature: string, verb: string): readonly [string, KnownMethod] {
  return method(selector, signature, (call) => {
    const hash = bytesToHex(call.bytes(0));
    const known = tokenRoles[hash];
    const party = call.address(1);
    const code = known === undefined ? 'account-control' : 'issuer-settings';
    const text = `${verb} the role ${known ?? hash} of ${party} at contract ${call.contract}`;
    return { kind: 'contract-call', moves: [], text, effects: [{ ...ruled(code), to: party, asset: call.contract }] };
  });
}
