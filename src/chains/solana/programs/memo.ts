import { quote } from '../../../core/ids.js';
import { invalid } from '../../shared/fields.js';
import type { Form, Program } from '../call.js';

const memo: Form = {
  method: 'Memo',
  read({ cursor }) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(cursor.take(cursor.left));
      return [{ op: 'note', args: { memo: text } }];
    } catch (error) {
      throw invalid('a memo is not UTF-8', error);
    }
  },
  say: ({ arg }) => `leaves the memo ${quote(arg('memo'))}`,
};

/** The data of an instruction of the Memo program is the memo. */
export const memos: Program = { title: 'a memo', forms: [memo], formOf: () => memo };
