import type { State } from '../store/journal.js';

/** What applications hear of, in the order in which documents show it. */
export const eventTypes = {
  'transaction.accepted': 'Custos took it over, or found it at a cloud',
  'transaction.held': 'it waits for approvals, or for a person',
  'transaction.signed': 'the signed bytes are recorded',
  'transaction.broadcast': 'the network accepted it',
  'transaction.completed':
    'it is in the chain as deep as is asked for; or the signed bytes are there for whoever asked',
  'transaction.denied': 'a policy or a person said no',
  'transaction.failed': 'it ended without effect',
  'transaction.cancelled': 'it was ended before it took effect',
  'transaction.resumed': 'it goes on: a person retried it, or its bytes were proved dead and new ones are made',
  'webhook.test': 'somebody tries a webhook; only that webhook gets it, once',
  'webhook.disabled': 'a webhook gets no more events, because its receiver refused them for too long',
} as const;

export type EventType = keyof typeof eventTypes;

export const allEventTypes = Object.keys(eventTypes) as readonly EventType[];

export function isEventType(text: string): text is EventType {
  return Object.hasOwn(eventTypes, text);
}

/** What a line of a transaction's story tells applications: the state that it brings. */
interface PublicEvent {
  readonly type: EventType;
  readonly state: State;
}

const published: Readonly<Partial<Record<string, PublicEvent>>> = {
  claimed: { type: 'transaction.accepted', state: 'claimed' },
  accepted: { type: 'transaction.accepted', state: 'claimed' },
  held: { type: 'transaction.held', state: 'held' },
  signed: { type: 'transaction.signed', state: 'signed' },
  broadcast: { type: 'transaction.broadcast', state: 'broadcast' },
  'found closed at the cloud': { type: 'transaction.broadcast', state: 'broadcast' },
  completed: { type: 'transaction.completed', state: 'completed' },
  'handed out': { type: 'transaction.completed', state: 'completed' },
  denied: { type: 'transaction.denied', state: 'denied' },
  failed: { type: 'transaction.failed', state: 'failed' },
  released: { type: 'transaction.failed', state: 'failed' },
  cancelled: { type: 'transaction.cancelled', state: 'cancelled' },
  'withdrawn by the application': { type: 'transaction.cancelled', state: 'cancelled' },
  expired: { type: 'transaction.resumed', state: 'claimed' },
  retried: { type: 'transaction.resumed', state: 'claimed' },
};

/** @returns undefined for a line that applications do not hear of */
export function publicEvent(line: string): PublicEvent | undefined {
  return Object.hasOwn(published, line) ? published[line] : undefined;
}

/** The lines of stories that tell of an event of these types. */
export function linesOf(types: readonly EventType[]): readonly string[] {
  return Object.keys(published).filter((line) => types.some((type) => published[line]?.type === type));
}

/** What the documented API of a gateway tells an application: its transactions that are completed, or those that failed. */
export type SubscriptionKind = 'completed' | 'failed';

/** Events that such a message may tell of. Which transactions it tells of depends on more than that. */
export const subscriptionEvents: Readonly<Record<SubscriptionKind, readonly EventType[]>> = {
  completed: ['transaction.completed'],
  // A request whose time is over is cancelled without anybody who asked for it.
  failed: ['transaction.failed', 'transaction.denied', 'transaction.cancelled'],
};
