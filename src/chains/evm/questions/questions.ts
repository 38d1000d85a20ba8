import type { Asked, Question, QuestionPlace, Questions } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { quote } from '../../../core/ids.js';
import { isObject } from '../../../core/json.js';
import { bytesToHex } from '../../shared/hexadecimal.js';
import { readAddress } from '../../shared/keccak-address.js';
import { smallestUnits } from '../../shared/units.js';
import { askQuantity } from '../rpc.js';
import { DECIMALS, type EvmSettings } from '../settings.js';

/** Reads an address in any form of the chain, as 0x and 40 digits. */
type ReadAddress = (text: string) => string;

/** Quantities of a transaction, a receipt or a block that the API has as JSON numbers. */
const numbers = ['blockNumber', 'gas', 'gasUsed', 'cumulativeGasUsed', 'nonce', 'transactionIndex', 'logIndex', 'type'];
const blockNumbers = ['number', 'size', 'timestamp', 'gasLimit', 'gasUsed'];
/** Quantities that do not fit one, in decimal digits. */
const texts = ['value', 'gasPrice', 'effectiveGasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas'];
const blockTexts = ['difficulty', 'totalDifficulty', 'baseFeePerGas'];

/** Questions about a chain of the Ethereum family, in the words of its nodes with decimal numbers. */
export function contractQuestions({ addressStyle, tatum }: Pick<EvmSettings, 'addressStyle' | 'tatum'>): Questions {
  const { balance: balanceName = 'balance', gasLimitAsText } = tatum?.answers ?? {};
  const read: ReadAddress = (text) => bytesToHex(readAddress(text, addressStyle));
  const balance: Question = async ({ parts: [address = ''] }, { node }) => {
    const units = await askQuantity(node, 'eth_getBalance', [read(address), 'latest']);
    return { [balanceName]: formatUnits(units, DECIMALS) };
  };
  return {
    operations: {
      'GET account/balance/:': balance,
      'GET block/current': async (_asked, { node }) => Number(await askQuantity(node, 'eth_blockNumber', [])),
      'GET block/:': blockOf,
      'GET transaction/:': transactionOf,
      'POST gas': async (asked, place) => {
        const { gasLimit, ...prices } = await gasOf(asked, place, read);
        return { gasLimit: gasLimitAsText === true ? gasLimit : Number(gasLimit), ...prices };
      },
    },
    async estimate(asked, place) {
      const { gasLimit, gasPrice, ...rest } = await estimateOf(asked, place, read);
      return { gasLimit: Number(gasLimit), gasPrice: Number(gasPrice), ...rest };
    },
    async tokenBalance({ parts: [token = '', address = ''] }, { node }) {
      const data = `0x70a08231${wordOf(read(address))}`;
      const answer = await askQuantity(node, 'eth_call', [{ to: read(token), data }, 'latest']);
      return { balance: answer.toString() };
    },
    async contractAddress({ parts: [txId = ''] }, { node }) {
      const receipt = await node.rpc('eth_getTransactionReceipt', [hashIn(txId)]);
      const made = isObject(receipt) ? receipt['contractAddress'] : undefined;
      return typeof made === 'string' && /^0x[0-9a-fA-F]{40}$/.test(made) ? { contractAddress: made } : undefined;
    },
  };
}

async function blockOf({ parts: [name = ''] }: Asked, { node }: QuestionPlace): Promise<unknown> {
  const isNumber = /^\d{1,15}$/.test(name);
  const block = isNumber
    ? await node.rpc('eth_getBlockByNumber', [`0x${BigInt(name).toString(16)}`, true])
    : await node.rpc('eth_getBlockByHash', [hashIn(name), true]);
  if (!isObject(block)) return undefined;
  const transactions: readonly unknown[] = Array.isArray(block['transactions']) ? block['transactions'] : [];
  return {
    ...decimal(block, { asNumbers: blockNumbers, asTexts: blockTexts }),
    transactions: transactions.map((one) => (isObject(one) ? transactionJson(one) : one)),
  };
}

async function transactionOf({ parts: [txId = ''] }: Asked, { node }: QuestionPlace): Promise<unknown> {
  const hash = hashIn(txId);
  const transaction = await node.rpc('eth_getTransactionByHash', [hash]);
  if (!isObject(transaction)) return undefined;
  const receipt = await node.rpc('eth_getTransactionReceipt', [hash]);
  const shown = transactionJson(transaction);
  if (!isObject(receipt)) return shown;
  const { status, logs, ...rest } = receipt;
  const list: readonly unknown[] = Array.isArray(logs) ? logs : [];
  return {
    ...shown,
    ...decimal(rest, { asNumbers: numbers, asTexts: texts }),
    status: status === '0x1',
    logs: list.map((one) => (isObject(one) ? decimal(one, { asNumbers: numbers, asTexts: [] }) : one)),
  };
}

