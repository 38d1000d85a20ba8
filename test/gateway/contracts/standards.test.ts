import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Carrier, problemsOf, startCarrier } from './carrier.js';
import { compile } from './compile.js';

const stranger = '0x687422eea2cb73b5d3e242ba5456b782919afc85';

/** Contracts with the methods of the standards alone, as most of the field has them. */
const source = `
pragma solidity ^0.8.20;
contract Unique {
  mapping(uint256 => address) public owners;
  function ownerOf(uint256 id) external view returns (address owner) { owner = owners[id]; require(owner != address(0)); }
  function safeMint(address to, uint256 id, string calldata) external { owners[id] = to; }
  function safeTransferFrom(address from, address to, uint256 id) external {
    require(from == msg.sender && owners[id] == from);
    owners[id] = to;
  }
}
contract Multi {
  mapping(address => mapping(uint256 => uint256)) public balanceOf;
  function mintBatch(address to, uint256[] calldata ids, uint256[] calldata values, bytes calldata) external {
    for (uint256 at = 0; at < ids.length; at++) balanceOf[to][ids[at]] += values[at];
  }
  function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes calldata) external {
    require(from == msg.sender);
    balanceOf[from][id] -= value;
    balanceOf[to][id] += value;
  }
  function safeBatchTransferFrom(address from, address to, uint256[] calldata ids, uint256[] calldata values, bytes calldata)
    external
  {
    require(from == msg.sender);
    for (uint256 at = 0; at < ids.length; at++) {
      balanceOf[from][ids[at]] -= values[at];
      balanceOf[to][ids[at]] += values[at];
    }
  }
}
contract Proxy {
  constructor(address code) {
    assembly { sstore(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc, code) }
  }
  fallback() external payable {
    assembly {
      calldatacopy(0, 0, calldatasize())
      let done := delegatecall(
        gas(), sload(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc), 0, calldatasize(), 0, 0
      )
      returndatacopy(0, 0, returndatasize())
      if iszero(done) { revert(0, returndatasize()) }
      return(0, returndatasize())
    }
  }
}
`;

let way: Carrier;
let codes: Readonly<Record<string, string>>;
beforeAll(async () => {
  way = await startCarrier();
  codes = compile(source);
});
afterAll(() => way.close());

async function deploy(data: string): Promise<string> {
  const hash = await way.running.node.rpc('eth_sendTransaction', [{ from: way.accounts[0], data }]);
  return String((await way.running.node.receipt(String(hash))).contractAddress);
}

/** Proxies of a contract: one that names its code in its storage (EIP-1967), and a copy of its code's address (EIP-1167). */
const proxies: readonly (readonly [string, (code: string) => string | undefined])[] = [
  ['itself', () => undefined],
  ['a proxy', (code) => `${codes['Proxy']}${code.slice(2).padStart(64, '0')}`],
  ['a copy', (code) => `0x3d602d80600a3d3981f3363d3d373d3d3d363d73${code.slice(2)}5af43d82803e903d91602b57fd5bf3`],
];

async function placeOf(name: string, proxy: (code: string) => string | undefined): Promise<string> {
  const contract = await deploy(codes[name] ?? '');
  const data = proxy(contract);
  return data === undefined ? contract : deploy(data);
}

describe.each(proxies)('a standard contract, called by %s,', (_name, proxy) => {
  test('sends a unique token of the owner whom the contract tells', async () => {
    const contractAddress = await placeOf('Unique', proxy);
    const owner = () => way.ask(contractAddress, 'function ownerOf(uint256) view returns (address)', 7n);
    await way.carry('/v3/nft/mint', { contractAddress, to: way.accounts[0], tokenId: '7', url: '' });
    const sent = await way.carry('/v3/nft/transaction', { contractAddress, to: stranger, tokenId: '7' });
    expect(sent.unsigned.summary.tokens).toMatchObject([{ from: way.accounts[0], to: stranger, tokenId: 7n }]);
    expect(String(await owner()).toLowerCase()).toBe(stranger);
  });

  test('sends tokens of many kinds of the sender whom the request names', async () => {
    const contractAddress = await placeOf('Multi', proxy);
    const [from] = way.accounts;
    const balance = (id: bigint) =>
      way.ask(contractAddress, 'function balanceOf(address,uint256) view returns (uint256)', stranger, id);
    const minted = { contractAddress, to: [from], tokenId: [['1', '2']], amounts: [['10', '20']] };
    await way.carry('/v3/multitoken/mint/batch', minted);
    const one = { contractAddress, to: stranger, tokenId: '1', amount: '3' };
    expect(problemsOf(await way.submit('/v3/multitoken/transaction', one))).toEqual(['from']);
    await way.carry('/v3/multitoken/transaction', { ...one, from });
    const two = { contractAddress, to: stranger, tokenId: ['1', '2'], amounts: ['1', '5'] };
    expect(problemsOf(await way.submit('/v3/multitoken/transaction/batch', two))).toEqual(['from']);
    await way.carry('/v3/multitoken/transaction/batch', { ...two, from });
    expect([await balance(1n), await balance(2n)]).toEqual([4n, 5n]);
  });
});

test('a unique token that nobody owns is not sent', async () => {
  const contractAddress = await placeOf('Unique', () => undefined);
  const sent = { contractAddress, to: stranger, tokenId: '8' };
  expect(problemsOf(await way.submit('/v3/nft/transaction', sent))).toEqual(['tokenId']);
});

test('a standard contract mints many kinds for one receiver at a time', async () => {
  const contractAddress = await placeOf('Multi', () => undefined);
  const lists = { to: [stranger, way.accounts[0]], tokenId: [['1'], ['2']], amounts: [['1'], ['2']] };
  expect(problemsOf(await way.submit('/v3/multitoken/mint/batch', { contractAddress, ...lists }))).toEqual(['to']);
});

test('a contract without the method of an operation is not called', async () => {
  const contractAddress = await placeOf('Multi', () => undefined);
  const item = { contractAddress, to: stranger, tokenId: '1', url: 'x' };
  expect(problemsOf(await way.submit('/v3/nft/mint', item))).toEqual(['contractAddress']);
});
