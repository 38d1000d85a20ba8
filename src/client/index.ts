export {
  type CallOptions,
  CustosClient,
  createClient,
  type Element,
  type EventsOptions,
  type ListName,
  type OperationName,
  type RequestOf,
} from './client.js';
export {
  CustosApiError,
  CustosClientError,
  CustosConnectionError,
  CustosTransactionError,
  CustosWaitTimeout,
  type Fault,
} from './errors.js';
export {
  RequestHandle,
  type SignatureHandle,
  type Tracked,
  type TransactionHandle,
  type Until,
  type WaitOptions,
} from './handle.js';
export type * from './operations.js';
export type { TransportOptions as ClientOptions } from './transport.js';
export { CustosWebhookError, verifyWebhook, type WebhookKeys, type WebhookMessage } from './webhooks.js';
