import type { SettingsReader } from '../config/reader.js';

/** What was typed about a webhook. */
export interface WebhookFlags {
  /** Types of events. */
  readonly types?: readonly string[];
  /** Hosts that may be private and plain. */
  readonly hosts: readonly string[];
  /** A cursor of events. */
  readonly after?: string;
}

export function readWebhookFlags(read: SettingsReader): WebhookFlags {
  const [types, hosts, after] = [read.list('type'), read.list('webhookHost'), read.given('after')];
  return { ...(types && { types }), hosts: hosts ?? [], ...(after !== undefined && { after }) };
}
