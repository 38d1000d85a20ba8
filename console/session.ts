import { computed, signal } from '@preact/signals';
import { ask, onSessionEnd, Refusal } from './api.js';

/** A passkey of whoever is logged in. */
export interface OwnKey {
  readonly id: string;
  readonly name: string;
  /** As constitutions have it. */
  readonly key: string;
  readonly isEnacted: boolean;
}

export interface Session {
  readonly person: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly keys: readonly OwnKey[];
  /** With a password a person looks, and stops signing. */
  readonly by: 'passkey' | 'password';
  readonly expiresAt: string;
}

type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'out'; readonly wasIn: boolean }
  | { readonly kind: 'in'; readonly session: Session };

export const session = signal<State>({ kind: 'loading' });

onSessionEnd(() => {
  session.value = { kind: 'out', wasIn: session.peek().kind === 'in' };
});

/** Finds out who is logged in. What is on the screen stays until that is known. */
export async function findSession(): Promise<void> {
  try {
    session.value = { kind: 'in', session: await ask<Session>('GET', '/console/data/session') };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status !== 401) session.value = { kind: 'offline' };
  }
}

/** How often whoever may do less than they could be is looked up again, in milliseconds. */
const LOOK = 3000;

/** The admins may put a new passkey into the constitution at any time: the page then shows what it allows, without being loaded again. */
export function awaitRights(): void {
  setInterval(() => {
    const now = session.peek();
    const isWaiting = now.kind === 'in' && now.session.by === 'passkey' && ownKey.peek() === undefined;
    if (isWaiting && document.visibilityState === 'visible') void findSession();
  }, LOOK);
}

export async function logOut(): Promise<void> {
  await ask('DELETE', '/console/data/session');
  session.value = { kind: 'out', wasIn: false };
}

/** Who is logged in. */
export const personName = computed(() => (session.value.kind === 'in' ? session.value.session.person : ''));

/** The passkey with which whoever is logged in signs: one that the constitution has. */
export const ownKey = computed((): OwnKey | undefined =>
  session.value.kind === 'in' ? session.value.session.keys.find(({ isEnacted }) => isEnacted) : undefined,
);

/** Whether whoever is logged in used a password, and so decides nothing here. */
export const looksOnly = computed(() => session.value.kind === 'in' && session.value.session.by === 'password');

/** Whether whoever is logged in may do something. */
export function may(scope: string): boolean {
  const now = session.value;
  return now.kind === 'in' && now.session.scopes.includes(scope);
}
