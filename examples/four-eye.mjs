#!/usr/bin/env node
// A four-eye service as a starting point. It allows transfers to known receivers that do nothing else, and signs each answer.
//   node four-eye.mjs SECRET_FILE RECEIVERS_FILE [PORT]
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [secretFile, receiversFile, port = '9000'] = process.argv.slice(2);
if (receiversFile === undefined) throw new Error('usage: node four-eye.mjs SECRET_FILE RECEIVERS_FILE [PORT]');
const secret = readFileSync(secretFile, 'utf8').trim();
const hmac = (text) => createHmac('sha256', secret).update(text).digest('hex');
const sha256 = (text) => createHash('sha256').update(text).digest();
const isEqual = (one, other) => timingSafeEqual(sha256(one), sha256(other));

/** Check your own records here: is this exact withdrawal wanted and not paid yet? */
function decide({ summary, completed, digest }) {
  // Addresses are compared in lower case: capitals are only a checksum in the Ethereum family.
  const known = readFileSync(receiversFile, 'utf8').toLowerCase().split(/\s+/);
  const { kind, to, outputs = [], opaque, hazards = [] } = summary;
  const receivers = outputs.length === 0 ? [to] : outputs.filter(({ change }) => !change).map(({ address }) => address);
  const isWhole = sha256(completed).toString('hex') === digest && !opaque && hazards.length === 0;
  return isWhole && kind === 'transfer' && receivers.every((one) => known.includes(one?.toLowerCase()))
    ? 'APPROVE'
    : 'REJECT';
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
    if (body.length > 4_000_000) return request.destroy();
  }
  const { 'x-custos-timestamp': time = '', 'x-custos-signature': signature = '' } = request.headers;
  const isOurs = isEqual(signature, hmac(`${time}.${request.method}.${request.url}.${body}`));
  if (!isOurs || !(Math.abs(Date.now() - Number(time)) < 60_000)) return response.writeHead(401).end();
  const question = JSON.parse(body);
  const [decision, now] = [decide(question), Date.now()];
  const signed = hmac(`${now}.${question.nonce}.${question.digest}.${decision}`);
  const headers = { 'content-type': 'application/json', 'x-custos-timestamp': now, 'x-custos-signature': signed };
  response.writeHead(200, headers).end(JSON.stringify({ decision }));
});
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});
