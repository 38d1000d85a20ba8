import {
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  type Hex,
  keccak256,
  parseAbiItem,
  parseAbiParameters,
  toHex,
} from 'viem';
import type { Hazard, HazardKind } from '../../../src/core/chain/hazards.js';
import { alice, bob, contract, me, unlimited } from '../calls.js';

export const nobody = '0x0000000000000000000000000000000000000000';
const token = '0x00000000000000000000000000000000000c0de5';
const word = `0x${'01'.repeat(32)}`;
const none: readonly Hazard[] = [];

/** Encodes a call as an independent library does. */
export function call(signature: string, args: readonly unknown[]): Hex {
  const abi = [parseAbiItem(`function ${signature}` as never)];
  return encodeFunctionData({ abi, args } as never);
}

export const approval = call('approve(address,uint256)', [alice, 9n]);
const opaque = (text: string): Hazard => ({ kind: 'opaque-data', party: contract, text });
const may = (kind: HazardKind, party: string, amount: bigint | undefined, more: Partial<Hazard> = {}): Hazard => ({
  ...{ kind, party, asset: contract },
  ...(amount !== undefined && { amount }),
  ...more,
});
const owns = (text: string, party?: string): Hazard => ({
  kind: 'account-control',
  ...(party !== undefined && { party }),
  asset: contract,
  text,
});
const issues = (text: string, party?: string): Hazard => ({ ...owns(text, party), kind: 'issuer-settings' });
const ordered = (text: string, more: Partial<Hazard>): Hazard => ({
  kind: 'market-order',
  party: contract,
  ...more,
  text,
});
const permitted = { text: 'permit' };
const cannotFollow: readonly Hazard[] = [{ kind: 'account-control', text: 'calls inside of calls' }];
const mode = (type: number): Hex => `0x${type.toString(16).padStart(2, '0')}${'00'.repeat(31)}`;
const batchOf = (calls: readonly (readonly [Hex, bigint, Hex])[]): Hex =>
  encodeAbiParameters(parseAbiParameters('(address,uint256,bytes)[]'), [calls]);
const sent = (operation: number, to: Hex, data: Hex): Hex =>
  encodePacked(
    ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
    [operation, to, 0n, BigInt(data.length / 2 - 1), data],
  );
const signature2612 = [27, word, word];

