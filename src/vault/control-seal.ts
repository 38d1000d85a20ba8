import { CustosError } from '../core/errors.js';
import type { DocumentKind, SealedDocument } from '../core/store/sealed-document.js';
import { deriveKey, joinUnambiguously, open, seal } from '../crypto/seal.js';
import { viewKey } from './vault.js';

/** Opens documents of control. */
export interface ControlView {
  /** @throws CustosError RECORD_DAMAGED: changed, of another kind, version or store, or sealed under another key */
  open(kind: DocumentKind, sealed: SealedDocument): string;
  /** Ends it. */
  wipe(): void;
}

/** Seals and opens the documents of control of one store. */
export interface ControlSeal extends ControlView {
  seal(kind: DocumentKind, version: number, content: string): SealedDocument;
}

/**
 * For whoever has the root key. A document is sealed twice: under a key that only the root key gives, which decides, and under
 * one for the front, which has the view key alone and could seal that copy itself.
 */
export function controlSeal(rootKey: Uint8Array, storeId: string): ControlSeal {
  const key = deriveKey(rootKey, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/control'));
  const view = viewKey(rootKey, storeId);
  const copyKey = copyKeyOf(view, storeId);
  view.fill(0);
  return {
    seal(kind, version, content) {
      const plaintext = Buffer.from(content, 'utf8');
      return {
        version,
        box: seal(key, plaintext, contextOf(kind, storeId, version)),
        viewBox: seal(copyKey, plaintext, contextOf(`${kind}-copy`, storeId, version)),
      };
    },
    open: (kind, { version, box }) => opened(open(key, box, contextOf(kind, storeId, version)), kind, version),
    wipe() {
      key.fill(0);
      copyKey.fill(0);
    },
  };
}

/** For the front. @param view - the key of the public halves, 32 bytes */
export function controlView(view: Uint8Array, storeId: string): ControlView {
  const key = copyKeyOf(view, storeId);
  return {
    open: (kind, { version, viewBox }) =>
      opened(open(key, viewBox, contextOf(`${kind}-copy`, storeId, version)), kind, version),
    wipe: () => void key.fill(0),
  };
}

function copyKeyOf(view: Uint8Array, storeId: string): Uint8Array {
  return deriveKey(view, Buffer.from(storeId, 'hex'), Buffer.from('custos/v1/control-view'));
}

function contextOf(what: DocumentKind | `${DocumentKind}-copy`, storeId: string, version: number): Uint8Array {
  return joinUnambiguously([`custos/${what}`, storeId, String(version)]);
}

function opened(content: Uint8Array | undefined, kind: DocumentKind, version: number): string {
  if (content !== undefined) return Buffer.from(content).toString('utf8');
  throw new CustosError('RECORD_DAMAGED', `version ${version} of the ${kind} does not open`);
}
