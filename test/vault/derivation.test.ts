import { expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { CustosError } from '../../src/core/errors.js';
import { schemeOf } from '../../src/vault/derivation.js';

const registry = createRegistry();
const mnemonic = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';

it.each([mnemonic, 'ab'.repeat(32), 'constructor', '__proto__', 'toString', ''])(
  'every chain refuses the derivation %j and does not repeat it, because it may be a secret',
  (name) => {
    for (const id of registry.ids) {
      const open = () => schemeOf({ chain: registry.get(id), name });
      expect(open, id).toThrow(CustosError);
      expect(open, id).toThrow(expect.objectContaining({ code: 'SECRET_UNSUPPORTED' }));
      if (name !== '') expect(open, id).not.toThrow(name.slice(0, 20));
    }
  },
);
