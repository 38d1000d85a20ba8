-- format 1
create table "pending_transactions" ("seq" integer primary key, "id" text not null unique, "chain" text not null, "network" text not null, "hashes" text not null, "key_index" integer, "serialized" text not null, "state" text not null, "tx_id" text, "created_at" bigint not null);
create index "pending_transactions_by_chain" on "pending_transactions" ("state", "chain", "network", "seq");
create table "pending_hashes" ("signature_id" text not null, "chain" text not null, "network" text not null, "seq" integer not null, constraint "pending_hashes_key" primary key ("signature_id", "seq"));
create index "pending_hashes_by_seq" on "pending_hashes" ("seq");
create table "reported_errors" ("pending_id" text not null, "place" integer not null, "at" bigint not null, "error" text not null, constraint "reported_errors_key" primary key ("pending_id", "place"));
create table "idempotency_keys" ("key" text primary key, "digest" text not null, "pending_id" text not null);
-- format 2
alter table "pending_transactions" add column "signatures" text;
create table "spent_outputs" ("chain" text not null, "network" text not null, "output" text not null, "seq" integer not null, constraint "spent_outputs_key" primary key ("chain", "network", "output"));
create index "spent_outputs_by_seq" on "spent_outputs" ("seq");
-- format 3
alter table "pending_transactions" add column "claimed_at" bigint;
alter table "pending_transactions" add column "failed_at" bigint;
alter table "pending_transactions" add column "closed_by" text;
-- format 4
create table "gateway_keys" ("id" text primary key, "name" text not null, "roles" text not null, "tenant" text, "hash" text not null, "created_at" bigint not null, "expires_at" bigint, "revoked_at" bigint);
alter table "pending_transactions" add column "tenant" text default 'default' not null;
alter table "idempotency_keys" rename to "former_keys";
create table "idempotency_keys" ("tenant" text not null, "key" text not null, "digest" text not null, "pending_id" text not null, constraint "idempotency_keys_of_tenant" primary key ("tenant", "key"));
insert into idempotency_keys (tenant, key, digest, pending_id)
    select 'default', key, digest, pending_id from former_keys;
drop table "former_keys";
-- format 5
create table "subscriptions" ("id" text not null primary key, "tenant" text not null, "network" text not null, "kind" text not null, "url" text not null, "state" text not null, "created_at" bigint not null, constraint "subscriptions_once" unique ("tenant", "network", "kind", "url"));
create table "subscription_secrets" ("tenant" text not null primary key, "secret" text not null);
create table "announcements" ("seq" integer primary key, "id" text not null, "kind" text not null, "at" bigint not null, "data" text not null);
create table "announcement_deliveries" ("subscription" text not null, "seq" integer not null, "state" text not null, "attempts" integer not null, "next_at" bigint not null, "answer" text, constraint "announcement_deliveries_key" primary key ("subscription", "seq"));
create index "announcement_deliveries_due" on "announcement_deliveries" ("subscription", "state", "next_at");
create index "announcement_deliveries_seq" on "announcement_deliveries" ("seq");
create table "announcement_leases" ("name" text not null primary key, "owner" text not null, "expires_at" bigint not null);
-- format 6
-- format 7
