import { randomUUID } from 'node:crypto';
import { type EventType, isEventType, publicEvent } from '../../core/events/types.js';
import type { Delivery, DeliveryState, Webhook, WebhookTable } from '../../core/events/webhooks.js';
import { parseTenantId } from '../../core/ids.js';
import { chunks } from '../../core/pages.js';
import type { Database } from '../database.js';
import { type JournalSeal, sealOf, useSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { feedName, type Numbered, type NumberedRow, numberRows, type Tables } from './number.js';
import { eventsAt } from './page.js';
import { noteEvent, type Written } from './written.js';

type Row = StoreTables['webhooks'];

/** Name of the lease of the process that sends. */
const SENDER = 'webhooks';

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
        await db.insertInto('webhooks').values(rowOf(webhook, seal)).execute();
      }, alone),
    all: (feed) =>
      read(async (db) =>
        (await db.selectFrom('webhooks').selectAll().orderBy('id').execute())
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
        const done = await db
          .deleteFrom('webhooks')
          .where('id', '=', id)
          .where('tenant', '=', tenant)
          .executeTakeFirst();
        if (done.numDeletedRows === 0n) return false;
        await db.deleteFrom('deliveries').where('webhook', '=', id).execute();
        return true;
      }),
    async disable(webhook, reason) {
      const used = await database.write(async (db) => {
        const disabled = await change(db, webhook, (one) => ({ ...one, isEnabled: false }));
        if (disabled !== undefined) await addNotice(db, disabled, { reason, seal });
        return db;
      });
      written.tell(used);
    },
    deliveries: (webhook, limit) =>
      read(async (db) =>
        (
          await db
            .selectFrom('deliveries')
            .selectAll()
            .where('webhook', '=', webhook)
            .orderBy('seq', 'desc')
            .limit(limit)
            .execute()
        ).map(deliveryOf),
      ),
    due: (webhook, now, limit) => read((db) => dueOf(db, webhook, { now, limit })),
    note: ({ webhook, seq, state, attempts, nextAt, answer }) =>
      database.write(async (db) => {
        const change = { state, attempts, next_at: nextAt, answer };
        await db.updateTable('deliveries').set(change).where('webhook', '=', webhook).where('seq', '=', seq).execute();
      }),
    again: (webhook, seq, now) =>
      database.write(async (db) => {
        const change = { state: 'waiting', attempts: 0, next_at: now };
        const update = db.updateTable('deliveries').set(change).where('webhook', '=', webhook).where('seq', '=', seq);
        return (await update.executeTakeFirst()).numUpdatedRows === 1n;
      }),
    lease: (owner, now, until) => database.write((db) => takeLease(db, { owner, now, until })),
  };
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

async function dueOf(db: Tables, webhook: Webhook, { now, limit }: { readonly now: number; readonly limit: number }) {
  const rows = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('webhook', '=', webhook.id)
    .where('state', '=', 'waiting')
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('seq')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  const events = await eventsAt(db, { ...webhook, seqs: rows.map(({ seq }) => Number(seq)) });
  return rows.map(deliveryOf).map((one) => ({ ...one, event: events.find(({ seq }) => seq === one.seq) }));
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

async function handOut(db: Tables, rows: readonly NumberedRow[], now: number): Promise<void> {
  const webhooks = await db.selectFrom('webhooks').selectAll().where('state', '=', 'enabled').execute();
  if (webhooks.length === 0) return;
  const values = rows.flatMap(({ seq, feed, event }) => {
    const type = typeOf(event);
    return webhooks
      .filter((one) => feedName(one.tenant, one.network) === feed && type !== undefined && wants(one, type))
      .map(({ id }) => ({ webhook: id, seq, state: 'waiting', attempts: 0, next_at: now, answer: null }));
  });
  for (const part of chunks(values, 500)) await db.insertInto('deliveries').values(part).execute();
}

/** A line of a story, or a notice that has its type already. */
function typeOf(event: string): EventType | undefined {
  return isEventType(event) ? event : publicEvent(event)?.type;
}

function wants({ types }: Row, type: EventType): boolean {
  return types === null || types.split(' ').includes(type);
}

function rowOf(webhook: Webhook, seal: JournalSeal): Row {
  const { id, tenant, network, url, types, salt, isEnabled, createdAt } = webhook;
  const row = {
    ...{ id, tenant, network, url, salt, created_at: createdAt },
    types: types === undefined ? null : types.join(' '),
    state: isEnabled ? 'enabled' : 'disabled',
  };
  return { ...row, mac: seal.of('webhooks', row) };
}

/** Nothing for a row that somebody wrote who has no key of the store. */
function webhookOf(db: Tables, row: Row): Webhook[] {
  const { network } = row;
  if (!sealOf(db).isSound('webhooks', row) || (network !== 'mainnet' && network !== 'testnet')) return [];
  const types = row.types?.split(' ').filter(isEventType);
  return [
    {
      ...{ id: row.id, tenant: parseTenantId(row.tenant), network, url: row.url, salt: row.salt },
      ...(types !== undefined && { types }),
      isEnabled: row.state === 'enabled',
      createdAt: Number(row.created_at),
    },
  ];
}

function deliveryOf({ webhook, seq, state, attempts, next_at, answer }: StoreTables['deliveries']): Delivery {
  return {
    ...{ webhook, seq: Number(seq), attempts: Number(attempts), nextAt: Number(next_at) },
    state: state as DeliveryState,
    ...(answer !== null && { answer }),
  };
}
