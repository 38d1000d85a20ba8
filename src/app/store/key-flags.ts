import type { SettingsReader } from '../config/reader.js';

/** Flags of what opens a store. */
export interface KeyFlags {
  /** Programs of a new `command` slot. */
  readonly wrapCommand?: string;
  readonly unwrapCommand?: string;
  /** Shares of a recovery key: needed, and made. */
  readonly threshold?: string;
  readonly shares?: string;
  /** The recovery key comes as shares. */
  readonly fromShares: boolean;
}

const texts = ['wrapCommand', 'unwrapCommand', 'threshold', 'shares'] as const;

export function readKeyFlags(read: SettingsReader): KeyFlags {
  const given = texts.flatMap((name) => {
    const value = read.given(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), fromShares: read.isSet('fromShares') };
}
