import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import type { Policy } from '../../core/policy/policy.js';
import { folded, normal } from '../../policy/address.js';
import type { ConditionsDocument, PolicyDocument, TargetDocument } from '../../policy/document/document.js';
import { readDocument } from '../../policy/document/document.js';
import { checkPolicy, type PolicyFinding } from '../../policy/statics/check.js';
import { tokenName } from '../wallets/token-name.js';

/** So many addresses are looked at: a server that checks drafts has other work, too. */
const MOST_ADDRESSES = 2000;
const networks: readonly Network[] = ['mainnet', 'testnet'];

/** Finds what is wrong with a policy, also what only the chains know. */
export function policyFindings(policy: Policy, chains: ChainRegistry): readonly PolicyFinding[] {
  const document = readDocument(policy.text);
  return [
    ...checkPolicy(policy, chains.ids),
    ...otherTokens(policy.assets, chains),
    ...otherSpellings(document, chains),
  ];
}

/** Tokens under names that effects never have: a limit of one never counts. */
function otherTokens(assets: Policy['assets'], chains: ChainRegistry): readonly PolicyFinding[] {
  const known = [...assets.values()].filter(({ chain }) => chains.ids.some((id) => id === chain));
  return known.flatMap(({ name, chain, token, decimals }) => {
    if (token === undefined) return [];
    const written = readable(() => tokenName(chains.get(chain), { token, decimals }));
    if (written === undefined || normal(written) === normal(token)) return [];
    const text = `names ${quote(token)}, which ${chain} writes as ${written}: it meets nothing`;
    return [{ level: 'mistake', what: name, text }];
  });
}

interface NamedAddress {
  readonly what: string;
  readonly address: string;
  /** Tickers; undefined: of any chain. */
  readonly chain: readonly string[] | undefined;
}

/**
 * Addresses as effects never have them, because their chain writes them in another way: a forbid of one forbids nothing, and nothing
 * else would show it.
 */
function otherSpellings(document: PolicyDocument, chains: ChainRegistry): readonly PolicyFinding[] {
  return addressesOf(document)
    .slice(0, MOST_ADDRESSES)
    .flatMap(({ what, address, chain }) => {
      const meant = (chain ?? chains.ids).filter((id) => chains.ids.some((known) => known === id));
      const other = otherSpelling(
        address,
        meant.map((id) => chains.get(id)),
      );
      if (other === undefined) return [];
      const text = `names ${quote(address)}, which ${other.chain.id} writes as ${other.text}: it meets nothing`;
      return [{ level: 'mistake', what, text }];
    });
}

/** @returns undefined if a chain writes the address so, or none reads it */
function otherSpelling(address: string, chains: readonly Chain[]): { chain: Chain; text: string } | undefined {
  let other: { chain: Chain; text: string } | undefined;
  for (const chain of chains) {
    for (const network of networks) {
      const text = writtenBy(chain, network, address);
      if (text === undefined) continue;
      if (folded(text) === folded(address)) return undefined;
      other ??= { chain, text };
    }
  }
  return other;
}

function writtenBy({ keys }: Chain, network: Network, address: string): string | undefined {
  const account = readable(() => keys.accountOf?.(address));
  return account ?? readable(() => keys.normalizeAddress(address, network));
}

function readable(name: () => string | undefined): string | undefined {
  try {
    return name();
  } catch (error) {
    // It is no name of this chain, and may be one of another.
    if (error instanceof CustosError) return undefined;
    throw error;
  }
}

function addressesOf({ permits, forbids, limits, books }: PolicyDocument): readonly NamedAddress[] {
  const rules: readonly (ConditionsDocument & { readonly id: string })[] = [...forbids, ...limits, ...permits];
  return [
    ...rules.flatMap((rule) => addressesIn(rule).map((address) => ({ what: rule.id, address, chain: rule.chain }))),
    ...Object.entries(books).flatMap(([name, { entries }]) =>
      entries.map(({ address, chain }) => ({ what: `book ${name}`, address, chain })),
    ),
  ];
}

function addressesIn({ from, to, contract, program, args = [], accounts = [] }: ConditionsDocument): readonly string[] {
  const targets = [from, to, contract, program, ...[...args, ...accounts].map(({ is }) => is)];
  return targets.flatMap((target: TargetDocument | undefined) => target ?? []).filter(isAddress);
}

function isAddress(word: string): boolean {
  return !/^(?:any|self|own|book:.*)$/.test(word);
}
