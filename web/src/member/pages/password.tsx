import { Password } from '../../common/account/password.tsx';
import { call } from '../../common/api/client.ts';
import { useTranslator } from '../../common/i18n/language.tsx';
import { useApp } from '../state/application.tsx';

export function PasswordPage() {
  const { t } = useTranslator();
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
