import type { Authenticator } from '../../api/authenticator.js';
import type { ListedToken, TokensService } from '../../api/parts.js';
import { readToken, type StoredToken } from '../../core/access/token.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { createToken, revokeToken, type TokenParts } from '../access/tokens.js';
import { ownersOf } from '../wallets/owner-tags.js';
import type { OwnerParts } from '../wallets/owners.js';

interface ManagedParts extends Omit<TokenParts, 'owners'> {
  readonly owners: Omit<OwnerParts, 'clock'>;
}

/** Tokens as the API manages them. */
export function managedTokens(
  parts: ManagedParts,
  authenticator: Pick<Authenticator, 'forget' | 'requireValid'>,
): TokensService {
  const { access, mac, owners } = parts;
  const listed = async (stored: StoredToken): Promise<ListedToken | undefined> => {
    const token = readToken(mac, stored);
    if (token?.ownerTags === undefined) return token;
    const known = await ownersOf(owners, token.tenant, token.ownerTags);
    return { ...token, owners: known.map(({ owner }) => owner) };
  };
  return {
    create: (wanted) => createToken({ ...parts, owners: async () => owners }, wanted),
    async list(tenant, { after, limit }) {
      const found = await access.tokens({ tenant, limit, ...(after !== undefined && { after }) });
      const page = (await Promise.all(found.map(listed))).filter((one) => one !== undefined);
      return { page, last: found.length < limit ? undefined : found.at(-1)?.id };
    },
    requireValid: (token) => authenticator.requireValid(token.id),
    async get(tenant, id) {
      const stored = await access.token(id);
      const token = stored?.tenant === tenant ? await listed(stored) : undefined;
      if (token !== undefined) return token;
      throw new CustosError('TOKEN_UNKNOWN', `the store has no token ${quote(id)}`);
    },
    async revoke(tenant, id) {
      await revokeToken({ ...parts, owners: async () => owners }, { id, tenant });
      authenticator.forget(id);
    },
  };
}
