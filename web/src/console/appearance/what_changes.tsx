import { Dialog } from '../../common/parts/dialog.tsx';
import type { VisibilityPreview } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';

interface WhatChangesProperties {
  preview: VisibilityPreview;
  onSave: () => void;
  onClose: () => void;
}

// Before a change of what clients see takes effect: how many jobs, and which fields.
export function WhatChanges({ preview, onSave, onClose }: WhatChangesProperties) {
  const { t } = useWords();
  const { jobs_shown: shown, jobs_hidden: hidden } = preview;
  const lists = [
    { title: t('visibility.templates_shown'), names: preview.templates_shown.map(({ name }) => name) },
    { title: t('visibility.templates_hidden'), names: preview.templates_hidden.map(({ name }) => name) },
    { title: t('visibility.fields_shown'), names: preview.fields_shown.map(({ label }) => label) },
    { title: t('visibility.fields_hidden'), names: preview.fields_hidden.map(({ label }) => label) },
  ].filter(({ names }) => names.length > 0);
  return (
    <Dialog title={t('visibility.title')} onClose={onClose}>
      <ul class="plain-list">
        {shown > 0 && <li>{t('visibility.jobs_shown', { count: shown })}</li>}
        {hidden > 0 && <li>{t('visibility.jobs_hidden', { count: hidden })}</li>}
        {shown === 0 && hidden === 0 && <li>{t('visibility.jobs_same')}</li>}
      </ul>
      {lists.map(({ title, names }) => (
        <div key={title}>
          <h3>{title}</h3>
          <ul class="plain-list">
            {names.map((name, index) => (
              <li key={index}>{name}</li>
            ))}
          </ul>
        </div>
      ))}
      <div class="actions">
        <button type="button" class="button button-primary button-fit" onClick={onSave}>
          {t('visibility.save')}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
