import { z } from 'zod';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import { readForm } from '../http/body.js';
import { checkField } from '../http/problems.js';
import type { GatewayRequest, RoleRoutes } from './caller.js';
import type { GatewayContext } from './context.js';
import { parseForm } from './requests.js';

const chainForm = z.object({ chain: z.string().min(1).max(12) });

/** A request whose body names its chain. */
export interface ChainRequest {
  readonly request: GatewayRequest;
  readonly chain: Chain;
  /** As received. */
  readonly body: unknown;
}

/** What one family of chains does with a form. */
export interface ChainForm {
  /** Whether the form is for this chain. Of several that say so the first one added gets it. */
  offers(chain: Chain): boolean;
  handle(asked: ChainRequest): Promise<Response>;
}

/** Operations that several families of chains share: the member `chain` of the body says whose form it is. */
export interface FormsByChain {
  readonly post: (path: string, form: ChainForm) => void;
  readonly put: (path: string, form: ChainForm) => void;
}

/** Adds forms to paths. Each path becomes a route with its first form. */
export function formsByChain(routes: RoleRoutes, gateway: GatewayContext): FormsByChain {
  const registerFor = (method: 'post' | 'put') => {
    const known = new Map<string, ChainForm[]>();
    return (path: string, form: ChainForm) => {
      const forms = known.get(path);
      if (forms !== undefined) return void forms.push(form);
      const added = [form];
      known.set(path, added);
      routes[method](path, ['submit'], async (request) => handle(gateway, request, added));
    };
  };
  return { post: registerFor('post'), put: registerFor('put') };
}

async function handle(gateway: GatewayContext, request: GatewayRequest, forms: readonly ChainForm[]) {
  const body = await readForm(request);
  const { chain: named } = parseForm(chainForm, body);
  const chain = gateway.chainOf(checkField('chain', () => gateway.chains.get(named)).slug);
  const form = forms.find(({ offers }) => offers(chain));
  if (form !== undefined) return form.handle({ request, chain, body });
  throw new CustosError('NOT_OFFERED', `the gateway does not offer this operation for ${chain.id}`);
}
