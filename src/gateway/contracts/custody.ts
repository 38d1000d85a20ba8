import { z } from 'zod';
import type { EvmBuilder } from '../../core/chain/builders/evm.js';
import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import type { FormsByChain } from '../by-chain.js';
import type { GatewayContext } from '../context.js';
import { address, decimal } from '../requests.js';
import { callData } from './calls.js';
import { custodyCreation } from './codes.js';
import { scaled } from './decimals.js';
import { listOf, wholeNumber } from './forms.js';
import { bareField, checkLengths, offerOperation, type Place } from './operation.js';

/** Kinds of assets by their numbers in requests. */
const [FUNGIBLE, UNIQUE, MULTI, COINS] = [0, 1, 2, 3] as const;
const assetKind = z.literal([FUNGIBLE, UNIQUE, MULTI, COINS]);
/** Stands for the token where coins are meant. */
const NO_ASSET = '0x000000000000000000000000000000000000dead';
/** Most wallets that one transaction makes. */
export const MOST_WALLETS = 270;

const wallet = { custodialAddress: address };
const target = { target: 'custodialAddress' } as const;

/** Operations of wallets that are contracts: they hold assets without coins for gas, which their owner pays. */
export function custodyRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/sc/custodial',
    fields: {
      enableFungibleTokens: z.boolean(),
      enableNonFungibleTokens: z.boolean(),
      enableSemiFungibleTokens: z.boolean(),
      enableBatchTransactions: z.boolean(),
    },
    plan(form) {
      const kinds = [form.enableFungibleTokens, form.enableNonFungibleTokens, form.enableSemiFungibleTokens] as const;
      if (!kinds.includes(true)) {
        const text = 'or another kind of tokens must be enabled';
        throw requestInvalid([{ property: 'enableFungibleTokens', rule: 'kinds', text }]);
      }
      return { data: custodyCreation(gateway, { kinds, batch: form.enableBatchTransactions }) };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/sc/custodial/batch',
    fields: { batchCount: z.number().int().min(1).max(MOST_WALLETS), owner: address },
    plan: ({ batchCount, owner }, place) => ({
      to: factoryOf(gateway, place.chain),
      data: callData('cloneNewWallet(address,uint256)', [bareField(place, 'owner', owner), BigInt(batchCount)]),
      named: { target: 'chain' },
    }),
  });
  transferRoutes(forms, gateway);
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/sc/custodial/approve',
    fields: {
      ...wallet,
      spender: address,
      contractType: z.literal([FUNGIBLE, UNIQUE, MULTI]),
      tokenAddress: address,
      amount: decimal.optional(),
      tokenId: wholeNumber.optional(),
    },
    async plan({ custodialAddress, spender, contractType, ...named }, place) {
      const { token, amount, tokenId } = await assetOf(place, { kind: contractType, ...named });
      const values = [token, BigInt(contractType), bareField(place, 'spender', spender), amount, tokenId];
      const data = callData('approve(address,uint256,address,uint256,uint256)', values);
      return { to: custodialAddress, data, named: target };
    },
  });
}

function transferRoutes(forms: FormsByChain, gateway: GatewayContext): void {
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/sc/custodial/transfer',
    fields: {
      ...wallet,
      recipient: address,
      contractType: assetKind,
      tokenAddress: address.optional(),
      amount: decimal.optional(),
      tokenId: wholeNumber.optional(),
    },
    async plan({ custodialAddress, recipient, contractType, ...named }, place) {
      const { token, amount, tokenId } = await assetOf(place, { kind: contractType, ...named });
      const values = [token, BigInt(contractType), bareField(place, 'recipient', recipient), amount, tokenId];
      const data = callData('transfer(address,uint256,address,uint256,uint256)', values);
      return { to: custodialAddress, data, named: { ...target, receiver: 'recipient' } };
    },
  });
  offerOperation(forms, gateway, {
    path: '/v3/blockchain/sc/custodial/transfer/batch',
    fields: {
      ...wallet,
      recipient: listOf(address),
      contractType: listOf(assetKind),
      tokenAddress: listOf(address),
      amount: listOf(decimal),
      tokenId: listOf(wholeNumber),
    },
    async plan({ custodialAddress, recipient, contractType, tokenAddress, amount, tokenId }, place) {
      checkLengths({ recipient, contractType, tokenAddress, amount, tokenId });
      const assets = await Promise.all(
        contractType.map((kind, at) => {
          const named = { tokenAddress: tokenAddress[at], amount: amount[at], tokenId: tokenId[at] };
          return assetOf(place, { kind, ...named, at: `.${at}` });
        }),
      );
      const data = callData('transferBatch(address[],uint256[],address[],uint256[],uint256[])', [
        assets.map(({ token }) => token),
        contractType.map((kind) => BigInt(kind)),
        recipient.map((one, at) => bareField(place, `recipient.${at}`, one)),
        assets.map((asset) => asset.amount),
        assets.map((asset) => asset.tokenId),
      ]);
      return { to: custodialAddress, data, named: target };
    },
  });
}

/** An asset as a request names it. */
interface NamedAsset {
  readonly kind: 0 | 1 | 2 | 3;
  readonly tokenAddress?: string | undefined;
  readonly amount?: string | undefined;
  readonly tokenId?: bigint | undefined;
  /** Behind the names of the fields, if they are lists. */
  readonly at?: string;
}

/** The same as the wallet's contract wants it. */
interface Asset {
  readonly token: string;
  readonly amount: bigint;
  readonly tokenId: bigint;
}

/** Reads the members that a kind of asset needs; the others say nothing, as in the documented API. */
async function assetOf(place: Place, { kind, tokenAddress, amount, tokenId, at = '' }: NamedAsset): Promise<Asset> {
  const { decimals } = place.chain;
  const required = (property: string) => {
    throw requestInvalid([{ property: `${property}${at}`, rule: 'required', text: 'must be there for this kind' }]);
  };
  const count = amount ?? (kind === UNIQUE ? '0' : required('amount'));
  if (kind === COINS) {
    return { token: NO_ASSET, amount: checkField(`amount${at}`, () => toSmallestUnit(count, decimals)), tokenId: 0n };
  }
  const contract = tokenAddress === undefined || tokenAddress === '0' ? required('tokenAddress') : tokenAddress;
  const token = bareField(place, `tokenAddress${at}`, contract);
  if (kind === FUNGIBLE) {
    return { token, amount: await scaled(place, { contract, amount: count, property: `amount${at}` }), tokenId: 0n };
  }
  const item = tokenId ?? required('tokenId');
  return { token, amount: checkField(`amount${at}`, () => toSmallestUnit(count, 0)), tokenId: item };
}

/** @throws CustosError NOT_OFFERED: the operator names none */
export function factoryOf({ contracts }: GatewayContext, chain: Chain): string {
  const factory = contracts.factories.get(chain.id);
  if (factory !== undefined) return factory;
  throw new CustosError('NOT_OFFERED', `no contract makes wallets on ${chain.id}: start with --wallet-factory`);
}

/** @throws CustosError NOT_OFFERED */
export function builderOf({ builder, id }: Chain): EvmBuilder {
  if (builder?.kind === 'evm') return builder;
  throw new CustosError('NOT_OFFERED', `no contracts of ${id} are called`);
}
