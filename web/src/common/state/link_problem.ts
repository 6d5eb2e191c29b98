import { hasCode, type Failure } from '../api/failure.ts';
import type { MessageKey } from '../i18n/catalogues.ts';

// What can be wrong with the link of a message, in words, and the ways on that help.
export interface LinkProblem {
  readonly title: MessageKey;
  readonly text: MessageKey;
  readonly ways: readonly ('sign_in' | 'new_link' | 'resend')[];
  // Masked: where a new link would go.
  readonly sentTo?: string | null;
}

// For a form behind a link: nothing that could be typed would help any more, so that it gives way to the reason.
export function giveWay(problem: LinkProblem | null, failure: Failure, onRefused: (failure: Failure) => void): 'handled' | null {
  if (problem === null) return null;
  onRefused(failure);
  return 'handled';
}

export const noInvitation: LinkProblem = { title: 'link.incomplete', text: 'activate.no_token_text', ways: ['sign_in'] };
export const noConfirmation: LinkProblem = { title: 'link.incomplete', text: 'confirm.no_token_text', ways: [] };

export function problemWithInvitation(failure: Failure | null): LinkProblem | null {
  if (hasCode(failure, 'token_unknown')) return { title: 'link.unknown', text: 'activate.unknown_text', ways: ['sign_in'] };
  if (hasCode(failure, 'activation_used')) return { title: 'link.used', text: 'activate.used_text', ways: ['sign_in'] };
  if (hasCode(failure, 'activation_expired')) return expiredInvitation(failure);
  if (hasCode(failure, 'activation_replaced')) return { title: 'link.replaced', text: 'activate.replaced_text', ways: [] };
  if (hasCode(failure, 'activation_cancelled')) return { title: 'activate.cancelled', text: 'activate.cancelled_text', ways: [] };
  return null;
}

function expiredInvitation(failure: Failure | null): LinkProblem {
  const sentTo = failure?.kind === 'problem' ? failure.sentTo : null;
  return { title: 'link.expired', text: sentTo === null ? 'activate.expired_text' : 'activate.expired_text_to', ways: ['resend'], sentTo };
}

export function problemWithReset(failure: Failure | null): LinkProblem | null {
  if (hasCode(failure, 'token_unknown')) return { title: 'link.unknown', text: 'reset.unknown_text', ways: ['new_link'] };
  if (hasCode(failure, 'link_used')) return { title: 'link.used', text: 'reset.used_text', ways: ['sign_in', 'new_link'] };
  if (hasCode(failure, 'link_expired')) return { title: 'link.expired', text: 'reset.expired_text', ways: ['new_link'] };
  if (hasCode(failure, 'link_replaced')) return { title: 'link.replaced', text: 'reset.replaced_text', ways: ['new_link'] };
  return null;
}

export function problemWithConfirmation(failure: Failure | null): LinkProblem | null {
  if (hasCode(failure, 'token_unknown')) return { title: 'link.unknown', text: 'confirm.unknown_text', ways: [] };
  if (hasCode(failure, 'link_used')) return { title: 'link.used', text: 'confirm.used_text', ways: ['sign_in'] };
  if (hasCode(failure, 'link_expired')) return { title: 'link.expired', text: 'confirm.expired_text', ways: [] };
  if (hasCode(failure, 'link_replaced')) return { title: 'link.replaced', text: 'confirm.replaced_text', ways: [] };
  if (hasCode(failure, 'conflict')) return { title: 'confirm.taken', text: 'confirm.taken_text', ways: [] };
  return null;
}
