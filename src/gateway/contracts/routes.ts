import type { FormsByChain } from '../by-chain.js';
import type { RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { fungibleRoutes } from './fungible.js';
import { multipleRoutes } from './multiple.js';
import { uniqueRoutes } from './unique.js';

/** Operations on contracts of the Ethereum family, one line a family of contracts. */
export function contractRoutes(_routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  fungibleRoutes(forms, gateway);
  uniqueRoutes(forms, gateway);
  multipleRoutes(forms, gateway);
}
