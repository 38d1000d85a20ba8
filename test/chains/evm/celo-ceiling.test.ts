import { describe, expect, it } from 'vitest';
import { readSigningRules } from '../../../src/app/config/signing-rules.js';
import { celoFeeTokens } from '../../../src/chains/evm/chains/celo/fee-currency.js';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { createRegistry } from '../../../src/chains/registry.js';
import type { Network } from '../../../src/core/ids.js';
import { rulesOf } from '../../../src/core/signing/signing-rules.js';
import { checkLimits } from '../../../src/signing/limits.js';
import { codeOf } from '../codes.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

const registry = createRegistry();
const key = keyOf(celo);
const unlisted = '0xABCDEF0123abcdef0123ABCDEF0123abcdef0123'.toLowerCase();
const chainIds = { mainnet: 42220, testnet: 44787 } as const;
const CUSD = 10n ** 18n;

interface Fee {
  readonly network?: Network;
  readonly feeCurrency: string;
  /** In smallest units, as one gas. */
  readonly fee: bigint;
  readonly form?: object;
  readonly feeCeilings?: readonly string[];
}

/** What becomes of a transaction whose fee is paid in a token, under the operator's flags. */
function outcome({ network = 'mainnet', feeCurrency, fee, form = {}, feeCeilings = [] }: Fee): string {
  const none = { allowedHazards: [], allowForeignKeys: new Set<never>(), developmentChainIds: new Map() };
  const rules = rulesOf(readSigningRules({ ...none, feeCeilings }, registry, network), celo.id);
  const price = fee / 100_000n;
  const prices = { gasPrice: undefined, maxFeePerGas: `${price}`, maxPriorityFeePerGas: '0' };
  const fees = 'type' in form ? prices : { gasPrice: `${price}` };
  const text = legacyJson({ chainId: chainIds[network], feeCurrency, gas: '100000', ...fees, ...form });
  const { summary } = celo.codec.parse(text, contextOf(key, { network }));
  expect(summary.fee.amount).toBe(fee);
  return codeOf(() => checkLimits(summary, { chain: celo, network, rules }));
}

describe.each([
  ['the old form', {}],
  ['CIP-64', { type: '0x7b' }],
])('a fee in a token, in %s', (_name, form) => {
  const tokens = (['mainnet', 'testnet'] as const).flatMap((network) =>
    Object.entries(celoFeeTokens[network]).map(([symbol, feeCurrency]) => ({ network, symbol, feeCurrency })),
  );

  it.each(tokens)('a fee is bounded in $symbol on $network, whatever the case of its contract address', (token) => {
    for (const feeCurrency of [token.feeCurrency, `0x${token.feeCurrency.slice(2).toUpperCase()}`]) {
      const fee = { ...token, feeCurrency, form };
      expect(outcome({ ...fee, fee: 50n * CUSD })).toBe('nothing');
      expect(outcome({ ...fee, fee: 50n * CUSD + 100_000n })).toBe('FEE_INVALID');
      const feeCeilings = [`CELO:${token.symbol}=0.5`];
      expect(outcome({ ...fee, fee: CUSD / 2n, feeCeilings })).toBe('nothing');
      expect(outcome({ ...fee, fee: CUSD / 2n + 100_000n, feeCeilings })).toBe('FEE_INVALID');
    }
  });

  it('a fee in an unlisted token is refused, however small, until the token has a ceiling', () => {
    const fee = { feeCurrency: unlisted, form, fee: 100_000n };
    expect(outcome(fee)).toBe('FEE_INVALID');
    for (const address of [unlisted, `0x${unlisted.slice(2).toUpperCase()}`]) {
      const feeCeilings = [`CELO:${address}=100000`];
      expect(outcome({ ...fee, feeCeilings })).toBe('nothing');
      expect(outcome({ ...fee, fee: 200_000n, feeCeilings })).toBe('FEE_INVALID');
    }
    expect(outcome({ ...fee, feeCeilings: ['CELO=1000', 'CELO:CUSD=1000'] })).toBe('FEE_INVALID');
  });

  it('a token of the other network counts as unlisted', () => {
    expect(outcome({ feeCurrency: celoFeeTokens.testnet['CUSD'] ?? '', form, fee: 100_000n })).toBe('FEE_INVALID');
  });
});
