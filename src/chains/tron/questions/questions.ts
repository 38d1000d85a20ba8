import type { NodeClient } from '../../../core/chain/node.js';
import type { Question, Questions } from '../../../core/chain/questions.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject, type JsonObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { readAddress } from '../address.js';

/** Questions about Tron. Of accounts a node knows what they have; lists of their transactions are in an index of another program. */
export const tronQuestions: Questions = {
  operations: {
    'GET info': async (_asked, { node }) => {
      const block = await ask(node, 'getnowblock', {});
      return { hash: block?.['blockID'], blockNumber: numberOf(block), parentHash: headerOf(block)['parentHash'] };
    },
    'GET block/:': async ({ parts: [name = ''] }, { node }) => {
      const isNumber = /^\d{1,12}$/.test(name);
      const block = isNumber
        ? await ask(node, 'getblockbynum', { num: Number(name), visible: true })
        : await ask(node, 'getblockbyid', { value: hashIn(name), visible: true });
      if (block?.['blockID'] === undefined) return undefined;
      const { parentHash, timestamp, witness_address: witnessAddress } = headerOf(block);
      return {
        ...{ hash: block['blockID'], blockNumber: numberOf(block), timestamp, parentHash, witnessAddress },
        transactions: block['transactions'] ?? [],
      };
    },
    'GET account/:': accountOf,
    'GET transaction/:': async ({ parts: [hash = ''] }, { node }) => {
      const value = hashIn(hash);
      const transaction = await ask(node, 'gettransactionbyid', { value, visible: true });
      if (transaction?.['txID'] === undefined) return undefined;
      const info = (await ask(node, 'gettransactioninfobyid', { value })) ?? {};
      const { blockNumber, blockTimeStamp, fee, receipt, log, contract_address: contractAddress } = info;
      const found = { ...transaction, blockNumber, blockTimeStamp, fee, receipt, log, contractAddress };
      return { ...found, rawData: transaction['raw_data'] };
    },
    'GET trc10/detail/:': async ({ parts: [id = ''] }, { node }) => {
      if (!/^\d{1,20}$/.test(id)) throw new CustosError('REQUEST_INVALID', 'a TRC-10 token has a number');
      const asset = await ask(node, 'getassetissuebyid', { value: id, visible: true });
      if (asset?.['id'] === undefined) return undefined;
      const { owner_address: ownerAddress, total_supply: totalSupply, ...rest } = asset;
      return { ...rest, ownerAddress, totalSupply, precision: asset['precision'] ?? 0 };
    },
  },
  contractAddress: async ({ parts: [hash = ''] }, { node }) => {
    const info = await ask(node, 'gettransactioninfobyid', { value: hashIn(hash), visible: true });
    const contractAddress = info?.['contract_address'];
    return typeof contractAddress === 'string' ? { contractAddress } : undefined;
  },
  tokenBalance: async ({ parts: [token = '', account = ''] }, { node }) => {
    const [contract_address, owner_address] = [hexAddress(token), hexAddress(account)];
    const answer = await ask(node, 'triggerconstantcontract', {
      ...{ contract_address, owner_address, function_selector: 'balanceOf(address)' },
      parameter: owner_address.slice(-40).padStart(64, '0'),
    });
    const results = answer?.['constant_result'];
    const [digits]: readonly unknown[] = Array.isArray(results) ? results : [];
    if (typeof digits === 'string' && /^[0-9a-fA-F]{64}$/.test(digits))
      return { balance: BigInt(`0x${digits}`).toString() };
    throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node names no balance of the token');
  },
};

/** SUN, and TRC-10 tokens by their numbers. */
async function accountOf(
  ...[
    {
      parts: [address = ''],
    },
    { node },
  ]: Parameters<Question>
): Promise<unknown> {
  readAddress(address);
  const account = (await ask(node, 'getaccount', { address, visible: true })) ?? {};
  const { balance = 0, create_time: createTime, assetV2: tokens } = account;
  if (!isCount(balance)) throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node names no balance');
  const trc10: readonly unknown[] = Array.isArray(tokens) ? tokens : [];
  return { address, balance, createTime: createTime ?? 0, trc10, trc20: [] };
}

async function ask(node: NodeClient, method: string, body: JsonObject): Promise<JsonObject | undefined> {
  const answer = await unlessRefused(() => node.http({ path: `/wallet/${method}`, body }));
  return isObject(answer) ? answer : undefined;
}

function headerOf(block: JsonObject | undefined): JsonObject {
  const header = block?.['block_header'];
  const raw = isObject(header) ? header['raw_data'] : undefined;
  return isObject(raw) ? raw : {};
}

function numberOf(block: JsonObject | undefined): unknown {
  return headerOf(block)['number'] ?? 0;
}

function hashIn(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new CustosError('REQUEST_INVALID', 'a hash has 64 hexadecimal digits');
}

/** 42 hexadecimal digits, as nodes read addresses without `visible`. */
function hexAddress(text: string): string {
  return Buffer.from(readAddress(text)).toString('hex');
}
