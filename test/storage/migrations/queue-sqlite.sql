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
