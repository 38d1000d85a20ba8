import { checkFourEyeUrl, createApprover } from '../../cloud/four-eye-client.js';
import type { Clock } from '../../core/clock.js';
import { type Log, tell } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import type { Judge } from '../../core/signing/judge.js';
import { fourEyeJudge } from '../../policy/four-eye.js';
import type { Config } from '../config/config.js';
import { GET_REMEDY, GET_RISK } from '../config/four-eye.js';
import { proxiesOf, readHeaders } from '../network/way-out.js';
import { readSecretFile } from './secret-file.js';

/** The parts of the four-eye judge. */
export interface JudgeParts {
  readonly config: Pick<Config, 'network' | 'daemon' | 'secrets' | 'proxies'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The four-eye service as a judge, if one is configured. @throws CustosError URL_INVALID, URL_INSECURE, CONFIG_INVALID */
export async function makeFourEye({ config, clock, log }: JudgeParts): Promise<Judge | undefined> {
  const { externalUrl, externalUrlMethod, acceptsGet, unsignedAnswers, fourEyeHeaderFile } = config.daemon;
  if (externalUrl === undefined) return undefined;
  checkFourEyeUrl(externalUrl, config.network);
  if (externalUrlMethod === 'GET' && !acceptsGet) {
    tell(log, 'four-eye-by-get', { risk: GET_RISK, remedy: GET_REMEDY });
  }
  const secret = await fourEyeSecret(config, log);
  const approver = createApprover({
    url: externalUrl,
    method: externalUrlMethod,
    network: config.network,
    clock,
    proxies: proxiesOf(config.proxies),
    extra: readHeaders(fourEyeHeaderFile),
    ...(secret && { secret }),
  });
  const mustSign = secret !== undefined && !unsignedAnswers;
  return fourEyeJudge(approver, { method: externalUrlMethod, clock, ...(mustSign && { secret }) });
}

/** From the file that `--four-eye-secret` names, or from CUSTOS_FOUR_EYE_SECRET itself. */
async function fourEyeSecret({ daemon, secrets }: JudgeParts['config'], log: Log): Promise<Secret | undefined> {
  const file = daemon.fourEyeSecretFile;
  if (file === undefined) return secrets.copy('fourEyeSecret');
  const { secret, isOpenToOthers } = await readSecretFile(file, 'four-eye secret');
  if (isOpenToOthers) tell(log, 'four-eye-secret-open', { file });
  return secret;
}
