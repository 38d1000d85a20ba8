import type { ProvenUser } from '../../api/caller.js';
import type { UsersService } from '../../api/parts.js';
import type { IssuerKeys } from '../../cloud/oidc/issuer-keys.js';
import { verifyUserToken } from '../../cloud/oidc/user-tokens.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { OwnerId, TenantId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { PublicVault } from '../../core/signing/vault.js';
import type { AccessTable } from '../../core/store/access.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { settingsOf } from '../access/settings.js';

export interface UsersParts {
  readonly access: Pick<AccessTable, 'settings'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly vault: Pick<PublicVault, 'index'>;
  readonly keys: Pick<IssuerKeys, 'of'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The users of tenants, as the API knows them. */
export function createUsers(parts: UsersParts): UsersService {
  return {
    async verify(tenant, text) {
      const { oidc } = await settingsOf(parts, tenant);
      if (oidc === undefined) {
        throw new CustosError('USER_TOKEN_UNSUPPORTED', 'the tenant has no identity provider whose tokens count');
      }
      const owner = await verifyUserToken(text, oidc, parts).catch((error: unknown) => {
        throw told(parts, tenant, error);
      });
      return provenUser(parts, tenant, owner);
    },
  };
}

function provenUser({ vault }: Pick<UsersParts, 'vault'>, tenant: TenantId, owner: OwnerId): ProvenUser {
  return { owner, tag: Buffer.from(vault.index.owner(tenant, owner)).toString('hex') };
}

/** Only the log says what is wrong with a token. */
function told({ log }: Pick<UsersParts, 'log'>, tenant: TenantId, error: unknown): unknown {
  if (error instanceof CustosError && error.code === 'USER_TOKEN_INVALID') {
    tell(log, 'user-refused', { tenant, reason: error.details['reason'] });
  }
  return error;
}
