import { expect, it } from 'vitest';
import { type ApprovalRequest, decodeRequest, readRequest, requestText } from '../../../src/app/approvals/request.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { messageContent, messageText } from '../../../src/core/chain/message-content.js';
import { parseChainId } from '../../../src/core/ids.js';

const request: ApprovalRequest = {
  store: '00'.repeat(16),
  pending: 'login-17',
  chain: parseChainId('ETH'),
  network: 'testnet',
  kind: 'message',
  completed: messageText(messageContent({ kind: 'message', text: 'I own this address' })),
  signers: [{ address: `0x${'11'.repeat(20)}` }],
  demands: [],
  names: {},
};

it('an approver on another machine decodes a message as one, and nothing else', () => {
  const chains = createRegistry();
  const read = readRequest(requestText(request));
  expect(read).toEqual(request);
  const { summary, all } = decodeRequest(chains, read);
  expect(summary.text).toContain('signs the text "I own this address"');
  expect(all.map(({ op }) => op)).toEqual(['message', 'fee']);
  const { kind: _, ...bare } = request;
  expect(() => decodeRequest(chains, bare)).toThrow(expect.objectContaining({ code: 'TRANSACTION_INVALID' }));
  expect(() => decodeRequest(chains, { ...request, kind: 'hash' })).toThrow(
    expect.objectContaining({ code: 'MESSAGE_INVALID' }),
  );
});
