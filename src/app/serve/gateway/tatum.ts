import type { Authenticator } from '../../../api/authenticator.js';
import { isWhole } from '../../../api/caller.js';
import { allGatewayRoles } from '../../../core/access/gateway-roles.js';
import { canBuild } from '../../../core/chain/builder.js';
import { asCustosError, CustosError } from '../../../core/errors.js';
import type { SubscriptionsOf } from '../../../core/events/subscriptions.js';
import type { ChainId } from '../../../core/ids.js';
import type { Log } from '../../../core/log.js';
import type { GatewayAccess } from '../../../gateway/caller.js';
import type { ContractSettings } from '../../../gateway/context.js';
import { createOperations, type Operations } from '../../../gateway/operations.js';
import { type JournalQueueParts, journalQueue } from './journal-queue.js';

export interface TatumParts extends JournalQueueParts {
  /** Whom messages tell of what became of transactions. */
  readonly subscriptions: SubscriptionsOf;
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** URL of the node of each chain; a URL may hold a secret and is never shown. */
  readonly nodes: ReadonlyMap<ChainId, string>;
  readonly contracts?: ContractSettings;
  /** The way to the nodes. */
  readonly fetch?: typeof fetch;
  readonly log: Log;
}

/** The gateway's operations over the journal, for clients of the documented API. */
export function tatumOperations({ nodes, contracts, fetch: send, log, ...parts }: TatumParts): Operations['answer'] {
  const { chains, clock, rules } = parts.lifecycle;
  const built = [...nodes].filter(([id]) => canBuild(chains.get(id)));
  const options = {
    ...{ chains, clock, rules, log, network: parts.api.network, nodes: new Map(built) },
    ...(send && { fetch: send }),
    ...(contracts && { contracts }),
  };
  // What becomes of a row of the journal is counted where it is signed.
  return createOperations(options, { access: tokenAccess(parts), meter: { count() {} } }).answer;
}

/** Tokens of the store as keys: their scopes `gateway:…` are the roles. */
function tokenAccess({
  authenticator,
  subscriptions,
  ...parts
}: Pick<TatumParts, 'authenticator' | 'subscriptions'> & JournalQueueParts): GatewayAccess {
  return {
    async callerOf(key, peer) {
      try {
        const token = await authenticator.authenticate(`Bearer ${key}`, peer);
        const { address } = peer;
        const caller = { ...token, ...(address !== undefined && { address }) };
        const roles = allGatewayRoles.filter((role) => token.scopes.includes(`gateway:${role}`));
        const { chains } = token;
        return {
          ...{ roles, queue: journalQueue(parts, caller), isWhole: false, ...(chains && { chains }) },
          get subscriptions() {
            if (isWhole(caller)) return subscriptions(token.tenant, parts.api.network);
            throw new CustosError('SCOPE_MISSING', 'a token for some wallets or chains hears of no transactions');
          },
        };
      } catch (error) {
        const { code } = asCustosError(error);
        if (code === 'TOKEN_INVALID' || code === 'TOKEN_MISSING') return undefined;
        throw error;
      }
    },
  };
}
