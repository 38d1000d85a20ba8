// Asks for a secret as the vendor's own library does, with the credentials that its default chain finds.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const client = new SecretsManagerClient({ maxAttempts: 1 });
const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'custos/store' }));
process.stdout.write(JSON.parse(SecretString).password);
