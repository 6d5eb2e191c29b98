import { hasCode, type Failure } from '../../common/api/failure.ts';
import type { MessageKey } from '../../common/i18n/catalogues.ts';

// What can be wrong with an invitation's link, in words, and whether signing in helps.
export interface LinkProblem {
  title: MessageKey;
  text: MessageKey;
  signIn: boolean;
}

export const noToken: LinkProblem = { title: 'activate.no_token', text: 'activate.no_token_text', signIn: true };

export function problemWithLink(failure: Failure | null): LinkProblem | null {
  if (hasCode(failure, 'token_unknown')) return { title: 'activate.unknown', text: 'activate.unknown_text', signIn: true };
  if (hasCode(failure, 'activation_used')) return { title: 'activate.used', text: 'activate.used_text', signIn: true };
  if (hasCode(failure, 'activation_expired')) return { title: 'activate.expired', text: 'activate.expired_text', signIn: false };
  if (hasCode(failure, 'activation_replaced')) return { title: 'activate.replaced', text: 'activate.replaced_text', signIn: false };
  if (hasCode(failure, 'activation_cancelled')) {
    return { title: 'activate.cancelled', text: 'activate.cancelled_text', signIn: false };
  }
  return null;
}
