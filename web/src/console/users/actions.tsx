import { hasCode, type Failure } from '../../common/api/failure.ts';
import { lazyPage } from '../../common/parts/lazy_page.tsx';
import { cancelInvitation, memberName, removeMember, resend, resetMemberPassword, type Member } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { useApp } from '../state/application.tsx';
import { EditMember } from './edit_member.tsx';
import { SendConfirmation } from './send_confirmation.tsx';

const ViewAs = lazyPage(async () => (await import('./view_as.tsx')).ViewAs);

export type Act = 'resend' | 'cancel' | 'remove' | 'edit' | 'password' | 'confirmation' | 'view';

interface ActionProperties {
  act: Act;
  member: Member;
  onClose: () => void;
  reload: () => void;
}

// What can be done with one person: each asks once, says what will happen, and names the person.
export function MemberAction({ act, member, onClose, reload }: ActionProperties) {
  const { t } = useWords();
  const { setNotice } = useApp();
  const name = memberName(member);
  const values = { name, client: member.client.name };
  const address = (member.channel === 'sms' ? member.phone : member.email) ?? member.phone ?? '';
  const say = (key: 'member.resent' | 'member.cancelled' | 'member.removed' | 'member.saved' | 'member.password_sent') => {
    setNotice({ key, values: { ...values, address } });
    reload();
  };
  // Somebody else was quicker, or the person was: the list tells.
  const settled = (failure: Failure) => {
    if (!hasCode(failure, 'not_found', 'conflict', 'already_member')) return false;
    reload();
    return true;
  };
  switch (act) {
    case 'edit':
      return (
        <EditMember
          member={member}
          onClose={onClose}
          onChanged={() => {
            onClose();
            say('member.saved');
          }}
        />
      );
    case 'confirmation':
      return (
        <SendConfirmation
          member={member}
          onClose={onClose}
          onOver={reload}
          onSent={({ pending_email: waiting }) => {
            onClose();
            setNotice({ key: 'member.confirmation_sent', values: { address: waiting ?? '' } });
            reload();
          }}
        />
      );
    case 'view':
      return <ViewAs member={member} onClose={onClose} />;
    case 'resend':
      return (
        <Confirm
          title={t('member.resend_title', values)}
          text={t('member.resend_text', { address })}
          confirm={t('staff.resend')}
          confirming={t('staff.resending')}
          danger={false}
          request={() => resend(member.id)}
          done={() => say('member.resent')}
          settled={settled}
          onClose={onClose}
        />
      );
    case 'cancel':
      return (
        <Confirm
          title={t('member.cancel_title', values)}
          text={t('member.cancel_text')}
          confirm={t('member.cancel')}
          confirming={t('member.cancelling')}
          request={() => cancelInvitation(member.id)}
          done={() => say('member.cancelled')}
          settled={settled}
          onClose={onClose}
        />
      );
    case 'remove':
      return (
        <Confirm
          title={t('member.remove_title', values)}
          text={t('member.remove_text', values)}
          confirm={t('staff.remove')}
          confirming={t('staff.removing')}
          request={() => removeMember(member.id)}
          done={() => say('member.removed')}
          settled={settled}
          onClose={onClose}
        />
      );
    case 'password':
      return (
        <Confirm
          title={t('member.password_title', values)}
          text={t('member.password_text', { address: member.email ?? '' })}
          confirm={t('member.password_submit')}
          confirming={t('staff.resending')}
          danger={false}
          request={() => resetMemberPassword(member.id)}
          done={() => say('member.password_sent')}
          settled={settled}
          onClose={onClose}
        />
      );
  }
}
