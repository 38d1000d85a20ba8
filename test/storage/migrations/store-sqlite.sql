-- format 1
create table "meta" ("key" text not null primary key, "value" text not null);
create table "key_slots" ("id" text not null primary key, "kind" text not null, "log_n" integer not null, "r" integer not null, "p" integer not null, "salt" blob not null, "box" blob not null, "created_at" bigint not null);
create table "wallets" ("signature_id" text not null primary key, "chain" text not null, "network" text not null, "kind" text not null, "created_at" bigint not null, "format" integer not null, "public_box" blob not null, "secret_box" blob not null);
create index "wallets_by_chain" on "wallets" ("network", "chain", "signature_id");
create table "transactions" ("id" text not null primary key, "chain" text not null, "network" text not null, "state" text not null, "generation" integer not null, "digest" text not null, "pending" text not null, "sender" text, "nonce" text, "completed" text, "summary" text, "signed" text, "tx_id" text, "error_code" text, "error_text" text, "reported" text, "attempts" integer not null, "next_attempt_at" bigint not null, "created_at" bigint not null, "updated_at" bigint not null);
create index "transactions_by_time" on "transactions" ("created_at");
create index "transactions_by_sender" on "transactions" ("chain", "network", "sender", "nonce") where "nonce" is not null;
create index "transactions_by_state" on "transactions" ("state", "chain", "network", "created_at");
create table "transaction_events" ("transaction_id" text not null, "place" integer not null, "at" bigint not null, "event" text not null, "fact" text not null, constraint "transaction_events_key" primary key ("transaction_id", "place"));
-- format 2
alter table "transactions" add column "line" text;
alter table "transactions" add column "lease_owner" text;
alter table "transactions" add column "block" text;
alter table "transactions" add column "lease_expires_at" bigint;
create index "transactions_by_lease" on "transactions" ("lease_owner") where "lease_owner" is not null;
create index "transactions_due" on "transactions" ("chain", "network", "next_attempt_at") where state in ('signed', 'broadcast');
create table "reservations" ("chain" text not null, "network" text not null, "sender" text not null, "resource" text not null, "transaction_id" text not null, constraint "reservations_key" primary key ("chain", "network", "sender", "resource"));
create index "reservations_by_transaction" on "reservations" ("transaction_id");
-- format 3
create table "transaction_ids" ("chain" text not null, "network" text not null, "tx_id" text not null, "transaction_id" text not null, constraint "transaction_ids_key" primary key ("chain", "network", "tx_id"));

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
select "transactions"."id", "transactions"."chain", "transactions"."network", "place", "fact" from "transaction_events" inner join "transactions" on "transactions"."id" = "transaction_events"."transaction_id" where "event" = ? and ("transaction_id", "place") > (?, ?) order by "transaction_id", "place" limit ?;
alter table "key_slots" add column "generation" integer;
alter table "transactions" add column "mac" text;
alter table "transaction_events" add column "mac" text;
alter table "reservations" add column "mac" text;
alter table "transaction_ids" add column "mac" text;
alter table "transactions" add column "events" integer default 0 not null;

    UPDATE transactions SET events =
      (SELECT count(*) FROM transaction_events WHERE transaction_id = transactions.id);
