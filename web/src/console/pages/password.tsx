import { Password } from '../../common/account/password.tsx';
import { requestPasswordReset, resetPassword } from '../api/staff.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

export function PasswordPage() {
  const { t } = useWords();
  const { closeSession } = useApp();
  return (
    <Password
      request={requestPasswordReset}
      nothingCame={t('reset.nothing_came')}
      save={resetPassword}
      onDone={() => closeSession({ key: 'reset.done' })}
    />
  );
}
