import type { Authenticator } from '../../api/authenticator.js';
import type { TokensService } from '../../api/parts.js';
import { readToken } from '../../core/access/token.js';
import { createToken, revokeToken, type TokenParts } from '../access/tokens.js';

/** Tokens as the API manages them. */
export function managedTokens(
  parts: TokenParts,
  authenticator: Pick<Authenticator, 'forget' | 'requireValid'>,
): TokensService {
  const { access, mac } = parts;
  return {
    create: (wanted) => createToken(parts, wanted),
    async list(tenant, { after, limit }) {
      const found = await access.tokens({ tenant, limit, ...(after !== undefined && { after }) });
      const page = found.flatMap((stored) => readToken(mac, stored) ?? []);
      return { page, last: found.length < limit ? undefined : found.at(-1)?.id };
    },
    requireValid: (token) => authenticator.requireValid(token.id),
    async revoke(tenant, id) {
      await revokeToken(parts, { id, tenant });
      authenticator.forget(id);
    },
  };
}