function transactionJson(transaction: Readonly<Record<string, unknown>>) {
  return { ...decimal(transaction, { asNumbers: numbers, asTexts: texts }), transactionHash: transaction['hash'] };
}

interface Places {
  readonly asNumbers: readonly string[];
  readonly asTexts: readonly string[];
}

function decimal(value: Readonly<Record<string, unknown>>, { asNumbers, asTexts }: Places): Record<string, unknown> {
  const shown = Object.entries(value).map(([name, member]) => {
    if (typeof member !== 'string' || !/^0x[0-9a-f]{1,64}$/.test(member)) return [name, member] as const;
    if (asTexts.includes(name)) return [name, BigInt(member).toString()] as const;
    const number = Number(member);
    return [name, asNumbers.includes(name) && Number.isSafeInteger(number) ? number : member] as const;
  });
  return Object.fromEntries(shown);
}

/** In the form of Ethereum: whole numbers as texts. */
interface Gas {
  readonly gasLimit: string;
  readonly gasPrice: string;
  readonly estimations: Readonly<Record<'safe' | 'standard' | 'fast' | 'baseFee', string>>;
}

/** The limit and the price of gas that a call would have now. */
async function gasOf({ body }: Asked, { node }: QuestionPlace, read: ReadAddress): Promise<Gas> {
  const { from, to, data, amount, contractAddress } = body;
  const call = {
    ...(typeof from === 'string' && { from: read(from) }),
    to: read(textOf(contractAddress ?? to, 'to')),
    ...(amount !== undefined && { value: hexOf(wholeUnits(textOf(amount, 'amount'), DECIMALS)) }),
    ...(data !== undefined && { data: dataIn(data) }),
  };
  return gasAnswer(call, node);
}

async function gasAnswer(call: object, node: QuestionPlace['node']): Promise<Gas> {
  const gasLimit = await askQuantity(node, 'eth_estimateGas', [call]);
  const gasPrice = await askQuantity(node, 'eth_gasPrice', []);
  const block = await node.rpc('eth_getBlockByNumber', ['latest', false]);
  const { baseFeePerGas } = isObject(block) ? decimal(block, { asNumbers: [], asTexts: blockTexts }) : {};
  const price = gasPrice.toString();
  // Chains without a base fee have the price alone.
  const baseFee = typeof baseFeePerGas === 'string' ? baseFeePerGas : price;
  const estimations = { safe: price, standard: price, fast: ((gasPrice * 5n) / 4n).toString(), baseFee };
  return { gasLimit: gasLimit.toString(), gasPrice: price, estimations };
}

/** Only what moves a token is estimated: of the other kinds a request does not say what they would call. */
async function estimateOf({ body }: Asked, { node }: QuestionPlace, read: ReadAddress): Promise<Gas> {
  const { type, sender, recipient, contractAddress, amount } = body;
  if (type !== 'TRANSFER_ERC20') {
    throw new CustosError('NOT_OFFERED', 'only TRANSFER_ERC20 is estimated: ask the node with eth_estimateGas');
  }
  const token = read(textOf(contractAddress, 'contractAddress'));
  const decimals = await askQuantity(node, 'eth_call', [{ to: token, data: '0x313ce567' }, 'latest']);
  const units = wholeUnits(textOf(amount, 'amount'), Number(decimals));
  const words = `${wordOf(read(textOf(recipient, 'recipient')))}${units.toString(16).padStart(64, '0')}`;
  const from = read(textOf(sender, 'sender'));
  return gasAnswer({ from, to: token, data: `0xa9059cbb${words}` }, node);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value.length <= 200) return value;
  throw new CustosError('REQUEST_INVALID', `${name} must be a text`);
}

function dataIn(value: unknown): string {
  if (typeof value === 'string' && /^0x([0-9a-fA-F]{2}){0,49152}$/.test(value)) return value;
  throw new CustosError('REQUEST_INVALID', 'data must be 0x and hexadecimal digits');
}

function hashIn(text: string): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase();
  throw new CustosError('REQUEST_INVALID', 'a hash is 0x and 64 hexadecimal digits');
}

function wordOf(address: string): string {
  return address.slice(2).toLowerCase().padStart(64, '0');
}

function hexOf(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function wholeUnits(text: string, decimals: number): bigint {
  const [, whole, fraction = ''] = /^(\d{1,60})(?:\.(\d{0,60}))?$/.exec(text) ?? [];
  const units = whole === undefined ? undefined : smallestUnits(whole, fraction, decimals);
  if (units !== undefined && units < 2n ** 256n) return units;
  throw new CustosError('AMOUNT_INVALID', `${quote(text)} is no amount with at most ${decimals} decimals`);
}
