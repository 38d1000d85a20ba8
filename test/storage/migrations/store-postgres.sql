-- format 1
create table "meta" ("key" text collate "C" not null primary key, "value" text collate "C" not null);
create table "key_slots" ("id" text collate "C" not null primary key, "kind" text collate "C" not null, "log_n" integer not null, "r" integer not null, "p" integer not null, "salt" bytea not null, "box" bytea not null, "created_at" bigint not null);
create table "wallets" ("signature_id" text collate "C" not null primary key, "chain" text collate "C" not null, "network" text collate "C" not null, "kind" text collate "C" not null, "created_at" bigint not null, "format" integer not null, "public_box" bytea not null, "secret_box" bytea not null);
create index "wallets_by_chain" on "wallets" ("network", "chain", "signature_id");
create table "transactions" ("id" text collate "C" not null primary key, "chain" text collate "C" not null, "network" text collate "C" not null, "state" text collate "C" not null, "generation" integer not null, "digest" text collate "C" not null, "pending" text collate "C" not null, "sender" text collate "C", "nonce" text collate "C", "completed" text collate "C", "summary" text collate "C", "signed" text collate "C", "tx_id" text collate "C", "error_code" text collate "C", "error_text" text collate "C", "reported" text collate "C", "attempts" integer not null, "next_attempt_at" bigint not null, "created_at" bigint not null, "updated_at" bigint not null);
create index "transactions_by_time" on "transactions" ("created_at");
create index "transactions_by_sender" on "transactions" ("chain", "network", "sender", "nonce") where "nonce" is not null;
create index "transactions_by_state" on "transactions" ("state", "chain", "network", "created_at");
create table "transaction_events" ("transaction_id" text collate "C" not null, "place" integer not null, "at" bigint not null, "event" text collate "C" not null, "fact" text collate "C" not null, constraint "transaction_events_key" primary key ("transaction_id", "place"));
-- format 2
alter table "transactions" add column "line" text collate "C";
alter table "transactions" add column "lease_owner" text collate "C";
alter table "transactions" add column "block" text collate "C";
alter table "transactions" add column "lease_expires_at" bigint;
create index "transactions_by_lease" on "transactions" ("lease_owner") where "lease_owner" is not null;
create index "transactions_due" on "transactions" ("chain", "network", "next_attempt_at") where state in ('signed', 'broadcast');
create table "reservations" ("chain" text collate "C" not null, "network" text collate "C" not null, "sender" text collate "C" not null, "resource" text collate "C" not null, "transaction_id" text collate "C" not null, constraint "reservations_key" primary key ("chain", "network", "sender", "resource"));
create index "reservations_by_transaction" on "reservations" ("transaction_id");
-- format 3
create table "transaction_ids" ("chain" text collate "C" not null, "network" text collate "C" not null, "tx_id" text collate "C" not null, "transaction_id" text collate "C" not null, constraint "transaction_ids_key" primary key ("chain", "network", "tx_id"));

    INSERT INTO transaction_ids (chain, network, tx_id, transaction_id)
    SELECT chain, network, tx_id, id
    FROM (
      SELECT chain, network, tx_id, id, row_number() OVER (
        PARTITION BY chain, network, tx_id
        ORDER BY CASE state WHEN 'completed' THEN 1 WHEN 'broadcast' THEN 2 WHEN 'signed' THEN 3 ELSE 4 END, created_at, id
      ) AS rank
      FROM transactions
      WHERE tx_id IS NOT NULL
    ) AS ranked
    WHERE rank = 1;
select "transactions"."id", "transactions"."chain", "transactions"."network", "place", "fact" from "transaction_events" inner join "transactions" on "transactions"."id" = "transaction_events"."transaction_id" where "event" = $1 and ("transaction_id", "place") > ($2, $3) order by "transaction_id", "place" limit $4;
alter table "key_slots" add column "generation" integer;
alter table "transactions" add column "mac" text collate "C";
alter table "transaction_events" add column "mac" text collate "C";
alter table "reservations" add column "mac" text collate "C";
alter table "transaction_ids" add column "mac" text collate "C";
alter table "transactions" add column "events" integer default 0 not null;

    UPDATE transactions SET events =
      (SELECT count(*) FROM transaction_events WHERE transaction_id = transactions.id);
