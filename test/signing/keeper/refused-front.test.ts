import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.js';
import type { Signer } from '../../../src/core/signing/signer.js';
import { FrameReader, framesOf } from '../../../src/signing/keeper/frames.js';
import { serveKeeper } from '../../../src/signing/keeper/serve.js';

const storeId = 'ab'.repeat(16);
const hello = { kind: 'hello', n: 1, request: { storeId, slots: [], rules: '[]' } };
const [garbage = new Uint8Array()] = framesOf(['what no front says']);
const [greeting = new Uint8Array()] = framesOf([JSON.stringify(hello)]);

/** A keeper that was told of the door of control before the first bytes of front 1 or not, and what it did about that front. */
function keeper(door: 'control' | 'front') {
  const refused: ErrorCode[] = [];
  const answers: unknown[] = [];
  const opened: string[] = [];
  const reader = new FrameReader();
  const served = serveKeeper({
    rules: new Map(),
    storeId,
    mayCreate: true,
    makeSigner: (store): Signer => {
      opened.push(store.storeId);
      throw new Error('this test opens no store');
    },
    send: (_front, bytes) => void answers.push(...reader.push(bytes).flat()),
    refuse: (_front, code) => void refused.push(code),
  });
  if (door === 'control') served.opensControl(1);
  return { served, refused, answers, opened };
}

test.each(['control', 'front'] as const)(
  'a connection through the door of %s that was refused says nothing more, whatever was on its way',
  async (door) => {
    const { served, refused, answers, opened } = keeper(door);
    served.received(1, garbage);
    for (const bytes of [garbage, greeting, garbage]) served.received(1, bytes);
    await served.close();
    expect(refused).toEqual(['SIGNER_PROTOCOL']);
    expect(answers).toEqual([{ kind: 'failed', n: 0, code: 'SIGNER_PROTOCOL' }]);
    expect(opened).toEqual([]);
  },
);
