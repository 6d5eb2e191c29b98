import { PageHeading } from '../../common/parts/heading.tsx';
import { StatePanel } from '../../common/parts/states.tsx';
import { useRequestWords } from '../i18n/requests.ts';
import { pageTitle } from '../pages/title.ts';
import { useApp, useSession } from '../state/application.tsx';

export function NoRequests() {
  const { t } = useRequestWords();
  const { portal } = useApp();
  return (
    <>
      <PageHeading title={pageTitle(t('requests.title'), portal.name)}>{t('requests.title')}</PageHeading>
      <NoRequestsText />
    </>
  );
}

export function NoRequestsText() {
  const { t } = useRequestWords();
  const { portal } = useApp();
  const client = useSession().membership.client.name;
  return <StatePanel icon="lock" title={t('requests.no_access')} text={t('requests.no_access_text', { business: portal.name, client })} />;
}
