import { describe, expect, it } from 'vitest';
import { vechain } from '../../src/chains/vechain.js';
import { loadVectors } from '../support/vectors.js';
import { signVector } from './replay.js';

const file = loadVectors('VET');

describe('a recorded transaction', () => {
  it.each(file.transactions.filter(({ deterministic }) => deterministic))(
    '$name is signed as recorded',
    async (vector) => {
      const { raw } = await signVector(vechain, vector);
      expect(raw).toBe(vector.broadcast.body['txData']);
    },
  );
});
