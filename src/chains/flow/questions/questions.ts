import { type Asked, type Questions, relayed } from '../../../core/chain/questions.js';
import { CustosError } from '../../../core/errors.js';
import { isCount, isObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { newestBlock } from '../access.js';

/** Questions about Flow, in the words of its Access API. */
export const flowQuestions: Questions = {
  operations: {
    'GET account/:': relayed((parts) => `/v1/accounts/${accountIn({ parts })}?expand=keys,contracts`),
    'GET block/current': async (_asked, place) => {
      const { height } = await newestBlock(place, 'sealed');
      return isCount(Number(height)) ? Number(height) : undefined;
    },
    'GET block/:': async ({ parts: [name = ''] }, { node }) => {
      const path = /^\d{1,15}$/.test(name) ? `/v1/blocks?height=${name}` : `/v1/blocks/${name}`;
      const blocks = await unlessRefused(() =>
        node.http({ path: `${path}${path.includes('?') ? '&' : '?'}expand=payload` }),
      );
      const found: unknown = Array.isArray(blocks) ? blocks[0] : undefined;
      return isObject(found) ? found : undefined;
    },
    'GET transaction/:': async ({ parts: [id = ''] }, { node }) => {
      if (!/^[0-9a-f]{64}$/.test(id)) throw new CustosError('REQUEST_INVALID', 'an id has 64 hexadecimal digits');
      const found = await unlessRefused(() => node.http({ path: `/v1/transactions/${id}?expand=result` }));
      return isObject(found) ? found : undefined;
    },
  },
};

function accountIn({ parts: [text = ''] }: Pick<Asked, 'parts'>): string {
  const [, digits] = /^(?:0x)?([0-9a-fA-F]{16})$/.exec(text) ?? [];
  if (digits !== undefined) return digits.toLowerCase();
  throw new CustosError('ADDRESS_INVALID', 'an account of Flow has 16 hexadecimal digits');
}
