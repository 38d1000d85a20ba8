import { sql } from 'kysely';
import { sentStates, unsignedStates } from '../core/store/journal.js';

/** Tables of the wallet store in its newest format (docs/wallet-store.md). */
export interface StoreTables {
  meta: { key: string; value: string };
  key_slots: {
    id: string;
    kind: string;
    log_n: number;
    r: number;
    p: number;
    salt: Uint8Array;
    box: Uint8Array;
    created_at: number;
    /** Number of the root key that it opens; null for the first one in slots of older formats (since format 3). */
    generation: number | null;
  };
  wallets: {
    signature_id: string;
    chain: string;
    network: string;
    kind: string;
    created_at: number;
    format: number;
    public_box: Uint8Array;
    secret_box: Uint8Array;
    /** Sealed tags, owner and state of records of format 2 (since format 5). */
    control_box: Uint8Array | null;
    /** Since format 6, as the digests that it is found by: 32 bytes each. */
    tenant: string;
    address_digest: Uint8Array | null;
    owner_digest: Uint8Array | null;
    label_digest: Uint8Array | null;
    slot_digest: Uint8Array | null;
  };
  /** Owners of wallets (since format 6). */
  owners: { digest: Uint8Array; tenant: string; created_at: number; box: Uint8Array };
  /** Indexes of wallets that were allotted (since format 6); digest and box are there once the address is. */
  wallet_addresses: { signature_id: string; child: number; digest: Uint8Array | null; box: Uint8Array | null };
  transactions: {
    id: string;
    chain: string;
    network: string;
    state: string;
    generation: number;
    /** SHA-256 of the payload, in hexadecimal digits. */
    digest: string;
    /** The received object as JSON. */
    pending: string;
    sender: string | null;
    /** Decimal with leading zeros, 20 digits, so that text order is number order on every database. */
    nonce: string | null;
    completed: string | null;
    summary: string | null;
    signed: string | null;
    tx_id: string | null;
    error_code: string | null;
    error_text: string | null;
    reported: string | null;
    attempts: number;
    next_attempt_at: number;
    /** The first key: only one process at a time makes the transactions of a line (since format 2). */
    line: string | null;
    /** Name of the process that works on it, and the time until which others leave it alone (since format 2). */
    lease_owner: string | null;
    lease_expires_at: number | null;
    /** The block that contains it, while it waits for confirmations (since format 2). */
    block: string | null;
    created_at: number;
    updated_at: number;
    /** How many lines its story has (since format 3). */
    events: number;
    /** Authenticates all columns except those of the lease (since format 3). */
    mac: string | null;
    /** What an application handed over itself, and how (since format 6); null in the rows of a cloud, as all columns below. */
    tenant: string | null;
    source: string | null;
    kind: string | null;
    delivery: string | null;
    /** Unique within the tenant. */
    idempotency_key: string | null;
    idempotency_digest: string | null;
    reference: string | null;
    owner_tag: string | null;
    /** Of the owner who proved to be there. */
    user_tag: string | null;
    initiator: string | null;
    expires_at: number | null;
  };
  /** What only one transaction may use (since format 2). */
  reservations: {
    chain: string;
    network: string;
    /** The sender that the numbers belong to; empty for outputs. */
    sender: string;
    /** A nonce in 20 digits, or an output as `txId:index`. */
    resource: string;
    transaction_id: string;
    mac: string | null;
  };
  /** Ids of all bytes that were ever recorded: each belongs to one transaction for good (since format 3). */
  transaction_ids: { chain: string; network: string; tx_id: string; transaction_id: string; mac: string | null };
  /** Sealed constitutions (since format 4). */
  constitutions: { version: number; box: Uint8Array; view_box: Uint8Array };
  /** Sealed policies (since format 5). */
  policies: { version: number; box: Uint8Array; view_box: Uint8Array };
  /** Signed lines of approvers (since format 4). */
  approvals: { nonce: string; pending_id: string; at: number; text: string; signature: string };
  /** Which approvals are spent, and for which making of the bytes (since format 4). */
  approval_spends: { nonce: string; attempt: string };
  /** Lines that stop signing (since format 5). */
  freezes: { id: string; at: number; text: string; signature: string | null; mac: string | null };
  /** How freezes were ended (since format 5). */
  freeze_ends: { freeze_id: string; at: number; signatures: string; mac: string; root_mac: string };
  /** One row for each log of the audit (since format 5). */
  audit_heads: {
    writer: string;
    size: number;
    /** Roots of the complete subtrees in Base64, with spaces between them. */
    hashes: string;
    /** 1: takes no more events, because it comes from a backup. */
    closed: number;
    /** Authenticates all columns; null in the log of processes without a key. */
    mac: string | null;
  };
  /** Leaf hashes, and what the leaves say until it is deleted (since format 5). */
  audit_events: {
    writer: string;
    place: number;
    hash: string;
    at: number | null;
    code: string | null;
    commitment: string | null;
    salt: string | null;
    detail: string | null;
  };
  /** Signed heads (since format 5). */
  audit_checkpoints: { writer: string; size: number; hashes: string; note: string; at: number };
  /** What each making of a transaction's bytes takes of all budgets (since format 5, in this form since format 7). */
  budget_reservations: {
    transaction_id: string;
    attempt: string;
    /** JSON: budget, amount in decimal digits, and when it was charged, by the latest clock that charged the budget. */
    charges: string;
    mac: string | null;
  };
  /** Budgets that were ever charged: one whose sums are gone is not a new one (since format 7). */
  budget_names: { budget: string };
  /** Sums of what is reserved, by spans of time within each other (`core/store/buckets.ts`, since format 5). */
  budget_sums: {
    budget: string;
    /** `minutes` alone (since format 7), or `total`, and `era`, `day`, `hour` and its number. */
    span: string;
    /** As `sumsText` writes them. */
    sums: string;
    /** The latest moment that was charged when the row was written. */
    at: number;
    mac: string | null;
  };
  /** Applications that share the store; the default one has no row (since format 6). */
  tenants: { id: string; created_at: number };
  /** Tokens of the API (since format 6). */
  tokens: {
    id: string;
    tenant: string;
    /** JSON of what it is allowed. */
    facts: string;
    /** SHA-256 of its secret. */
    hash: string;
    revoked_at: number | null;
    /** Authenticates the columns above. */
    mac: string;
    last_used_at: number | null;
  };
  /** What was decided about tenants (since format 6). */
  tenant_settings: { tenant: string; facts: string; mac: string };
  /** Events that are not in a transaction's story (since format 6). */
  notices: {
    id: string;
    at: number;
    type: string;
    tenant: string;
    network: string;
    /** JSON. */
    data: string;
    mac: string | null;
    /** As in `transaction_events`. */
    seq: number | null;
    feed: string | null;
  };
  /** Sessions of users, and questions to their passkeys (since format 6). */
  user_tickets: {
    /** SHA-256 of what the user has. */
    hash: string;
    kind: string;
    tenant: string;
    /** Blind index. */
    owner: Uint8Array;
    expires_at: number;
    mac: string;
  };
  /** Where tenants want their events (since format 6). */
  webhooks: {
    id: string;
    tenant: string;
    network: string;
    url: string;
    /** With spaces between them; null: all. */
    types: string | null;
    salt: string;
    state: string;
    created_at: number;
    mac: string | null;
  };
  /** The way of each event to each webhook (since format 6). */
  deliveries: {
    webhook: string;
    seq: number;
    state: string;
    attempts: number;
    next_at: number;
    answer: string | null;
  };
  /** Which process sends to webhooks (since format 6). */
  sender_leases: { name: string; owner: string; expires_at: number };
  transaction_events: {
    transaction_id: string;
    /** 1, 2, 3 … within the transaction. */
    place: number;
    at: number;
    event: string;
    fact: string;
    mac: string | null;
    /** Place in the feed of events; 0: it waits for one; null: applications do not hear of it (since format 6). */
    seq: number | null;
    /** Network and tenant whose feed it is, once it has a place. */
    feed: string | null;
  };
}

/** True for requests of doors without bytes. Literal as below. */
export const isWaiting = sql<boolean>`source is not null and state in (${sql.join(unsignedStates.map((state) => sql.lit(state)))})`;

/** True for rows with bytes sent and no end yet. Literal, so that the partial index of due transactions is used. */
export const hasSentState = sql<boolean>`state in (${sql.join(sentStates.map((state) => sql.lit(state)))})`;
