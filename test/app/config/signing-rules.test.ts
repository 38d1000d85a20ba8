import { describe, expect, it } from 'vitest';
import { readSigningRules, unguardedChains } from '../../../src/app/config/signing-rules.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { hazardKinds } from '../../../src/core/chain/hazards.js';
import { parseChainId } from '../../../src/core/ids.js';

const chains = createRegistry();
const id = parseChainId;

function read(given: {
  feeCeilings?: readonly string[];
  allowedHazards?: readonly string[];
  foreign?: readonly string[];
}) {
  const { feeCeilings = [], allowedHazards = [], foreign = [] } = given;
  const settings = {
    feeCeilings,
    allowedHazards,
    allowForeignKeys: new Set(foreign.map(id)),
    developmentChainIds: new Map([[id('ETH'), 31337n]]),
  };
  return readSigningRules(settings, chains, 'mainnet');
}

describe('the rules of the signer', () => {
  it('signing rules take a ceiling for every chain in the asset that pays its fees', () => {
    for (const chain of chains.ids) {
      const ceilings = read({ feeCeilings: [`${chain}=0.001`] }).get(chain)?.feeCeilings;
      expect([...(ceilings?.values() ?? [])].every((most) => most > 0n)).toBe(true);
      expect(ceilings?.size).toBe(1);
    }
  });

  it('signing rules take ceilings in tokens: whole ones by symbol, smallest units by contract', () => {
    const contract = '0x1111111111111111111111111111111111111111';
    const { feeCeilings } =
      read({ feeCeilings: ['CELO:CUSD=2', `CELO:${contract}=5`, 'CELO=3'] }).get(id('CELO')) ?? {};
    expect(feeCeilings?.get('0x765de816845861e75a25fca122bb6898b8b1282a')).toBe(2n * 10n ** 18n);
    expect(feeCeilings?.get(contract)).toBe(5n);
    expect(feeCeilings?.get('CELO')).toBe(3n * 10n ** 18n);
  });

  it('signing rules allow hazards by kind, or all of a chain, foreign keys by either flag, and development chains', () => {
    const rules = read({ allowedHazards: ['SOL:account-control', 'XLM:all'], foreign: ['XRP'] });
    expect([...(rules.get(id('SOL'))?.allowedHazards ?? [])]).toEqual(['account-control']);
    expect([...(rules.get(id('XLM'))?.allowedHazards ?? [])]).toEqual(hazardKinds);
    expect([...(rules.get(id('XRP'))?.allowedHazards ?? [])]).toEqual(['foreign-key']);
    expect(rules.get(id('ETH'))?.developmentChainId).toBe(31337n);
    expect(unguardedChains({ allowedHazards: ['XLM:all', 'SOL:account-control'] })).toEqual(['XLM']);
  });

  it.each([
    ['feeCeilings', 'ETH', 'CONFIG_INVALID'],
    ['feeCeilings', 'ETH=', 'CONFIG_INVALID'],
    ['feeCeilings', 'ETH=-1', 'CONFIG_INVALID'],
    ['feeCeilings', 'ETH=1e3', 'CONFIG_INVALID'],
    ['feeCeilings', 'BTC=0.000000001', 'CONFIG_INVALID'],
    ['feeCeilings', 'ETH:USDC=5', 'CONFIG_INVALID'],
    ['feeCeilings', 'CELO:0x1111111111111111111111111111111111111111=0.5', 'CONFIG_INVALID'],
    ['feeCeilings', 'NOPE=1', 'CHAIN_UNKNOWN'],
    ['allowedHazards', 'ETH', 'CONFIG_INVALID'],
    ['allowedHazards', 'ETH:everything', 'CONFIG_INVALID'],
    ['allowedHazards', 'ETH:allowance', 'CONFIG_INVALID'],
    ['allowedHazards', 'NOPE:all', 'CHAIN_UNKNOWN'],
  ] as const)('signing rules refuse %s %j, which would limit nothing', (setting, text, code) => {
    expect(() => read({ [setting]: [text] })).toThrow(expect.objectContaining({ code }));
  });
});
