import { randomUUID } from 'node:crypto';
import { requireRoom } from '../../core/events/receivers.js';
import { isEventType } from '../../core/events/types.js';
import type { Webhook, WebhookTable } from '../../core/events/webhooks.js';
import { parseTenantId } from '../../core/ids.js';
import { compiledQuery } from '../compiled-query.js';
import type { Database } from '../database.js';
import { type JournalSeal, sealOf, useSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { dueOf, handOut, makeDue, newest, noteStep } from './deliveries.js';
import { type Numbered, numberRows, type Tables } from './number.js';
import { replaySome } from './replay.js';
import { subscriptionOf, subscriptionWords } from './subscription-words.js';
import { tidyNext } from './tidy.js';
import { noteEvent, noting, type Written } from './written.js';

type Row = StoreTables['webhooks'];

/** Name of the lease of the process that sends. */
const SENDER = 'webhooks';

/** It is asked after every event. */
const selectWebhooks = compiledQuery((db: Tables) => db.selectFrom('webhooks').selectAll().orderBy('id'));

/** Webhooks and their deliveries on a database. */
export function webhookTable(
  database: Database<StoreTables>,
  { seal, written }: { readonly seal: JournalSeal; readonly written: Written },
): WebhookTable {
  const isShared = database.dialect === 'postgres';
  const read = <R>(work: (db: Tables) => Promise<R>) =>
    database.read((db) => {
      useSeal(db, seal);
      return work(db);
    });
  const alone = { alone: isShared };
  const change = async (
    db: Tables,
    { tenant, id }: Pick<Webhook, 'tenant' | 'id'>,
    next: (one: Webhook) => Webhook,
  ) => {
    useSeal(db, seal);
    const query = db.selectFrom('webhooks').selectAll().where('id', '=', id);
    const row = await query.$if(isShared, (one) => one.forUpdate()).executeTakeFirst();
    const found = row === undefined ? undefined : webhookOf(db, row).find((one) => one.tenant === tenant);
    if (found === undefined) return undefined;
    const changed = next(found);
    const { id: _id, ...columns } = rowOf(changed, seal);
    await db.updateTable('webhooks').set(columns).where('id', '=', id).execute();
    return changed;
  };
  return {
    add: (webhook) =>
      database.write(async (db) => {
        // What happened before it is for the others alone.
        while (!(await numberAndHandOut(db, { isShared, now: webhook.createdAt })).isWhole);
        await insertWebhook(db, webhook, seal);
      }, alone),
    all: (feed) =>
      read(async (db) =>
        (await selectWebhooks(db, {})).rows
          .flatMap((row) => webhookOf(db, row))
          .filter((one) => feed === undefined || (one.tenant === feed.tenant && one.network === feed.network)),
      ),
    get: (tenant, id) =>
      read(async (db) => {
        const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : webhookOf(db, row).find((one) => one.tenant === tenant);
      }),
    change: (tenant, id, next) => database.write((db) => change(db, { tenant, id }, next)),
    remove: (tenant, id) =>
      database.write(async (db) => {
        const one = db.deleteFrom('webhooks').where('id', '=', id).where('tenant', '=', tenant);
        return (await one.executeTakeFirst()).numDeletedRows > 0n;
      }),
    async disable(webhook, reason) {
      const { notes } = await database.write((db) =>
        noting(db, async () => {
          const disabled = await change(db, webhook, (one) => ({ ...one, isEnabled: false }));
          if (disabled !== undefined) await addNotice(db, disabled, { reason, seal });
        }),
      );
      if (notes !== undefined) written.tell(notes);
    },
    deliveries: (webhook, limit) => read((db) => newest(db, webhook, limit)),
    due: (webhook, wanted) => read((db) => dueOf(db, webhook, wanted)),
    note: (step) => database.write((db) => noteStep(db, step)),
    again: (webhook, seq, now) => database.write((db) => makeDue(db, webhook, { seq, now })),
    replay: (webhook, from) => database.write((db) => replaySome(db, webhook, from)),
    tidy: (after, old) => database.write((db) => tidyNext(db, after, old)),
    lease: (owner, now, until) => database.write((db) => takeLease(db, { owner, now, until })),
  };
}

/** By one writer at a time. @throws CustosError WEBHOOK_LIMIT */
export async function insertWebhook(db: Tables, webhook: Webhook, seal: JournalSeal): Promise<void> {
  const { tenant, network } = webhook;
  await db.insertInto('webhooks').values(rowOf(webhook, seal)).execute();
  const own = db.selectFrom('webhooks').where('tenant', '=', tenant).where('network', '=', network);
  const { count } = await own.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow();
  requireRoom(Number(count));
}

async function addNotice(
  db: Tables,
  { id, tenant, network, url }: Webhook,
  { reason, seal }: { readonly reason: string; readonly seal: JournalSeal },
): Promise<void> {
  const data = JSON.stringify({ webhook: id, url, reason });
  const notice = { id: `evt_${randomUUID()}`, at: Date.now(), type: 'webhook.disabled', tenant, network, data };
  await db
    .insertInto('notices')
    .values({ ...notice, mac: seal.of('notices', notice), seq: 0, feed: null })
    .execute();
  noteEvent(db);
}

async function takeLease(
  db: Tables,
  { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  const mine = { name: SENDER, owner, expires_at: until };
  const made = await db
    .insertInto('sender_leases')
    .values(mine)
    .onConflict((met) => met.doNothing())
    .executeTakeFirst();
  if (made.numInsertedOrUpdatedRows === 1n) return true;
  const { numUpdatedRows } = await db
    .updateTable('sender_leases')
    .set({ owner, expires_at: until })
    .where('name', '=', SENDER)
    // An end that is further ahead than any lease was written by a clock that was set back since.
    .where((row) =>
      row.or([row('owner', '=', owner), row('expires_at', '<=', now), row('expires_at', '>', now + 600_000)]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Gives numbers to events, and hands these to the webhooks that want them, in one database transaction. */
export async function numberAndHandOut(
  db: Tables,
  { isShared, now }: { readonly isShared: boolean; readonly now: number },
): Promise<Pick<Numbered, 'head' | 'isWhole'>> {
  const { head, rows, isWhole } = await numberRows(db, isShared);
  if (rows.length > 0) await handOut(db, rows, now);
  return { head, isWhole };
}

export function rowOf(webhook: Webhook, seal: JournalSeal): Row {
  const { id, tenant, network, url, types, subscription, salt, isEnabled, createdAt } = webhook;
  const word = subscription && subscriptionWords[subscription];
  const row = {
    ...{ id, tenant, network, url, salt, created_at: createdAt },
    types: word ?? types?.join(' ') ?? null,
    state: isEnabled ? 'enabled' : 'disabled',
  };
  return { ...row, mac: seal.of('webhooks', row) };
}

/** Nothing for a row that somebody wrote who has no key of the store. */
export function webhookOf(db: Tables, row: Row): Webhook[] {
  const { network } = row;
  if (!sealOf(db).isSound('webhooks', row) || (network !== 'mainnet' && network !== 'testnet')) return [];
  const types = row.types?.split(' ').filter(isEventType);
  const subscription = subscriptionOf(row.types);
  return [
    {
      ...{ id: row.id, tenant: parseTenantId(row.tenant), network, url: row.url, salt: row.salt },
      ...(types !== undefined && { types }),
      ...(subscription && { subscription }),
      isEnabled: row.state === 'enabled',
      createdAt: Number(row.created_at),
    },
  ];
}
