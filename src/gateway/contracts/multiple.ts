import { z } from 'zod';
import { requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address } from '../requests.js';
import { callData, creationData } from './calls.js';
import { codeOf } from './codes.js';
import { contract, listOf, receiverData, wholeNumber } from './forms.js';
import { firstOf, type Methods, methodsOf } from './methods.js';
import { bareField, checkLengths, offerOperation, type Place } from './operation.js';

const toField = { receiver: 'to' } as const;
/** Who sends, an extension: standard contracts want to hear it. */
const from = address.optional();

/** Operations of ERC-1155, on contracts of the documented API and on standard ones. */
export function multipleRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/deploy',
    fields: { uri: z.string().min(1).max(1000), publicMint: z.boolean().default(false) },
    plan: ({ uri, publicMint }) => ({
      data: creationData(codeOf(gateway, 'multitoken'), ['string', 'bool'], [uri, publicMint]),
    }),
  });
  mintRoutes(forms, gateway);
  transferRoutes(forms, gateway);
  burnRoutes(forms, gateway);
}

function mintRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/mint',
    fields: { ...contract, to: address, tokenId: wholeNumber, amount: wholeNumber, data: receiverData },
    plan({ contractAddress, to, tokenId, amount, data: bytes }, place) {
      const values = [bareField(place, 'to', to), tokenId, amount, bytes];
      return { to: contractAddress, data: callData('mint(address,uint256,uint256,bytes)', values), named: toField };
    },
  });
  const lists = listOf(listOf(wholeNumber));
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/mint/batch',
    fields: { ...contract, to: listOf(address), tokenId: lists, amounts: lists, data: receiverData },
    async plan({ contractAddress, to, tokenId, amounts, data: bytes }, place) {
      checkLengths({ to, tokenId, amounts });
      for (const [at, ids] of tokenId.entries()) {
        checkLengths({ [`tokenId.${at}`]: ids, [`amounts.${at}`]: amounts[at] ?? [] });
      }
      const receivers = to.map((one, at) => bareField(place, `to.${at}`, one));
      const methods = await methodsOf(place, 'contractAddress', contractAddress);
      return { to: contractAddress, data: mintData(methods, { receivers, tokenId, amounts, bytes }), named: toField };
    },
  });
}

interface Mint {
  readonly receivers: readonly string[];
  readonly tokenId: readonly (readonly bigint[])[];
  readonly amounts: readonly (readonly bigint[])[];
  readonly bytes: string;
}

/** Standard contracts have a method for one receiver only. */
function mintData(methods: Methods, { receivers, tokenId, amounts, bytes }: Mint): string {
  const wanted = [
    'mintBatch(address[],uint256[][],uint256[][],bytes)',
    'mintBatch(address,uint256[],uint256[],bytes)',
  ] as const;
  const method = firstOf(methods, 'contractAddress', wanted);
  if (method === wanted[0]) return callData(method, [receivers, tokenId, amounts, bytes]);
  const [[receiver = ''], [ids = []], [counts = []]] = [receivers, tokenId, amounts];
  if (receivers.length === 1) return callData(method, [receiver, ids, counts, bytes]);
  const text = 'must name one receiver, because the contract mints for one at a time';
  throw requestInvalid([{ property: 'to', rule: 'length', text }]);
}

function transferRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/transaction',
    fields: { ...contract, to: address, tokenId: wholeNumber, amount: wholeNumber, data: receiverData, from },
    async plan({ contractAddress, to, tokenId, amount, data: bytes, from: sender }, place) {
      const values = [bareField(place, 'to', to), tokenId, amount, bytes];
      const wanted = [
        'safeTransfer(address,uint256,uint256,bytes)',
        'safeTransferFrom(address,address,uint256,uint256,bytes)',
      ] as const;
      const method = firstOf(await methodsOf(place, 'contractAddress', contractAddress), 'contractAddress', wanted);
      const all = method === wanted[0] ? values : [senderOf(place, sender), ...values];
      return { to: contractAddress, data: callData(method, all), named: toField };
    },
  });
  const numbers = listOf(wholeNumber);
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/transaction/batch',
    fields: { ...contract, to: address, tokenId: numbers, amounts: numbers, data: receiverData, from },
    async plan({ contractAddress, to, tokenId, amounts, data: bytes, from: sender }, place) {
      checkLengths({ tokenId, amounts });
      const values = [bareField(place, 'to', to), tokenId, amounts, bytes];
      const wanted = [
        'safeBatchTransfer(address,uint256[],uint256[],bytes)',
        'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
      ] as const;
      const method = firstOf(await methodsOf(place, 'contractAddress', contractAddress), 'contractAddress', wanted);
      const all = method === wanted[0] ? values : [senderOf(place, sender), ...values];
      return { to: contractAddress, data: callData(method, all), named: toField };
    },
  });
}

function senderOf(place: Place, sender: string | undefined): string {
  if (sender !== undefined) return bareField(place, 'from', sender);
  const text = 'must be the address of the sender: the contract is a standard one, and wants to hear it';
  throw requestInvalid([{ property: 'from', rule: 'required', text }]);
}

function burnRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/burn',
    fields: { ...contract, account: address, tokenId: wholeNumber, amount: wholeNumber },
    plan({ contractAddress, account, tokenId, amount }, place) {
      const values = [bareField(place, 'account', account), tokenId, amount];
      return { to: contractAddress, data: callData('burn(address,uint256,uint256)', values) };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/multitoken/burn/batch',
    fields: { ...contract, account: address, tokenId: listOf(wholeNumber), amounts: listOf(wholeNumber) },
    plan({ contractAddress, account, tokenId, amounts }, place) {
      checkLengths({ tokenId, amounts });
      const values = [bareField(place, 'account', account), tokenId, amounts];
      return { to: contractAddress, data: callData('burnBatch(address,uint256[],uint256[])', values) };
    },
  });
}
