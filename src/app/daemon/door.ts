import type { Carrier } from '../../core/network/intake.js';
import type { Store } from '../../core/store/store.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import type { LaneStates } from '../overview/lanes.js';

/** A door of a daemon while it is open. */
export interface Door {
  close(): Promise<void>;
}

/** What a door gets of a daemon. */
export interface DoorParts {
  readonly store: Store;
  readonly lifecycle: LifecycleParts;
  /** How this daemon reaches its chains. */
  readonly lanes: LaneStates;
  /** Carries what the door accepts. */
  readonly carrier: Carrier;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  /** Authenticates the journal, 32 bytes. */
  readonly journalKey: Uint8Array;
}

interface Work<T> {
  /** The door closes with it, while the work ends what it has begun. */
  readonly signal: AbortSignal;
  run(): Promise<T>;
}

/** Works with a door open, if there is one, and closes it in the end. */
export async function withDoor<T>(
  open: ((parts: DoorParts) => Promise<Door>) | undefined,
  parts: DoorParts,
  { signal, run }: Work<T>,
): Promise<T> {
  const door = await open?.(parts);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= door?.close();
    // Whoever waits for it below gets the error.
    closed?.catch(() => undefined);
  };
  signal.addEventListener('abort', close);
  try {
    if (signal.aborted) close();
    return await run();
  } finally {
    signal.removeEventListener('abort', close);
    close();
    await closed;
  }
}
