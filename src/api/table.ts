import type { Route } from './route.js';
import { approvalRoutes } from './routes/approvals.js';
import { auditRoutes } from './routes/audit.js';
import { eventRoutes } from './routes/events.js';
import { freezeRoutes } from './routes/freezes.js';
import { healthRoutes } from './routes/health.js';
import { overviewRoutes } from './routes/overview.js';
import { ownerRoutes } from './routes/owners.js';
import { passkeyRoutes } from './routes/passkeys.js';
import { policyRoutes } from './routes/policies.js';
import { signatureRoutes } from './routes/signatures.js';
import { tokenRoutes } from './routes/tokens.js';
import { transactionRoutes } from './routes/transactions.js';
import { userRoutes } from './routes/users.js';
import { walletRoutes } from './routes/wallets.js';
import { webhookRoutes } from './routes/webhooks.js';

/** Every operation of the API but the document, which is made from this list. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...walletRoutes,
  ...ownerRoutes,
  ...transactionRoutes,
  ...signatureRoutes,
  ...eventRoutes,
  ...webhookRoutes,
  ...approvalRoutes,
  ...freezeRoutes,
  ...auditRoutes,
  ...overviewRoutes,
  ...policyRoutes,
  ...tokenRoutes,
  ...userRoutes,
  ...passkeyRoutes,
];
