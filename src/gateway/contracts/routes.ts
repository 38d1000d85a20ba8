import type { FormsByChain } from '../by-chain.js';
import type { RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { auctionRoutes } from './auctions.js';
import { custodyRoutes } from './custody.js';
import { fungibleRoutes } from './fungible.js';
import { gasPumpRoutes } from './gas-pump.js';
import { madeWalletRoutes } from './made-wallets.js';
import { marketRoutes } from './market.js';
import { marketQuestionRoutes } from './market-questions.js';
import { multipleRoutes } from './multiple.js';
import { recordRoutes } from './record.js';
import { uniqueRoutes } from './unique.js';

/** Operations on contracts of the Ethereum family, one line a family of contracts. */
export function contractRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  fungibleRoutes(forms, gateway);
  uniqueRoutes(forms, gateway);
  multipleRoutes(forms, gateway);
  recordRoutes(forms, gateway);
  custodyRoutes(forms, gateway);
  gasPumpRoutes(routes, forms, gateway);
  madeWalletRoutes(routes, gateway);
  marketRoutes(forms, gateway);
  auctionRoutes(forms, gateway);
  marketQuestionRoutes(routes, gateway);
}
