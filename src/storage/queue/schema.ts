import type { Generated } from 'kysely';

/** Tables of the gateway's queue, which is a separate database. */
export interface QueueTables {
  pending_transactions: {
    /** Order of submission. */
    seq: Generated<number>;
    id: string;
    chain: string;
    network: string;
    /** JSON list of signature IDs. */
    hashes: string;
    key_index: number | null;
    /** JSON list of signature IDs with an index each. */
    signatures: string | null;
    serialized: string;
    state: string;
    tx_id: string | null;
    created_at: number;
    /** When a daemon first fetched it. */
    claimed_at: number | null;
    /** When it failed for good. */
    failed_at: number | null;
    closed_by: string | null;
    /** Whose key handed it in. */
    tenant: string;
  };
  /** Keys of clients, beside the one of the settings. */
  gateway_keys: {
    id: string;
    name: string;
    /** JSON list. */
    roles: string;
    /** Null: the whole queue. */
    tenant: string | null;
    /** SHA-256 of the secret, in hexadecimal digits. */
    hash: string;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
  };
  /** One row for each wallet of a pending transaction: the index that polls use. */
  pending_hashes: { signature_id: string; chain: string; network: string; seq: number };
  reported_errors: { pending_id: string; place: number; at: number; error: string };
  spent_outputs: { chain: string; network: string; output: string; seq: number };
  idempotency_keys: { tenant: string; key: string; digest: string; pending_id: string };
  /** Who wants to hear of the transactions of a tenant. */
  subscriptions: {
    id: string;
    tenant: string;
    network: string;
    kind: string;
    url: string;
    state: string;
    created_at: number;
  };
  /** The text with which the messages of a tenant are hashed. */
  subscription_secrets: { tenant: string; secret: string };
  /** What subscribers hear of. */
  announcements: { seq: Generated<number>; id: string; kind: string; at: number; data: string };
  /** The way of an announcement to a subscriber. */
  announcement_deliveries: {
    subscription: string;
    seq: number;
    state: string;
    attempts: number;
    next_at: number;
    answer: string | null;
  };
  announcement_leases: { name: string; owner: string; expires_at: number };
}
