import { describeFailure } from '../../common/api/failure.ts';
import { formatNumber } from '../../common/formats.ts';
import { useWords } from '../i18n/words.ts';
import type { JobsQuery } from '../jobs/query.ts';
import { mostJobs, useDownload } from '../jobs/use_download.ts';
import { useApp } from '../state/application.tsx';

// Below a list: all of it as a table, also what is not shown yet (C10).
export function JobDownload({ query }: { query: JobsQuery }) {
  const translator = useWords();
  const { t, locale } = translator;
  const { portal } = useApp();
  const { coming, failure, cut, start, stop } = useDownload(query);
  const isComing = coming !== null;
  // One button for both, so that the focus stays where it is.
  return (
    <div class="job-download">
      <button type="button" class="button button-quiet" onClick={() => (isComing ? stop() : void start())}>
        {isComing ? t('jobs.download_stop') : t('jobs.download')}
      </button>
      {isComing && <p class="muted">{t('jobs.downloading', { count: coming })}</p>}
      {failure !== null && (
        <p class="field-error" role="alert">
          {describeFailure(failure, translator, portal.name)}
        </p>
      )}
      {cut && <p class="muted">{t('jobs.download_cut', { most: formatNumber(mostJobs, locale) })}</p>}
    </div>
  );
}