/** Every method that is understood, with arguments and what they may cost. */
export const rows: readonly (readonly [string, readonly unknown[], readonly Hazard[]])[] = [
  ['transfer(address,uint256)', [alice, 5n], none],
  ['transfer(address,uint256,bytes)', [alice, 5n, '0x'], none],
  ['transfer(address,uint256,bytes)', [alice, 5n, '0x01'], [opaque('transfer')]],
  ['transferAndCall(address,uint256)', [alice, 5n], [opaque('transferAndCall')]],
  ['transferAndCall(address,uint256,bytes)', [alice, 5n, '0x'], [opaque('transferAndCall')]],
  ['send(address,uint256,bytes)', [alice, 5n, '0x'], none],
  ['transferFrom(address,address,uint256)', [alice, bob, 5n], none],
  ['transferFromAndCall(address,address,uint256)', [alice, bob, 5n], [opaque('transferFromAndCall')]],
  ['transferFromAndCall(address,address,uint256,bytes)', [alice, bob, 5n, '0x'], [opaque('transferFromAndCall')]],
  ['safeTransferFrom(address,address,uint256)', [alice, bob, 5n], none],
  ['safeTransferFrom(address,address,uint256,bytes)', [alice, bob, 5n, '0x'], none],
  ['safeTransferFrom(address,address,uint256,bytes)', [alice, bob, 5n, '0x02'], [opaque('safeTransferFrom')]],
  ['safeTransferFrom(address,address,uint256,uint256,bytes)', [alice, bob, 5n, 1n, '0x'], none],
  ['safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)', [alice, bob, [5n], [1n], '0x'], none],
  ['mint(address,uint256,uint256,bytes)', [alice, 5n, 1n, '0x'], none],
  ['mintBatch(address,uint256[],uint256[],bytes)', [alice, [5n], [1n, 2n], '0x'], [opaque('mintBatch')]],
  ['burn(address,uint256,uint256)', [alice, 5n, 1n], none],
  ['burnBatch(address,uint256[],uint256[])', [alice, [5n], [1n]], none],
  ['mint(address,uint256)', [alice, 5n], none],
  ['safeMint(address,uint256)', [alice, 5n], none],
  ['mintWithTokenURI(address,uint256,string)', [alice, 5n, 'ipfs://x'], none],
  ['burn(uint256)', [5n], none],
  ['burnFrom(address,uint256)', [alice, 5n], none],
  ['deposit()', [], none],
  ['withdraw(uint256)', [5n], none],
  ['approve(address,uint256)', [alice, 5n], [may('allowance', alice, 5n, { text: 'approve' })]],
  ['approve(address,uint256)', [alice, 0n], [may('allowance', alice, 0n, { text: 'approve' })]],
  ['approve(address,uint256)', [nobody, 5n], none],
  ['approve(address,uint256)', [alice, unlimited], [may('unlimited-allowance', alice, unlimited, { text: 'approve' })]],
  [
    'approveAndCall(address,uint256)',
    [alice, 5n],
    [may('allowance', alice, 5n, { text: 'approveAndCall' }), opaque('approveAndCall')],
  ],
  [
    'approveAndCall(address,uint256,bytes)',
    [alice, unlimited, '0x'],
    [may('unlimited-allowance', alice, unlimited, { text: 'approveAndCall' }), opaque('approveAndCall')],
  ],
  ['approve(address,uint256,uint256)', [alice, 7n, 5n], [may('allowance', alice, 5n, { text: 'approve' })]],
  ['approve(address,uint256,uint256)', [alice, 7n, 0n], none],
  ['increaseAllowance(address,uint256)', [alice, 5n], [may('allowance', alice, 5n, { text: 'increaseAllowance' })]],
  [
    'increaseApproval(address,uint256)',
    [alice, unlimited],
    [may('unlimited-allowance', alice, unlimited, { text: 'increaseApproval' })],
  ],
  ['decreaseAllowance(address,uint256)', [alice, unlimited], none],
  ['decreaseApproval(address,uint256)', [alice, 5n], none],
  [
    'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
    [me, alice, 5n, 1n, ...signature2612],
    [may('allowance', alice, 5n, permitted)],
  ],
  [
    'permit(address,address,uint256,uint256,bytes)',
    [bob, alice, unlimited, 1n, '0x00'],
    [may('unlimited-allowance', alice, unlimited, permitted)],
  ],
  [
    'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
    [me, alice, 0n, 1n, true, ...signature2612],
    [may('unlimited-allowance', alice, unlimited, permitted)],
  ],
  [
    'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
    [me, alice, 0n, 1n, false, ...signature2612],
    none,
  ],
  [
    'permit(address,uint256,uint256,uint8,bytes32,bytes32)',
    [alice, 5n, 1n, ...signature2612],
    [may('allowance', alice, undefined, permitted)],
  ],
  ['approveDelegation(address,uint256)', [alice, 5n], [may('allowance', alice, 5n, { text: 'approveDelegation' })]],
  [
    'setApprovalForAll(address,bool)',
    [alice, true],
    [may('approve-all', alice, undefined, { text: 'setApprovalForAll' })],
  ],
  ['setApprovalForAll(address,bool)', [alice, false], none],
  ['setOperator(address,bool)', [alice, true], [may('approve-all', alice, undefined, { text: 'setOperator' })]],
  ['allow(address,bool)', [alice, true], [may('approve-all', alice, undefined, { text: 'allow' })]],
  ['authorizeOperator(address)', [alice], [may('approve-all', alice, undefined, { text: 'authorizeOperator' })]],
  ['revokeOperator(address)', [alice], none],
  [
    'approve(address,address,uint160,uint48)',
    [token, alice, 5n, 9],
    [{ ...may('allowance', alice, 5n, { text: 'approve' }), asset: token }],
  ],
  [
    'permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)',
    [me, [[token, 2n ** 160n - 1n, 9, 0], alice, 1n], '0x00'],
    [{ ...may('unlimited-allowance', alice, 2n ** 160n - 1n, permitted), asset: token }],
  ],
  [
    'permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)',
    [
      me,
      [
        [
          [token, 5n, 9, 0],
          [bob, 2n ** 128n, 9, 0],
        ],
        alice,
        1n,
      ],
      '0x00',
    ],
    [
      { ...may('allowance', alice, 5n, permitted), asset: token },
      { ...may('unlimited-allowance', alice, 2n ** 128n, permitted), asset: bob },
    ],
  ],
  ['transferFrom(address,address,uint160,address)', [me, alice, 5n, token], none],
  ['transferFrom((address,address,uint160,address)[])', [[[me, alice, 5n, token]]], none],
  [
    'permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)',
    [[[token, 5n], 1n, 2n], [alice, 5n], bob, '0x00'],
    none,
  ],
  ['lockdown((address,address)[])', [[[token, alice]]], none],
  ...['transferWithAuthorization', 'receiveWithAuthorization'].flatMap((name) => [
    [
      `${name}(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)`,
      [me, alice, 5n, 0n, 9n, word, ...signature2612],
      none,
    ] as const,
    [
      `${name}(address,address,uint256,uint256,uint256,bytes32,bytes)`,
      [bob, nobody, 5n, 0n, 9n, word, '0x00'],
      [may('unspendable-destination', nobody, 5n, { text: name })],
    ] as const,
  ]),
  [
    'permitWitnessTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes32,string,bytes)',
    [[[token, 5n], 1n, 2n], [alice, 5n], bob, word, 'Order', '0x00'],
    none,
  ],
  [
    'permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)',
    [[[[token, 5n]], 1n, 2n], [[token, 5n]], bob, '0x00'],
    [{ ...may('unspendable-destination', token, 5n, { text: 'permitTransferFrom' }), asset: token }],
  ],
  [
    'permitWitnessTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes32,string,bytes)',
    [[[[token, 5n]], 1n, 2n], [], bob, word, 'Order', '0x00'],
    [opaque('permitWitnessTransferFrom')],
  ],
  ['transfer(address,uint256,uint256)', [alice, 7n, 5n], none],
  ['transferFrom(address,address,uint256,uint256)', [bob, alice, 7n, 5n], none],
  ['approve(address)', [alice], [may('unlimited-allowance', alice, unlimited, { text: 'approve' })]],
  ...['setRelayerApproval', 'setAccountOperator'].flatMap((name) => [
    [
      `${name}(address,address,bool)`,
      [me, alice, true],
      [may('approve-all', alice, undefined, { text: name })],
    ] as const,
    [`${name}(address,address,bool)`, [me, alice, false], none] as const,
  ]),
  [
    'allowBySig(address,address,bool,uint256,uint256,uint8,bytes32,bytes32)',
    [bob, alice, true, 0n, 1n, ...signature2612],
    [may('approve-all', alice, undefined, { text: 'allowBySig' })],
  ],
  [
    'setAuthorization(address,bool)',
    [alice, true],
    [may('approve-all', alice, undefined, { text: 'setAuthorization' })],
  ],
  ['hope(address)', [alice], [may('approve-all', alice, undefined, { text: 'hope' })]],
  ['nope(address)', [alice], none],
  [
    'delegationWithSig(address,address,uint256,uint256,uint8,bytes32,bytes32)',
    [bob, alice, unlimited, 1n, ...signature2612],
    [may('unlimited-allowance', alice, unlimited, { text: 'delegationWithSig' })],
  ],
  ...[
    ...['transferOwnership', 'setOwner', 'updateOwner', 'changeOwner', 'transferOwner', 'nominateNewOwner', 'setAdmin'],
    ...['changeAdmin', 'setPendingAdmin', 'setGovernance', 'transferGovernance', 'setAuthority', 'setController'],
    ...[
      'beginDefaultAdminTransfer',
      'updateMasterMinter',
      'setImplementation',
      'upgradeTo',
      'enableModule',
      'setGuard',
    ],
    ...['setFallbackHandler', 'addOwner'],
  ].map((name) => [`${name}(address)`, [alice], [owns(name, alice)]] as const),
  ...[
    ...['completeOwnershipHandover', 'transferProxyOwnership', 'setPendingOwner', 'transferAdmin', '_setPendingAdmin'],
    ...['_setImplementation', 'setGuardian', 'rely'],
  ].map((name) => [`${name}(address)`, [alice], [owns(name, alice)]] as const),
  ['transferOwnership(address,bool,bool)', [alice, true, false], [owns('transferOwnership', alice)]],
  ['deny(address)', [alice], [owns('deny')]],
  ['setSubnodeOwner(bytes32,bytes32,address)', [word, word, alice], [owns('setSubnodeOwner', alice)]],
  ['setRecord(bytes32,address,address,uint64)', [word, alice, bob, 0n], [owns('setRecord', alice)]],
  ['setRoleAdmin(bytes32,bytes32)', [word, word], [owns('setRoleAdmin')]],
  ['grantRole(uint64,address,uint32)', [0n, alice, 0], [owns('grantRole', alice)]],
  ['grantRoles(address,uint256)', [alice, 1n], [owns('grantRoles', alice)]],
  ['revokeRoles(address,uint256)', [alice, 1n], [owns('revokeRoles')]],
  ['setUserRole(address,uint8,bool)', [alice, 1, true], [owns('setUserRole', alice)]],
  ['updateAuthority(address,address)', [bob, alice], [owns('updateAuthority', alice)]],
  ['installModule(uint256,address,bytes)', [1n, alice, '0x'], [owns('installModule', alice)]],
  ['uninstallModule(uint256,address,bytes)', [1n, alice, '0x'], [owns('uninstallModule')]],
  ['confirmTransaction(uint256)', [1n], [owns('confirmTransaction')]],
  ['executeTransaction(uint256)', [1n], [owns('executeTransaction')]],
  ['removeOwner(address)', [alice], [owns('removeOwner')]],
  ['renounceOwnership()', [], [owns('renounceOwnership')]],
  ['setOwner(bytes32,address)', [word, alice], [owns('setOwner', alice)]],
  ['setManager(address,address)', [me, alice], [owns('setManager', alice)]],
  ['changeProxyAdmin(address,address)', [bob, alice], [owns('changeProxyAdmin', alice)]],
  ['upgradeToAndCall(address,bytes)', [alice, '0x'], [owns('upgradeToAndCall', alice)]],
  ['upgradeToAndCall(address,bytes)', [alice, '0x01'], [owns('upgradeToAndCall', alice), opaque('upgradeToAndCall')]],
  ['upgrade(address,address)', [bob, alice], [owns('upgrade', alice)]],
  [
    'upgradeAndCall(address,address,bytes)',
    [bob, alice, '0x01'],
    [owns('upgradeAndCall', alice), opaque('upgradeAndCall')],
  ],
  [
    'diamondCut((address,uint8,bytes4[])[],address,bytes)',
    [[[bob, 0, ['0x01020304']]], alice, '0x'],
    [owns('diamondCut', alice)],
  ],
  ['addOwnerWithThreshold(address,uint256)', [alice, 1n], [owns('addOwnerWithThreshold', alice)]],
  ['removeOwner(address,address,uint256)', [bob, alice, 1n], [owns('removeOwner')]],
  ['swapOwner(address,address,address)', [bob, me, alice], [owns('swapOwner', alice)]],
  ['changeThreshold(uint256)', [1n], [owns('changeThreshold')]],
  ['disableModule(address,address)', [bob, alice], [owns('disableModule')]],
  ['replaceOwner(address,address)', [bob, alice], [owns('replaceOwner', alice)]],
  ['changeRequirement(uint256)', [1n], [owns('changeRequirement')]],
  ['approveHash(bytes32)', [word], [owns('approveHash')]],
  ...['addMinter', 'setMinter', 'addPauser', 'unBlacklist', 'removeBlackList', 'unfreeze'].map(
    (name) => [`${name}(address)`, [alice], [issues(name, alice)]] as const,
  ),
  ...['removeMinter', 'blacklist', 'addBlackList', 'destroyBlackFunds', 'freeze'].map(
    (name) => [`${name}(address)`, [alice], [issues(name)]] as const,
  ),
  ...['pause', 'unpause', 'renounceMinter', 'acceptOwnership', 'claimOwnership'].map(
    (name) => [`${name}()`, [], [issues(name)]] as const,
  ),
  ['configureMinter(address,uint256)', [alice, 5n], [issues('configureMinter', alice)]],
  ['setBaseURI(string)', ['ipfs://x'], [issues('setBaseURI')]],
  ['setTokenURI(uint256,string)', [5n, 'ipfs://x'], [issues('setTokenURI')]],
  ['setDefaultRoyalty(address,uint96)', [alice, 5n], [issues('setDefaultRoyalty', alice)]],
  ['grantRole(bytes32,address)', [`0x${'00'.repeat(32)}`, alice], [owns(`grantRole 0x${'00'.repeat(32)}`, alice)]],
  ['grantRole(bytes32,address)', [keccak256(toHex('MINTER_ROLE')), alice], [issues('grantRole MINTER_ROLE', alice)]],
  ['grantRole(bytes32,address)', [keccak256(toHex('PAUSER_ROLE')), alice], [issues('grantRole PAUSER_ROLE', alice)]],
  ['revokeRole(bytes32,address)', [keccak256(toHex('BURNER_ROLE')), alice], [issues('revokeRole BURNER_ROLE', alice)]],
  ['renounceRole(bytes32,address)', [word, me], [owns(`renounceRole ${word}`, me)]],
  ['multicall(bytes[])', [[approval]], [may('allowance', alice, 9n, { text: 'approve' })]],
  ['multicall(bytes[])', [['0x01']], [opaque('0x01')]],
  ['multicall(uint256,bytes[])', [1n, [approval]], [may('allowance', alice, 9n, { text: 'approve' })]],
  ['multicall(bytes32,bytes[])', [word, [approval]], [may('allowance', alice, 9n, { text: 'approve' })]],
  [
    'aggregate((address,bytes)[])',
    [[[token, approval]]],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  [
    'tryAggregate(bool,(address,bytes)[])',
    [true, [[token, '0x01020304']]],
    [{ kind: 'opaque-data', party: token, text: '0x01020304' }],
  ],
  [
    'aggregate3((address,bool,bytes)[])',
    [[[token, true, approval]]],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  [
    'aggregate3Value((address,bool,uint256,bytes)[])',
    [[[nobody, true, 5n, '0x']]],
    [{ kind: 'unspendable-destination', party: nobody, asset: 'ETH', amount: 5n }],
  ],
  [
    'execute(address,uint256,bytes)',
    [token, 0n, approval],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  ...['blockAndAggregate((address,bytes)[])', 'tryBlockAndAggregate(bool,(address,bytes)[])'].map(
    (signature) =>
      [
        signature,
        [...(signature.startsWith('try') ? [true] : []), [[token, approval]]],
        [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
      ] as const,
  ),
  [
    'executeMetaTransaction(address,bytes,bytes32,bytes32,uint8)',
    [bob, approval, word, word, 27],
    [may('allowance', alice, 9n, { text: 'approve' })],
  ],
  ['batch(bytes[],bool)', [[approval], true], [may('allowance', alice, 9n, { text: 'approve' })]],
  [
    'executeBatch((address,uint256,bytes)[])',
    [[[nobody, 5n, '0x']]],
    [{ kind: 'unspendable-destination', party: nobody, asset: 'ETH', amount: 5n }],
  ],
  [
    'executeBatch(address[],bytes[])',
    [[token], [approval]],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  [
    'executeBatch(address[],uint256[],bytes[])',
    [[token], [0n], [approval]],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  ['executeBatch(address[],uint256[],bytes[])', [[token], [], ['0x']], [opaque('executeBatch')]],
  [
    'execute(address,uint256,bytes,bytes32,bytes32)',
    [token, 0n, approval, word, word],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  [
    'schedule(address,uint256,bytes,bytes32,bytes32,uint256)',
    [token, 0n, approval, word, word, 1n],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  ['execute(address,bytes)', [token, approval], [{ ...owns('DELEGATECALL', token) }, opaque('execute')]],
  [
    'multiSend(bytes)',
    [sent(0, token, approval)],
    [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
  ],
  ['multiSend(bytes)', [sent(1, token, approval)], [...cannotFollow, opaque('multiSend')]],
  ['multiSend(bytes)', [sent(0, token, approval).slice(0, -2)], [...cannotFollow, opaque('multiSend')]],
  ...['execute', 'executeFromExecutor'].flatMap((name) => [
    [
      `${name}(bytes32,bytes)`,
      [mode(0), encodePacked(['address', 'uint256', 'bytes'], [token, 0n, approval])],
      [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
    ] as const,
    [
      `${name}(bytes32,bytes)`,
      [mode(1), batchOf([[token, 0n, approval]])],
      [{ ...may('allowance', alice, 9n, { text: 'approve' }), asset: token }],
    ] as const,
    [`${name}(bytes32,bytes)`, [mode(255), '0x00'], [...cannotFollow, opaque(name)]] as const,
    [`${name}(bytes32,bytes)`, [mode(1), '0x00'], [...cannotFollow, opaque(name)]] as const,
  ]),
  [
    'execTransactionFromModuleReturnData(address,uint256,bytes,uint8)',
    [token, 0n, '0x', 1],
    [{ ...owns('DELEGATECALL', token) }, opaque('execTransactionFromModuleReturnData')],
  ],
  ['submitTransaction(address,uint256,bytes)', [alice, 5n, '0x'], none],
  [
    'execTransactionFromModule(address,uint256,bytes,uint8)',
    [token, 0n, '0x', 1],
    [{ ...owns('DELEGATECALL', token) }, opaque('execTransactionFromModule')],
  ],
  [
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    [alice, 5n, '0x', 0, 0n, 0n, 0n, nobody, nobody, '0x00'],
    none,
  ],
  [
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    [alice, 5n, '0x', 0, 0n, 0n, 1n, nobody, bob, '0x00'],
    [{ ...may('allowance', bob, 2n ** 26n, { text: 'refund of gas' }), asset: nobody }, opaque('execTransaction')],
  ],
  [
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    [alice, 5n, '0x', 0, 0n, 2n ** 128n, 1n, token, bob, '0x00'],
    [
      { ...may('unlimited-allowance', bob, 2n ** 128n + 2n ** 26n, { text: 'refund of gas' }), asset: token },
      opaque('execTransaction'),
    ],
  ],
  [
    'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
    [token, 0n, '0x', 1, 0n, 0n, 0n, nobody, nobody, '0x00'],
    [{ ...owns('DELEGATECALL', token) }, opaque('execTransaction')],
  ],
  ['safeMint(address,uint256,string)', [alice, 5n, 'ipfs://x'], none],
  ['safeTransfer(address,uint256)', [alice, 5n], none],
  ['safeTransfer(address,uint256,uint256,bytes)', [alice, 5n, 1n, '0x'], none],
  // One zero byte, which clients send where there are no bytes.
  ['safeTransfer(address,uint256,uint256,bytes)', [alice, 5n, 1n, '0x00'], none],
  ['safeTransfer(address,uint256,uint256,bytes)', [alice, 5n, 1n, '0x01'], [opaque('safeTransfer')]],
  ['safeBatchTransfer(address,uint256[],uint256[],bytes)', [alice, [5n, 6n], [1n, 2n], '0x'], none],
  [
    'safeBatchTransfer(address,uint256[],uint256[],bytes)',
    [alice, [5n, 6n], [1n], '0x'],
    [opaque('safeBatchTransfer')],
  ],
  [
    'mintMultiple(address[],uint256[],string[])',
    [
      [alice, bob],
      [5n, 6n],
      ['a', 'b'],
    ],
    none,
  ],
  ['mintMultiple(address[],uint256[],string[])', [[alice], [5n, 6n], ['a', 'b']], [opaque('mintMultiple')]],
  [
    'mintBatch(address[],uint256[][],uint256[][],bytes)',
    [[alice, bob], [[5n], [6n, 7n]], [[1n], [2n, 3n]], '0x'],
    none,
  ],
  [
    'mintBatch(address[],uint256[][],uint256[][],bytes)',
    [[alice, bob], [[5n], [6n, 7n]], [[1n], [2n]], '0x'],
    [opaque('mintBatch')],
  ],
  ['transfer(address,uint256,address,uint256,uint256)', [token, 0n, alice, 5n, 0n], none],
  ['transfer(address,uint256,address,uint256,uint256)', [token, 1n, alice, 0n, 5n], none],
  ['transfer(address,uint256,address,uint256,uint256)', [token, 2n, alice, 1n, 5n], none],
  ['transfer(address,uint256,address,uint256,uint256)', [nobody, 3n, alice, 5n, 0n], none],
  ['transfer(address,uint256,address,uint256,uint256)', [token, 4n, alice, 1n, 5n], [opaque('transfer')]],
  [
    'transfer(address,uint256,address,uint256,uint256)',
    [token, 0n, nobody, 5n, 0n],
    [{ kind: 'unspendable-destination', party: nobody, asset: token, amount: 5n, text: 'transfer' }],
  ],
  [
    'transferBatch(address[],uint256[],address[],uint256[],uint256[])',
    [
      [token, nobody],
      [0n, 3n],
      [alice, bob],
      [5n, 6n],
      [0n, 0n],
    ],
    none,
  ],
  [
    'transferBatch(address[],uint256[],address[],uint256[],uint256[])',
    [[token], [0n, 3n], [alice], [5n], [0n]],
    [opaque('transferBatch')],
  ],
  [
    'approve(address,uint256,address,uint256,uint256)',
    [token, 0n, alice, 5n, 0n],
    [{ kind: 'allowance', party: alice, asset: token, amount: 5n, text: 'approve' }],
  ],
  [
    'approve(address,uint256,address,uint256,uint256)',
    [token, 0n, alice, unlimited, 0n],
    [{ kind: 'unlimited-allowance', party: alice, asset: token, amount: unlimited, text: 'approve' }],
  ],
  [
    'approve(address,uint256,address,uint256,uint256)',
    [token, 1n, alice, 0n, 5n],
    [{ kind: 'allowance', party: alice, asset: token, text: 'approve' }],
  ],
  [
    'approve(address,uint256,address,uint256,uint256)',
    [token, 2n, alice, 0n, 0n],
    [{ kind: 'approve-all', party: alice, asset: token, text: 'approve' }],
  ],
  ['createBatch(address,uint256[])', [alice, [1n, 2n]], none],
  ['cloneNewWallet(address,uint256)', [alice, 2n], none],
  [
    'createListing(string,bool,address,uint256,uint256,address,uint256,address)',
    ['sale', true, token, 5n, 100n, alice, 0n, nobody],
    none,
  ],
  [
    'createAuction(string,bool,address,uint256,address,uint256,uint256,address)',
    ['sale', false, token, 5n, alice, 2n, 100n, nobody],
    none,
  ],
  ['buyAssetFromListing(string,address)', ['sale', token], [ordered('buyAssetFromListing', { asset: token })]],
  [
    'buyAssetFromListingForExternalBuyer(string,address,address)',
    ['sale', token, alice],
    [ordered('buyAssetFromListingForExternalBuyer', { asset: token })],
  ],
  ['cancelListing(string)', ['sale'], none],
  ['bid(string,uint256)', ['sale', 5n], [ordered('bid', { amount: 5n })]],
  [
    'bidForExternalBidder(string,uint256,address)',
    ['sale', 5n, alice],
    [ordered('bidForExternalBidder', { amount: 5n })],
  ],
  ['cancelAuction(string)', ['sale'], none],
  ['settleAuction(string)', ['sale'], none],
  ['setMarketplaceFee(uint256)', [100n], [issues('setMarketplaceFee')]],
  ['setAuctionFee(uint256)', [100n], [issues('setAuctionFee')]],
  ['setMarketplaceFeeRecipient(address)', [alice], [issues('setMarketplaceFeeRecipient', alice)]],
  ['setAuctionFeeRecipient(address)', [alice], [issues('setAuctionFeeRecipient', alice)]],
];

/** Signature and data of each row. */
export const methodRows = rows.map(([signature, args]) => [signature, call(signature, args)] as const);
