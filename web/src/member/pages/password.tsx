import { Password } from '../../common/account/password.tsx';
import { call } from '../../common/api/client.ts';
import { useWords } from '../i18n/words.ts';
import { useApp } from '../state/application.tsx';

export function PasswordPage() {
  const { t } = useWords();
  const { portal, closeSession } = useApp();
  return (
    <Password
      request={(email) => call('post', '/password-reset', { body: { email } })}
      nothingCame={t('reset.sent_nothing', { business: portal.name })}
      save={(token, password) => call('post', '/password', { body: { token, password } })}
      onDone={() => closeSession({ key: 'reset.done' })}
    />
  );
}
