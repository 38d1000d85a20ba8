// Wraps and unwraps a key as the vendor's own library does. Arguments: the ARN, context as JSON, key in base64, what another program wrapped.
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';

const [KeyId, context, key, foreign] = process.argv.slice(2);
const EncryptionContext = JSON.parse(context);
const client = new KMSClient({ maxAttempts: 1 });
const { CiphertextBlob } = await client.send(
  new EncryptCommand({ KeyId, EncryptionContext, Plaintext: Buffer.from(key, 'base64') }),
);
const { Plaintext } = await client.send(
  new DecryptCommand({ KeyId, EncryptionContext, CiphertextBlob: Buffer.from(foreign, 'base64') }),
);
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
process.stdout.write(JSON.stringify({ wrapped: base64(CiphertextBlob), unwrapped: base64(Plaintext) }));
