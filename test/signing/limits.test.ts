import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { type Hazard, hazardKinds, stoppedHazards } from '../../src/core/chain/hazards.js';
import type { Summary } from '../../src/core/chain/summary.js';
import type { ChainRules } from '../../src/core/signing/signing-rules.js';
import { ceilingsOf, checkLimits } from '../../src/signing/limits.js';

const registry = createRegistry();
const noRules: ChainRules = { feeCeilings: new Map(), allowedHazards: new Set() };

function summaryWith(given: Partial<Pick<Summary, 'fee' | 'hazards'>>, coin = 'ETH'): Summary {
  const nothing = { asset: coin, amount: 0n };
  return {
    kind: 'other',
    from: 'a',
    value: nothing,
    tokens: [],
    fee: nothing,
    hazards: [],
    opaque: false,
    text: '',
    ...given,
  };
}

const places = registry.ids.flatMap((id) =>
  (['mainnet', 'testnet'] as const).flatMap((network) =>
    ceilingsOf(registry.get(id), network).map((ceiling) => ({ id, network, ...ceiling })),
  ),
);

describe('the fee ceiling', () => {
  it('a fee ceiling exists on every chain and network, and for each token that can pay a fee', () => {
    expect(new Set(places.map(({ id }) => id))).toEqual(new Set(registry.ids));
    expect(places.filter(({ id }) => id === 'CELO')).toHaveLength(6);
    for (const { most } of places) expect(most).toBeGreaterThan(0n);
  });

  it.each(places)(
    'the fee ceiling of $id in $symbol on $network lets the highest fee pass and nothing above',
    ({ id, network, asset, most }) => {
      const place = { chain: registry.get(id), network, rules: noRules };
      expect(() => checkLimits(summaryWith({ fee: { asset, amount: most } }), place)).not.toThrow();
      const above = summaryWith({ fee: { asset, amount: most + 1n } });
      expect(() => checkLimits(above, place)).toThrow(expect.objectContaining({ code: 'FEE_INVALID' }));
    },
  );

  it.each(places)(
    'the fee ceiling of $id in $symbol on $network is what the operator sets, higher or lower',
    ({ id, network, asset, most }) => {
      const chain = registry.get(id);
      const rules = (limit: bigint) => ({ ...noRules, feeCeilings: new Map([[asset, limit]]) });
      const fee = (amount: bigint) => summaryWith({ fee: { asset, amount } });
      expect(() => checkLimits(fee(most + 1n), { chain, network, rules: rules(most + 1n) })).not.toThrow();
      expect(() => checkLimits(fee(most), { chain, network, rules: rules(most - 1n) })).toThrow(
        expect.objectContaining({ code: 'FEE_INVALID' }),
      );
    },
  );

  it('the fee ceiling is missing for an unlisted token, so no fee can be paid in it', () => {
    const place = { chain: registry.get('CELO'), network: 'testnet' as const, rules: noRules };
    const fee = { asset: '0x1111111111111111111111111111111111111111', amount: 1n };
    expect(() => checkLimits(summaryWith({ fee }), place)).toThrow(/--fee-ceiling CELO:0x1111/);
  });

  it('the fee ceiling refuses a negative fee', () => {
    const place = { chain: registry.get('ETH'), network: 'testnet' as const, rules: noRules };
    expect(() => checkLimits(summaryWith({ fee: { asset: 'ETH', amount: -1n } }), place)).toThrow(
      expect.objectContaining({ code: 'FEE_INVALID' }),
    );
  });
});

describe('docs/chains.md', () => {
  it('docs/chains.md lists every kind of hazard with its class, in the order of the program', () => {
    const page = readFileSync(new URL('../../docs/chains.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([a-z-]+)` \| (stopped|shown) \|/gm)].map(([, kind, type]) => [kind, type]);
    expect(listed).toEqual(hazardKinds.map((kind) => [kind, stoppedHazards.includes(kind) ? 'stopped' : 'shown']));
  });
});

describe('a hazard', () => {
  const eth = registry.get('ETH');
  const check = (hazards: readonly Hazard[], rules: ChainRules = noRules) =>
    checkLimits(summaryWith({ hazards }), { chain: eth, network: 'testnet', rules });

  it.each(stoppedHazards)(
    'a hazard of the kind %s stops the transaction, and the error names kind, party and flag',
    (kind) => {
      const refused = expect.objectContaining({
        code: 'HAZARD_REFUSED',
        message: expect.stringContaining(`hazard ${kind} (setOwner) for 0xbad; --allow-hazard ETH:${kind}`),
      });
      expect(() => check([{ kind: 'allowance' }, { kind, party: '0xbad', text: 'setOwner' }])).toThrow(refused);
    },
  );

  it.each(stoppedHazards)('a hazard of the kind %s passes only where the operator allows it', (kind) => {
    expect(() => check([{ kind }], { ...noRules, allowedHazards: new Set([kind]) })).not.toThrow();
    const others = new Set(stoppedHazards.filter((other) => other !== kind));
    expect(() => check([{ kind }], { ...noRules, allowedHazards: others })).toThrow(
      expect.objectContaining({ code: 'HAZARD_REFUSED' }),
    );
  });

  it.each(hazardKinds.filter((kind) => !stoppedHazards.includes(kind)))(
    'a hazard of the kind %s is shown and passes',
    (kind) => {
      expect(() => check([{ kind }])).not.toThrow();
    },
  );
});