-- format 4
create table "constitutions" ("version" integer primary key, "box" blob not null, "view_box" blob not null);
create table "approvals" ("nonce" text primary key, "pending_id" text not null, "at" bigint not null, "text" text not null, "signature" text not null);
create index "approvals_by_pending" on "approvals" ("pending_id");
create table "approval_spends" ("nonce" text primary key, "attempt" text not null);
-- format 5
create table "freezes" ("id" text primary key, "at" bigint not null, "text" text not null, "signature" text, "mac" text);
create table "freeze_ends" ("freeze_id" text primary key, "at" bigint not null, "signatures" text not null, "mac" text not null, "root_mac" text not null);
create table "policies" ("version" integer primary key, "box" blob not null, "view_box" blob not null);
alter table "wallets" add column "control_box" blob;
create index "wallets_with_control" on "wallets" ("signature_id") where "control_box" is not null;
create table "audit_heads" ("writer" text primary key, "size" bigint not null, "hashes" text not null, "closed" integer not null, "mac" text);
create table "audit_events" ("writer" text not null, "place" bigint not null, "hash" text not null, "at" bigint, "code" text, "commitment" text, "salt" text, "detail" text, constraint "audit_events_key" primary key ("writer", "place"));
create index "audit_events_by_time" on "audit_events" ("at");
create table "audit_checkpoints" ("writer" text not null, "size" bigint not null, "hashes" text not null, "note" text not null, "at" bigint not null, constraint "audit_checkpoints_key" primary key ("writer", "size"));
create table "budget_reservations" ("budget" text not null, "transaction_id" text not null, "attempt" text not null, "amount" text not null, "at" bigint not null, "mac" text, constraint "budget_reservations_key" primary key ("budget", "transaction_id", "attempt"));
create index "budget_reservations_by_transaction" on "budget_reservations" ("transaction_id");
create table "budget_sums" ("budget" text not null, "span" text not null, "sums" text not null, "at" bigint not null, "mac" text, constraint "budget_sums_key" primary key ("budget", "span"));
-- format 6
alter table "transactions" add column "tenant" text;
alter table "transactions" add column "source" text;
alter table "transactions" add column "kind" text;
alter table "transactions" add column "delivery" text;
alter table "transactions" add column "idempotency_key" text;
alter table "transactions" add column "idempotency_digest" text;
alter table "transactions" add column "reference" text;
alter table "transactions" add column "owner_tag" text;
alter table "transactions" add column "initiator" text;
alter table "transactions" add column "expires_at" bigint;
create unique index "transactions_by_key" on "transactions" ("tenant", "idempotency_key") where "idempotency_key" is not null;
create index "transactions_by_tenant" on "transactions" ("tenant", "created_at") where "tenant" is not null;
create index "transactions_by_reference" on "transactions" ("tenant", "reference") where "reference" is not null;
create index "transactions_waiting" on "transactions" ("chain", "network", "next_attempt_at", "created_at") where source is not null and state in ('claimed', 'held');
create index "transactions_expiring" on "transactions" ("expires_at") where expires_at is not null and state in ('claimed', 'held');
create table "tenants" ("id" text primary key, "created_at" bigint not null);
create table "tokens" ("id" text primary key, "tenant" text not null, "facts" text not null, "hash" text not null, "revoked_at" bigint, "mac" text not null, "last_used_at" bigint);
create index "tokens_of_tenant" on "tokens" ("tenant", "id");
alter table "wallets" add column "tenant" text default 'default' not null;
alter table "wallets" add column "address_digest" blob;
alter table "wallets" add column "owner_digest" blob;
alter table "wallets" add column "label_digest" blob;
alter table "wallets" add column "slot_digest" blob;
drop index "wallets_by_chain";
create index "wallets_by_tenant_chain" on "wallets" ("tenant", "network", "chain", "signature_id");
create index "wallets_by_tenant" on "wallets" ("tenant", "signature_id");
create index "wallets_by_address" on "wallets" ("address_digest", "signature_id") where "address_digest" is not null;
create index "wallets_by_owner" on "wallets" ("owner_digest", "signature_id") where "owner_digest" is not null;
create index "wallets_by_label" on "wallets" ("label_digest", "signature_id") where "label_digest" is not null;
create unique index "wallets_by_slot" on "wallets" ("slot_digest") where "slot_digest" is not null;
create index "wallets_without_lookup" on "wallets" ("signature_id") where "address_digest" is null;
create table "owners" ("digest" blob not null primary key, "tenant" text not null, "created_at" bigint not null, "box" blob not null);
create index "owners_by_tenant" on "owners" ("tenant", "digest");
create table "wallet_addresses" ("signature_id" text not null, "child" bigint not null, "digest" blob, "box" blob, constraint "wallet_addresses_key" primary key ("signature_id", "child"));
create index "wallet_addresses_by_digest" on "wallet_addresses" ("digest") where "digest" is not null;
alter table "transaction_events" add column "seq" bigint;
alter table "transaction_events" add column "feed" text;
create table "notices" ("id" text not null primary key, "at" bigint not null, "type" text not null, "tenant" text not null, "network" text not null, "data" text not null, "mac" text, "seq" bigint, "feed" text);
create index "transaction_events_by_feed" on "transaction_events" ("feed", "seq") where seq > 0;
create index "transaction_events_unnumbered" on "transaction_events" ("at") where seq = 0;
create index "notices_by_feed" on "notices" ("feed", "seq") where seq > 0;
create index "notices_unnumbered" on "notices" ("at") where seq = 0;
create table "webhooks" ("id" text not null primary key, "tenant" text not null, "network" text not null, "url" text not null, "types" text, "salt" text not null, "state" text not null, "created_at" bigint not null, "mac" text);
create table "deliveries" ("webhook" text not null, "seq" bigint not null, "state" text not null, "attempts" integer not null, "next_at" bigint not null, "answer" text, constraint "deliveries_key" primary key ("webhook", "seq"));
create index "deliveries_due" on "deliveries" ("webhook", "state", "next_at");
create table "sender_leases" ("name" text not null primary key, "owner" text not null, "expires_at" bigint not null);
alter table "transactions" add column "user_tag" text;
create table "tenant_settings" ("tenant" text primary key, "facts" text not null, "mac" text not null);
create table "user_tickets" ("hash" text primary key, "kind" text not null, "tenant" text not null, "owner" blob not null, "expires_at" bigint not null, "mac" text not null);
create index "user_tickets_of_owner" on "user_tickets" ("owner");
create index "user_tickets_by_end" on "user_tickets" ("expires_at");
-- format 7
create table "budget_names" ("budget" text primary key);
INSERT INTO budget_names (budget)
    SELECT budget FROM budget_sums UNION SELECT budget FROM budget_reservations;
drop table "budget_reservations";
create table "budget_reservations" ("transaction_id" text not null, "attempt" text not null, "charges" text not null, "mac" text, constraint "budget_reservations_by_making" primary key ("transaction_id", "attempt"));
