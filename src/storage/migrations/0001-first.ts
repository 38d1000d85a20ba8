import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

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
    /** Which root key it opens; nothing for the first one in slots of older formats (since format 3). */
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
  };
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
    /** What its transactions have in common that one process makes at a time: the first key (since format 2). */
    line: string | null;
    /** Name of the process that goes on with it, and until when others leave it alone (since format 2). */
    lease_owner: string | null;
    lease_expires_at: number | null;
    /** The block that has it, while confirmations are awaited (since format 2). */
    block: string | null;
    created_at: number;
    updated_at: number;
    /** How many lines its story has (since format 3). */
    events: number;
    /** Authenticates all columns but those of the lease (since format 3). */
    mac: string | null;
  };
  /** What one transaction uses and no other may (since format 2). */
  reservations: {
    chain: string;
    network: string;
    /** Whose numbers they are; empty for outputs. */
    sender: string;
    /** A nonce in 20 digits, or an output as `txId:index`. */
    resource: string;
    transaction_id: string;
    mac: string | null;
  };
  /** Ids of all bytes that were ever recorded: each belongs to one transaction for good (since format 3). */
  transaction_ids: { chain: string; network: string; tx_id: string; transaction_id: string; mac: string | null };
  transaction_events: {
    transaction_id: string;
    /** 1, 2, 3 … within the transaction. */
    place: number;
    at: number;
    event: string;
    fact: string;
    mac: string | null;
  };
}

/** Makes all tables of format 1 in an empty database. */
export async function createTables(database: Kysely<StoreTables>, types: ColumnTypes): Promise<void> {
  await createKeyTables(database, types);
  await createWalletTable(database, types);
  await createJournalTables(database, types);
}

async function createKeyTables({ schema }: Kysely<StoreTables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('meta')
    .addColumn('key', types.text, (column) => column.primaryKey().notNull())
    .addColumn('value', types.text, (column) => column.notNull())
    .execute();
  await schema
    .createTable('key_slots')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('log_n', 'integer', (column) => column.notNull())
    .addColumn('r', 'integer', (column) => column.notNull())
    .addColumn('p', 'integer', (column) => column.notNull())
    .addColumn('salt', types.bytes, (column) => column.notNull())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createWalletTable({ schema }: Kysely<StoreTables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('wallets')
    .addColumn('signature_id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('kind', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('format', 'integer', (column) => column.notNull())
    .addColumn('public_box', types.bytes, (column) => column.notNull())
    .addColumn('secret_box', types.bytes, (column) => column.notNull())
    .execute();
  await schema.createIndex('wallets_by_chain').on('wallets').columns(['network', 'chain', 'signature_id']).execute();
}

async function createJournalTables({ schema }: Kysely<StoreTables>, types: ColumnTypes): Promise<void> {
  await schema
    .createTable('transactions')
    .addColumn('id', types.text, (column) => column.primaryKey().notNull())
    .addColumn('chain', types.text, (column) => column.notNull())
    .addColumn('network', types.text, (column) => column.notNull())
    .addColumn('state', types.text, (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('digest', types.text, (column) => column.notNull())
    .addColumn('pending', types.text, (column) => column.notNull())
    .addColumn('sender', types.text)
    .addColumn('nonce', types.text)
    .addColumn('completed', types.text)
    .addColumn('summary', types.text)
    .addColumn('signed', types.text)
    .addColumn('tx_id', types.text)
    .addColumn('error_code', types.text)
    .addColumn('error_text', types.text)
    .addColumn('reported', types.text)
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('transactions_by_time').on('transactions').column('created_at').execute();
  await schema
    .createIndex('transactions_by_sender')
    .on('transactions')
    .columns(['chain', 'network', 'sender', 'nonce'])
    .where(sql.ref('nonce'), 'is not', null)
    .execute();
  await schema
    .createIndex('transactions_by_state')
    .on('transactions')
    .columns(['state', 'chain', 'network', 'created_at'])
    .execute();
  await schema
    .createTable('transaction_events')
    .addColumn('transaction_id', types.text, (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('event', types.text, (column) => column.notNull())
    .addColumn('fact', types.text, (column) => column.notNull())
    .addPrimaryKeyConstraint('transaction_events_key', ['transaction_id', 'place'])
    .execute();
}
