/** Typed data as applications send them. `primary` is the struct, `fields` its parts as `type name, type name`. */
export interface TypedRow {
  readonly domain: Record<string, unknown>;
  readonly types: Record<string, string>;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}

export const owner = '0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a';
export const spender = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
export const token = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
export const nft = '0xbc4ca0eda7647a8ab7c2061c2e118a18a936f13d';
export const permit2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
export const safe = '0x1234567890123456789012345678901234567890';
const bytes32 = `0x${'ab'.repeat(32)}`;
const usdc = { name: 'USD Coin', version: '2', chainId: 1, verifyingContract: token };
const released = { name: 'Permit2', chainId: 1, verifyingContract: permit2 };
const details = 'address token,uint160 amount,uint48 expiration,uint48 nonce';
const permissions = 'address token,uint256 amount';
const authorized = 'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';
const authorization = {
  from: owner,
  to: spender,
  value: '5000000',
  validAfter: 0,
  validBefore: 2000000000,
  nonce: bytes32,
};
const item = 'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount';
const forwarding = { name: 'Forwarder', version: '1', chainId: 1, verifyingContract: safe };
/** `approve` of everything. */
const approval = `0x095ea7b3${spender.slice(2).padStart(64, '0')}${'f'.repeat(64)}`;

export const rows = {
  /** The example of EIP-712 itself. */
  mail: {
    domain: {
      name: 'Ether Mail',
      version: '1',
      chainId: 1,
      verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
    },
    types: { Person: 'string name,address wallet', Mail: 'Person from,Person to,string contents' },
    primaryType: 'Mail',
    message: {
      from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
      to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
      contents: 'Hello, Bob!',
    },
  },
  permit: {
    domain: usdc,
    types: { Permit: 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline' },
    primaryType: 'Permit',
    message: {
      owner,
      spender,
      value: '1000000',
      nonce: 0,
      deadline: '115792089237316195423570985008687907853269984665640564039457584007913129639935',
    },
  },
  daiPermit: {
    domain: { name: 'Dai Stablecoin', version: '1', chainId: 1, verifyingContract: token },
    types: { Permit: 'address holder,address spender,uint256 nonce,uint256 expiry,bool allowed' },
    primaryType: 'Permit',
    message: { holder: owner, spender, nonce: 1, expiry: 0, allowed: true },
  },
  itemPermit: {
    domain: { name: 'Positions', version: '1', chainId: 1, verifyingContract: nft },
    types: { Permit: 'address spender,uint256 tokenId,uint256 nonce,uint256 deadline' },
    primaryType: 'Permit',
    message: { spender, tokenId: 77, nonce: 0, deadline: 1 },
  },
  permitSingle: {
    domain: released,
    types: { PermitSingle: 'PermitDetails details,address spender,uint256 sigDeadline', PermitDetails: details },
    primaryType: 'PermitSingle',
    message: {
      details: { token, amount: '1461501637330902918203684832716283019655932542975', expiration: 1, nonce: 0 },
      spender,
      sigDeadline: '0xffff',
    },
  },
  permitBatch: {
    domain: released,
    types: { PermitBatch: 'PermitDetails[] details,address spender,uint256 sigDeadline', PermitDetails: details },
    primaryType: 'PermitBatch',
    message: {
      details: [
        { token, amount: 5, expiration: 1, nonce: 0 },
        { token: nft, amount: 6, expiration: 1, nonce: 0 },
      ],
      spender,
      sigDeadline: 9,
    },
  },
  permitTransfer: {
    domain: released,
    types: {
      PermitTransferFrom: 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline',
      TokenPermissions: permissions,
    },
    primaryType: 'PermitTransferFrom',
    message: { permitted: { token, amount: 7 }, spender, nonce: 1, deadline: 2 },
  },
  permitBatchTransfer: {
    domain: released,
    types: {
      PermitBatchTransferFrom: 'TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline',
      TokenPermissions: permissions,
    },
    primaryType: 'PermitBatchTransferFrom',
    message: { permitted: [{ token, amount: 7 }], spender, nonce: 1, deadline: 2 },
  },
  permitWitness: {
    domain: released,
    types: {
      PermitWitnessTransferFrom:
        'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,ExclusiveOrder witness',
      TokenPermissions: permissions,
      ExclusiveOrder: 'address reactor,bytes data',
    },
    primaryType: 'PermitWitnessTransferFrom',
    message: {
      permitted: { token, amount: 7 },
      spender,
      nonce: 1,
      deadline: 2,
      witness: { reactor: spender, data: '0x0102' },
    },
  },
  transfer: {
    domain: usdc,
    types: { TransferWithAuthorization: authorized },
    primaryType: 'TransferWithAuthorization',
    message: authorization,
  },
  receive: {
    domain: usdc,
    types: { ReceiveWithAuthorization: authorized },
    primaryType: 'ReceiveWithAuthorization',
    message: authorization,
  },
  cancel: {
    domain: usdc,
    types: { CancelAuthorization: 'address authorizer,bytes32 nonce' },
    primaryType: 'CancelAuthorization',
    message: { authorizer: owner, nonce: bytes32 },
  },
  safeTransaction: {
    domain: { chainId: 1, verifyingContract: safe },
    types: {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
    },
    primaryType: 'SafeTx',
    message: {
      to: token,
      value: 0,
      data: `0xa9059cbb${spender.slice(2).padStart(64, '0')}${'2a'.padStart(64, '0')}`,
      operation: 0,
      safeTxGas: 0,
      baseGas: 0,
      gasPrice: 0,
      gasToken: `0x${'00'.repeat(20)}`,
      refundReceiver: `0x${'00'.repeat(20)}`,
      nonce: 3,
    },
  },
  order: {
    domain: {
      name: 'Seaport',
      version: '1.6',
      chainId: 1,
      verifyingContract: '0x0000000000000068F116a894984e2DB1123eB395',
    },
    types: {
      OrderComponents:
        'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter',
      OfferItem: item,
      ConsiderationItem: `${item},address recipient`,
    },
    primaryType: 'OrderComponents',
    message: {
      offerer: owner,
      zone: `0x${'00'.repeat(20)}`,
      offer: [{ itemType: 2, token: nft, identifierOrCriteria: '8888', startAmount: 1, endAmount: 1 }],
      consideration: [
        {
          itemType: 0,
          token: `0x${'00'.repeat(20)}`,
          identifierOrCriteria: 0,
          startAmount: '9000000000000000000',
          endAmount: '9000000000000000000',
          recipient: owner,
        },
      ],
      orderType: 0,
      startTime: 1,
      endTime: 2,
      zoneHash: bytes32,
      salt: 5,
      conduitKey: bytes32,
      counter: 0,
    },
  },
  metaTransaction: {
    domain: { name: 'Token', version: '1', chainId: 1, verifyingContract: token },
    types: { MetaTransaction: 'uint256 nonce,address from,bytes functionSignature' },
    primaryType: 'MetaTransaction',
    message: { nonce: 0, from: owner, functionSignature: approval },
  },
  forwardRequest: {
    domain: forwarding,
    types: { ForwardRequest: 'address from,address to,uint256 value,uint256 gas,uint256 nonce,bytes data' },
    primaryType: 'ForwardRequest',
    message: { from: owner, to: token, value: 0, gas: 100000, nonce: 0, data: approval },
  },
  forwardRequestWithEnd: {
    domain: forwarding,
    types: {
      ForwardRequest: 'address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data',
    },
    primaryType: 'ForwardRequest',
    message: { from: owner, to: token, value: 0, gas: 100000, nonce: 0, deadline: 9, data: approval },
  },
} satisfies Record<string, TypedRow>;

const domainTypes = {
  name: 'string',
  version: 'string',
  chainId: 'uint256',
  verifyingContract: 'address',
  salt: 'bytes32',
};

/** The JSON of a row, with the domain's type as wallets send it. */
export function typedJson(row: TypedRow, change: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...typedObject(row), ...change });
}

export function typedObject({ domain, types, primaryType, message }: TypedRow) {
  const own = Object.entries(domainTypes).filter(([name]) => name in domain);
  return {
    types: {
      EIP712Domain: own.map(([name, type]) => ({ name, type })),
      ...Object.fromEntries(Object.entries(types).map(([name, fields]) => [name, fields.split(',').map(field)])),
    },
    primaryType,
    domain,
    message,
  };
}

function field(text: string): { readonly name: string; readonly type: string } {
  const [type = '', name = ''] = text.split(' ');
  return { name, type };
}
