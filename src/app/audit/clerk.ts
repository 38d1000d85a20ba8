import { asCustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { CheckpointSigner } from '../../core/signing/checkpoint.js';
import type { AuditLog } from '../../core/store/audit.js';
import { Checkpoints } from './checkpoints.js';

/** Events after which a checkpoint is due at once. */
const EVENTS = 1_000;
/** Milliseconds after an event within which a checkpoint is due. */
const PERIOD = 1_000;

interface ClerkParts {
  readonly audit: AuditLog;
  readonly sign: CheckpointSigner['sign'];
  readonly now: () => number;
  readonly log: Log;
}

/** Has the log signed a second after something was recorded, or after 1,000 events. No step waits for it. */
export class AuditClerk {
  readonly #parts: ClerkParts;
  readonly #checkpoints: Checkpoints;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #unsigned = 0;
  #stopped = false;

  constructor(parts: ClerkParts) {
    this.#parts = parts;
    this.#checkpoints = new Checkpoints(parts.audit, parts.sign, parts.now);
    parts.audit.onAdded((count) => {
      this.#unsigned += count;
      this.#plan();
    });
  }

  /** Signs what is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#signAll();
  }

  #plan(): void {
    if (this.#stopped || this.#running !== undefined || this.#unsigned === 0) return;
    if (this.#unsigned >= EVENTS) this.#run();
    else if (this.#timer === undefined) this.#timer = setTimeout(() => this.#run(), PERIOD).unref();
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unsigned = 0;
    this.#running ??= this.#signAll().finally(() => {
      this.#running = undefined;
      this.#plan();
    });
  }

  async #signAll(): Promise<void> {
    try {
      await this.#checkpoints.signAll();
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      tell(this.#parts.log, 'audit-unsigned', { code, error: message });
    }
  }
}
