import { hex } from '@scure/base';
import type { BuiltTransaction, QueueContext } from '../../core/chain/builders/build.js';
import type { TronBuilder, TronRequest } from '../../core/chain/builders/tron.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { transferData } from '../evm/calls/payment.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { allowedFee, paidUnits, unsupported } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { readAddress } from './address.js';
import { ask, decimalsOfAsset, decimalsOfContract, MAX_LIFE, malformed, placeAt, resultOf } from './asking.js';
import { type Contract, isAssetNumber, nameOf, numberOf, writeContract } from './written.js';

const DECIMALS = 6;
const MAX_LONG = 2n ** 63n - 1n;
const MAX_WORD = 2n ** 256n - 1n;
/** Milliseconds between two blocks, whose times are whole steps of it. */
const BLOCK_TIME = 3_000;

/** Builds what the gateway queues for accounts of Tron. */
export const tronBuilder: TronBuilder = {
  kind: 'tron',
  build,
  bareAddress: (text) => bytesToHex(readAddress(text).subarray(1)),
  codeOf,
  async ask(contract, data, node) {
    const call = { owner_address: hexOf(contract), contract_address: hexOf(contract), data: digitsOf(data) };
    return bytesToHex(resultOf(await ask(node, 'triggerconstantcontract', call)));
  },
};

async function codeOf(contract: string, node: NodeClient): Promise<string> {
  const { bytecode = '' } = await ask(node, 'getcontract', { value: hexOf(contract) });
  if (typeof bytecode === 'string' && /^([0-9a-f]{2})*$/i.test(bytecode)) return `0x${bytecode.toLowerCase()}`;
  throw malformed('no code of a contract');
}

async function build(request: TronRequest, context: QueueContext): Promise<BuiltTransaction> {
  const { from, key } = request;
  const { node } = context;
  const timestamp = Number(await context.nextNumber(hexOf(from), BigInt(context.now())));
  const expiration = timestamp + MAX_LIFE;
  const serialized = writeContract(await contractOf(request, { node, expiration }), {
    ...(await placeAt(node, { timestamp, expiration })),
    ...('feeLimit' in request && { fee_limit: numberOf(allowedFee(request.feeLimit, 'feeLimit', DECIMALS)) }),
  });
  return { serialized, keys: [key] };
}

interface Circumstances {
  readonly node: NodeClient;
  /** Milliseconds. */
  readonly expiration: number;
}

async function contractOf(request: TronRequest, { node, expiration }: Circumstances): Promise<Contract> {
  const owner_address = hexOf(request.from);
  switch (request.kind) {
    case 'coins': {
      const amount = numberOf(paidUnits(request.amount, DECIMALS, MAX_LONG));
      return { type: 'TransferContract', value: { amount, owner_address, to_address: hexOf(request.to) } };
    }
    case 'trc10': {
      const amount = numberOf(await assetUnits(request, node));
      const value = { amount, asset_name: nameOf(request.token), owner_address, to_address: hexOf(request.to) };
      return { type: 'TransferAssetContract', value };
    }
    case 'trc20': {
      const units = await tokenUnits(request, node);
      const data = hex.encode(transferData({ to: readAddress(request.to).subarray(1), units }));
      return {
        type: 'TriggerSmartContract',
        value: { data, owner_address, contract_address: hexOf(request.contract) },
      };
    }
    case 'freeze':
    case 'unfreeze': {
      const amount = numberOf(paidUnits(request.amount, DECIMALS, MAX_LONG));
      // The network's default, and what other programs leave out.
      const resource = request.resource === 'ENERGY' ? { resource: 'ENERGY' } : {};
      return request.kind === 'freeze'
        ? { type: 'FreezeBalanceV2Contract', value: { owner_address, frozen_balance: amount, ...resource } }
        : { type: 'UnfreezeBalanceV2Contract', value: { owner_address, unfreeze_balance: amount, ...resource } };
    }
    case 'call': {
      const contract_address = hexOf(request.contract);
      if ((await codeOf(request.contract, node)) === '0x') unfit(request.contract, 'is no contract');
      const value = { data: digitsOf(request.data), owner_address, contract_address };
      const coins = request.value === undefined ? {} : { call_value: numberOf(request.value) };
      return { type: 'TriggerSmartContract', value: { ...value, ...coins } };
    }
    case 'creation':
      return { type: 'CreateSmartContract', value: { owner_address, new_contract: creationOf(request) } };
    case 'issue':
      return { type: 'AssetIssueContract', value: { owner_address, ...issueOf(request, expiration) } };
  }
}

type Request<Kind extends TronRequest['kind']> = Extract<TronRequest, { readonly kind: Kind }>;

async function assetUnits({ token, amount, digits }: Request<'trc10'>, node: NodeClient): Promise<bigint> {
  if (!isAssetNumber(token)) throw unsupported(`a token of TRC-10 goes by its number, not by ${token}`);
  const decimals = await decimalsOfAsset(node, token);
  checkDigits(token, digits, decimals);
  return paidUnits(amount, decimals, MAX_LONG);
}

async function tokenUnits(request: Request<'trc20'>, node: NodeClient): Promise<bigint> {
  const { contract, to, amount, digits } = request;
  if (hexOf(to) === hexOf(contract)) unfit(to, 'is the contract of the token, and keeps what arrives there');
  const decimals = await tokenDecimals(request, node);
  checkDigits(contract, digits, decimals);
  return paidUnits(amount, decimals, MAX_WORD);
}

async function tokenDecimals(
  { from, contract }: { readonly from: string; readonly contract: string },
  node: NodeClient,
): Promise<number> {
  const call = { owner_address: hexOf(from), contract_address: hexOf(contract) };
  const decimals = await decimalsOfContract(node, call);
  if (decimals !== undefined) return decimals;
  throw malformed(`no decimals of the token ${contract}`);
}

/** @throws CustosError AMOUNT_INVALID */
function checkDigits(token: string, declared: number | undefined, told: number): void {
  if (declared === undefined || declared === told) return;
  throw new CustosError(
    'AMOUNT_INVALID',
    `digits is ${declared}, but the node says that ${token} has ${told} decimals`,
  );
}

/** Callers pay all of the energy, as with contracts that the cloud deploys. */
function creationOf({ from, name, code }: Request<'creation'>) {
  return {
    origin_address: hexOf(from),
    bytecode: digitsOf(code),
    consume_user_resource_percent: 100,
    name,
    origin_energy_limit: 1,
  };
}

/**
 * The network demands a time in which others can buy of a new token. It begins after the transaction has ended, as it must not be
 * over before, and there is no block in it, so that nobody ever buys.
 */
function issueOf(request: Request<'issue'>, expiration: number) {
  const start = Math.ceil(expiration / BLOCK_TIME) * BLOCK_TIME + 1;
  return {
    name: nameOf(request.name),
    abbr: nameOf(request.abbreviation),
    total_supply: numberOf(paidUnits(request.supply, request.decimals, MAX_LONG)),
    trx_num: 1,
    precision: request.decimals,
    num: 1,
    start_time: start,
    end_time: start + 1,
    description: nameOf(request.description),
    url: nameOf(request.url),
  };
}

function hexOf(address: string): string {
  return hex.encode(readAddress(address));
}

function digitsOf(data: string): string {
  return data.replace(/^0x/, '').toLowerCase();
}
