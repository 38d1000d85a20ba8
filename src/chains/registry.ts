import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import { shownSummary } from '../core/chain/summary.js';
import { CustosError } from '../core/errors.js';
import { parseChainId } from '../core/ids.js';
import * as list from './list.js';

/**
 * All chains of the list, by ticker.
 * @param extra - further chains; one with the ticker of a listed chain takes its place
 */
export function createRegistry(extra: readonly Chain[] = []): ChainRegistry {
  const byId = new Map([...Object.values(list), ...extra].map((chain) => [chain.id, withShownText(chain)]));
  return {
    ids: [...byId.keys()],
    get(id) {
      const chain = byId.get(parseChainId(id));
      if (chain === undefined) throw new CustosError('CHAIN_UNKNOWN', `${id} is not a chain that is known here`);
      return chain;
    },
  };
}

/** Every decoded transaction and message passes through here, so that text that others chose is made safe to show. */
function withShownText(chain: Chain): Chain {
  const { messages } = chain;
  return {
    ...chain,
    codec: {
      ...chain.codec,
      parse(completed, context) {
        const unsigned = chain.codec.parse(completed, context);
        return { ...unsigned, summary: shownSummary(unsigned.summary) };
      },
    },
    ...(messages && {
      messages: {
        ...messages,
        parse(content, context) {
          const decoded = messages.parse(content, context);
          return { ...decoded, summary: shownSummary(decoded.summary) };
        },
      },
    }),
  };
}