-- format 4
create table "constitutions" ("version" integer primary key, "box" bytea not null, "view_box" bytea not null);
create table "approvals" ("nonce" text collate "C" primary key, "pending_id" text collate "C" not null, "at" bigint not null, "text" text collate "C" not null, "signature" text collate "C" not null);
create index "approvals_by_pending" on "approvals" ("pending_id");
create table "approval_spends" ("nonce" text collate "C" primary key, "attempt" text collate "C" not null);
-- format 5
create table "freezes" ("id" text collate "C" primary key, "at" bigint not null, "text" text collate "C" not null, "signature" text collate "C", "mac" text collate "C");
create table "freeze_ends" ("freeze_id" text collate "C" primary key, "at" bigint not null, "signatures" text collate "C" not null, "mac" text collate "C" not null, "root_mac" text collate "C" not null);
create table "policies" ("version" integer primary key, "box" bytea not null, "view_box" bytea not null);
alter table "wallets" add column "control_box" bytea;
create index "wallets_with_control" on "wallets" ("signature_id") where "control_box" is not null;
create table "audit_heads" ("writer" text collate "C" primary key, "size" bigint not null, "hashes" text collate "C" not null, "closed" integer not null, "mac" text collate "C");
create table "audit_events" ("writer" text collate "C" not null, "place" bigint not null, "hash" text collate "C" not null, "at" bigint, "code" text collate "C", "commitment" text collate "C", "salt" text collate "C", "detail" text collate "C", constraint "audit_events_key" primary key ("writer", "place"));
create index "audit_events_by_time" on "audit_events" ("at");
create table "audit_checkpoints" ("writer" text collate "C" not null, "size" bigint not null, "hashes" text collate "C" not null, "note" text collate "C" not null, "at" bigint not null, constraint "audit_checkpoints_key" primary key ("writer", "size"));
create table "budget_reservations" ("budget" text collate "C" not null, "transaction_id" text collate "C" not null, "attempt" text collate "C" not null, "amount" text collate "C" not null, "at" bigint not null, "mac" text collate "C", constraint "budget_reservations_key" primary key ("budget", "transaction_id", "attempt"));
create index "budget_reservations_by_transaction" on "budget_reservations" ("transaction_id");
create table "budget_sums" ("budget" text collate "C" not null, "span" text collate "C" not null, "sums" text collate "C" not null, "at" bigint not null, "mac" text collate "C", constraint "budget_sums_key" primary key ("budget", "span"));
-- format 6
alter table "transactions" add column "tenant" text collate "C";
alter table "transactions" add column "source" text collate "C";
alter table "transactions" add column "kind" text collate "C";
alter table "transactions" add column "delivery" text collate "C";
alter table "transactions" add column "idempotency_key" text collate "C";
alter table "transactions" add column "idempotency_digest" text collate "C";
alter table "transactions" add column "reference" text collate "C";
alter table "transactions" add column "owner_tag" text collate "C";
alter table "transactions" add column "initiator" text collate "C";
alter table "transactions" add column "expires_at" bigint;
create unique index "transactions_by_key" on "transactions" ("tenant", "idempotency_key") where "idempotency_key" is not null;
create index "transactions_by_tenant" on "transactions" ("tenant", "created_at") where "tenant" is not null;
create index "transactions_by_reference" on "transactions" ("tenant", "reference") where "reference" is not null;
create index "transactions_waiting" on "transactions" ("chain", "network", "next_attempt_at", "created_at") where source is not null and state in ('claimed', 'held');
create index "transactions_expiring" on "transactions" ("expires_at") where expires_at is not null and state in ('claimed', 'held');
create table "tenants" ("id" text collate "C" primary key, "created_at" bigint not null);
create table "tokens" ("id" text collate "C" primary key, "tenant" text collate "C" not null, "facts" text collate "C" not null, "hash" text collate "C" not null, "revoked_at" bigint, "mac" text collate "C" not null, "last_used_at" bigint);
create index "tokens_of_tenant" on "tokens" ("tenant", "id");
alter table "wallets" add column "tenant" text collate "C" default 'default' not null;
alter table "wallets" add column "address_digest" bytea;
alter table "wallets" add column "owner_digest" bytea;
alter table "wallets" add column "label_digest" bytea;
alter table "wallets" add column "slot_digest" bytea;
drop index "wallets_by_chain";
create index "wallets_by_tenant_chain" on "wallets" ("tenant", "network", "chain", "signature_id");
create index "wallets_by_tenant" on "wallets" ("tenant", "signature_id");
create index "wallets_by_address" on "wallets" ("address_digest", "signature_id") where "address_digest" is not null;
create index "wallets_by_owner" on "wallets" ("owner_digest", "signature_id") where "owner_digest" is not null;
create index "wallets_by_label" on "wallets" ("label_digest", "signature_id") where "label_digest" is not null;
create unique index "wallets_by_slot" on "wallets" ("slot_digest") where "slot_digest" is not null;
create index "wallets_without_lookup" on "wallets" ("signature_id") where "address_digest" is null;
create table "owners" ("digest" bytea not null primary key, "tenant" text collate "C" not null, "created_at" bigint not null, "box" bytea not null);
create index "owners_by_tenant" on "owners" ("tenant", "digest");
create table "wallet_addresses" ("signature_id" text collate "C" not null, "child" bigint not null, "digest" bytea, "box" bytea, constraint "wallet_addresses_key" primary key ("signature_id", "child"));
create index "wallet_addresses_by_digest" on "wallet_addresses" ("digest") where "digest" is not null;
alter table "transaction_events" add column "seq" bigint;
alter table "transaction_events" add column "feed" text collate "C";
create table "notices" ("id" text collate "C" not null primary key, "at" bigint not null, "type" text collate "C" not null, "tenant" text collate "C" not null, "network" text collate "C" not null, "data" text collate "C" not null, "mac" text collate "C", "seq" bigint, "feed" text collate "C");
create index "transaction_events_by_feed" on "transaction_events" ("feed", "seq") where seq > 0;
create index "transaction_events_unnumbered" on "transaction_events" ("at") where seq = 0;
create index "notices_by_feed" on "notices" ("feed", "seq") where seq > 0;
create index "notices_unnumbered" on "notices" ("at") where seq = 0;
create table "webhooks" ("id" text collate "C" not null primary key, "tenant" text collate "C" not null, "network" text collate "C" not null, "url" text collate "C" not null, "types" text collate "C", "salt" text collate "C" not null, "state" text collate "C" not null, "created_at" bigint not null, "mac" text collate "C");
create table "deliveries" ("webhook" text collate "C" not null, "seq" bigint not null, "state" text collate "C" not null, "attempts" integer not null, "next_at" bigint not null, "answer" text collate "C", constraint "deliveries_key" primary key ("webhook", "seq"));
create index "deliveries_due" on "deliveries" ("webhook", "state", "next_at");
create table "sender_leases" ("name" text collate "C" not null primary key, "owner" text collate "C" not null, "expires_at" bigint not null);
alter table "transactions" add column "user_tag" text collate "C";
create table "tenant_settings" ("tenant" text collate "C" primary key, "facts" text collate "C" not null, "mac" text collate "C" not null);
create table "user_tickets" ("hash" text collate "C" primary key, "kind" text collate "C" not null, "tenant" text collate "C" not null, "owner" bytea not null, "expires_at" bigint not null, "mac" text collate "C" not null);
create index "user_tickets_of_owner" on "user_tickets" ("owner");
create index "user_tickets_by_end" on "user_tickets" ("expires_at");
-- format 7
create table "budget_names" ("budget" text collate "C" primary key);
INSERT INTO budget_names (budget)
    SELECT budget FROM budget_sums UNION SELECT budget FROM budget_reservations;
drop table "budget_reservations";
create table "budget_reservations" ("transaction_id" text collate "C" not null, "attempt" text collate "C" not null, "charges" text collate "C" not null, "mac" text collate "C", constraint "budget_reservations_by_making" primary key ("transaction_id", "attempt"));
