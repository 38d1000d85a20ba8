import { z } from 'zod';
import { requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address } from '../requests.js';
import { addressAnswer, askContract, callData, creationData } from './calls.js';
import { codeOf } from './codes.js';
import { contract, listOf, wholeNumber } from './forms.js';
import { firstOf, methodsOf } from './methods.js';
import { bareField, checkLengths, offerOperation, type Place } from './operation.js';

/** Keccak-256 of `MINTER_ROLE`. */
const MINTER_ROLE = '0x9f2df0fed2c77648de5860a4cc508cd0818c85b8b8a1ab4ceeef8d981c8956a6';

const url = z.string().max(256);

/** Operations of ERC-721, on contracts of the documented API and on standard ones. */
export function uniqueRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/nft/deploy',
    fields: {
      name: z.string().min(1).max(100),
      symbol: z.string().min(1).max(30),
      publicMint: z.boolean().default(false),
    },
    plan({ name, symbol, publicMint }) {
      const values = [name, symbol, publicMint];
      return { data: creationData(codeOf(gateway, 'nft'), ['string', 'string', 'bool'], values) };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/nft/mint',
    fields: { ...contract, to: address, tokenId: wholeNumber, url },
    async plan({ contractAddress, to, tokenId, url: uri }, place) {
      const methods = await methodsOf(place, 'contractAddress', contractAddress);
      const wanted = ['mintWithTokenURI(address,uint256,string)', 'safeMint(address,uint256,string)'] as const;
      const method = firstOf(methods, 'contractAddress', wanted);
      return {
        to: contractAddress,
        data: callData(method, [bareField(place, 'to', to), tokenId, uri]),
        named: toField,
      };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/nft/mint/batch',
    fields: { ...contract, to: listOf(address), tokenId: listOf(wholeNumber), url: listOf(url) },
    plan({ contractAddress, to, tokenId, url: uris }, place) {
      checkLengths({ to, tokenId, url: uris });
      const receivers = to.map((one, at) => bareField(place, `to.${at}`, one));
      const data = callData('mintMultiple(address[],uint256[],string[])', [receivers, tokenId, uris]);
      return { to: contractAddress, data, named: toField };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/nft/transaction',
    fields: { ...contract, to: address, tokenId: wholeNumber },
    async plan({ contractAddress, to, tokenId }, place) {
      const receiver = bareField(place, 'to', to);
      const data = await transferData(place, { contractAddress, receiver, tokenId });
      return { to: contractAddress, data, named: toField };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/nft/burn',
    fields: { ...contract, tokenId: wholeNumber },
    plan: ({ contractAddress, tokenId }) => ({ to: contractAddress, data: callData('burn(uint256)', [tokenId]) }),
  });
  for (const path of ['/v3/nft/mint/add', '/v3/multitoken/mint/add']) {
    offerOperation(forms, gateway, {
      path,
      fields: { ...contract, minter: address },
      plan: ({ contractAddress, minter }, place) => ({
        to: contractAddress,
        data: callData('grantRole(bytes32,address)', [MINTER_ROLE, bareField(place, 'minter', minter)]),
        named: { receiver: 'minter' },
      }),
    });
  }
}

const toField = { receiver: 'to' } as const;

interface UniqueTransfer {
  readonly contractAddress: string;
  readonly receiver: string;
  readonly tokenId: bigint;
}

/** Only the documented API's own contracts know a transfer without a sender; standard ones want the owner, whom they tell. */
async function transferData(place: Place, { contractAddress, receiver, tokenId }: UniqueTransfer): Promise<string> {
  const methods = await methodsOf(place, 'contractAddress', contractAddress);
  if (methods.has('safeTransfer(address,uint256)')) {
    return callData('safeTransfer(address,uint256)', [receiver, tokenId]);
  }
  const question = { to: contractAddress, data: callData('ownerOf(uint256)', [tokenId]), results: ['address'] };
  const owner = await askContract(place, question);
  if (owner === undefined) {
    const text = `the contract ${contractAddress} names no owner of the token ${tokenId}`;
    throw requestInvalid([{ property: 'tokenId', rule: 'owner', text }]);
  }
  const from = addressAnswer(owner, 'ownerOf');
  return callData('safeTransferFrom(address,address,uint256)', [from, receiver, tokenId]);
}
