import type { Asked, Question, Questions } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject, type JsonObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { readAddress } from '../address.js';

const DECIMALS = 18;
/** The chain that notarizes all others. */
const METACHAIN = 4_294_967_295;

/** Questions about MultiversX, in the words of its gateway. */
export const multiversxQuestions: Questions = {
  operations: {
    'GET account/balance/:': async (asked, { node }) => {
      const balance = dataOf(await node.http({ path: `/address/${addressIn(asked)}/balance` }))['balance'];
      if (typeof balance === 'string' && /^\d{1,40}$/.test(balance)) {
        return { balance: formatUnits(BigInt(balance), DECIMALS) };
      }
      throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node names no balance');
    },
    'GET block/current': async (_asked, { node }) => {
      const { status } = dataOf(await node.http({ path: `/network/status/${METACHAIN}` }));
      return countIn(isObject(status) ? status['erd_nonce'] : undefined);
    },
    'GET block/:': async ({ parts: [name = ''] }, { node }) => {
      const way = /^\d{1,12}$/.test(name) ? 'by-nonce' : 'by-hash';
      const answer = await unlessRefused(() => node.http({ path: `/hyperblock/${way}/${name}` }));
      return answer === undefined ? undefined : dataOf(answer)['hyperblock'];
    },
    'GET transaction/:': async ({ parts: [hash = ''] }, { node }) => {
      const answer = await unlessRefused(() => node.http({ path: `/transaction/${hash}?withResults=true` }));
      return answer === undefined ? undefined : dataOf(answer)['transaction'];
    },
    'GET transaction/address/:': async (asked, { node }) =>
      dataOf(await node.http({ path: `/address/${addressIn(asked)}/transactions` }))['transactions'],
    'GET transaction/count/:': async (asked, { node }) =>
      countIn(dataOf(await node.http({ path: `/address/${addressIn(asked)}/nonce` }))['nonce']),
    'POST gas': gasOf,
  },
};

async function gasOf(...[{ body }, { node }]: Parameters<Question>): Promise<unknown> {
  const { config } = dataOf(await node.http({ path: '/network/config' }));
  const fields = isObject(config) ? config : {};
  const { sender, receiver, value = '0', data } = body;
  if (typeof sender !== 'string' || typeof receiver !== 'string' || typeof value !== 'string') {
    throw new CustosError('REQUEST_INVALID', 'sender, receiver and value must be texts');
  }
  readAddress(sender);
  readAddress(receiver);
  const asked = {
    ...{ sender, receiver, value, nonce: 0, version: 1, chainID: fields['erd_chain_id'] },
    ...(typeof data === 'string' && { data: Buffer.from(data, 'utf8').toString('base64') }),
  };
  const cost = dataOf(await node.http({ path: '/transaction/cost', body: asked }));
  const [gasLimit, gasPrice] = [cost['txGasUnits'], fields['erd_min_gas_price']];
  return { gasLimit: countIn(gasLimit), gasPrice: countIn(gasPrice) };
}

function addressIn({ parts: [address = ''] }: Pick<Asked, 'parts'>): string {
  readAddress(address);
  return address;
}

function dataOf(answer: unknown): JsonObject {
  const data = isObject(answer) ? answer['data'] : undefined;
  if (isObject(data)) return data;
  throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node answered without data');
}

function countIn(value: unknown): number {
  if (isCount(value)) return value;
  throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node names no number');
}
