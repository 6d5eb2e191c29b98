import { useState } from 'preact/hooks';
import type { Site } from '../../common/api/client.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { SearchField } from '../../common/parts/search_field.tsx';
import { useWords } from '../i18n/words.ts';
import {
  assignments,
  countFilters,
  datesAreInOrder,
  isOver,
  sorts,
  type Assignment,
  type JobsQuery,
  type Sort,
} from '../jobs/query.ts';
import { SiteChoice } from './site_choice.tsx';

// Every choice takes effect at once and goes into the address. Choices make an entry in the history; typing replaces the entry, or
// going back would undo it letter by letter.
interface JobFiltersProperties {
  query: JobsQuery;
  // Null as long as they are waited for.
  sites: readonly Site[] | null;
  onChange: (next: JobsQuery, replace: boolean) => void;
  onClear: () => void;
}

export function JobFilters({ query, sites, onChange, onClear }: JobFiltersProperties) {
  const { t } = useWords();
  const count = countFilters(query);
  // On phones the panel is folded away until it is asked for; the style sheet shows it always where there is room.
  const [open, setOpen] = useState(count > 0);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <div class="filters-row">
        <SearchField
          label={t('jobs.search')}
          placeholder={t('jobs.search_placeholder')}
          value={query.q}
          onSearch={(q) => onChange({ ...query, q }, true)}
        />
        <button
          type="button"
          class="button filters-toggle"
          aria-expanded={open}
          aria-controls="filter-panel"
          onClick={() => setOpen(!open)}
        >
          <Icon name="filter" />
          {count === 0 ? t('jobs.filters') : t('jobs.filters_active', { count })}
        </button>
      </div>
      <div id="filter-panel" class={panelClass(open, sites === null)}>
        {sites !== null && sites.length > 0 && (
          <SiteChoice
            id="site"
            label={t('jobs.site')}
            sites={sites}
            none={t('jobs.site_any')}
            value={query.site}
            onChange={(site) => onChange({ ...query, site }, false)}
          />
        )}
        <DateField id="from" label={t('jobs.from')} value={query.from} onChange={(from) => onChange({ ...query, from }, true)} />
        <DateField
          id="to"
          label={t('jobs.to')}
          value={query.to}
          error={datesAreInOrder(query) ? null : t('jobs.bad_dates')}
          onChange={(to) => onChange({ ...query, to }, true)}
        />
        {!isOver(query.state) && (
          <Choice
            id="assignment"
            label={t('jobs.assignment')}
            value={query.assignment ?? ''}
            options={[
              { value: '', text: t('jobs.assignment_any') },
              ...assignments.map((value) => ({ value, text: t(`jobs.assignment.${value}`) })),
            ]}
            onChange={(value) => onChange({ ...query, assignment: value === '' ? null : (value as Assignment) }, false)}
          />
        )}
        <Choice
          id="sort"
          label={t('jobs.sort')}
          value={query.sort}
          options={sorts.map((value) => ({ value, text: t(`jobs.sort.${value}`) }))}
          onChange={(sort) => onChange({ ...query, sort: sort as Sort }, false)}
        />
        {count > 0 && (
          <button type="button" class="button button-quiet" onClick={onClear}>
            {t('jobs.clear_filters')}
          </button>
        )}
      </div>
    </form>
  );
}

function panelClass(open: boolean, waiting: boolean): string {
  const classes = ['filter-panel', open ? null : 'filter-panel-folded', waiting ? 'filter-panel-waiting' : null];
  return classes.filter(Boolean).join(' ');
}

interface DateFieldProperties {
  id: string;
  label: string;
  value: string | null;
  error?: string | null;
  onChange: (value: string | null) => void;
}

function DateField({ id, label, value, error = null, onChange }: DateFieldProperties) {
  const { t } = useWords();
  return (
    <div class={error === null ? 'filter' : 'filter field-wrong'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        min="1970-01-01"
        max="9999-12-31"
        value={value ?? ''}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
        onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
      />
      {error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          <Icon name="alert" />
          <span class="visually-hidden">{t('form.error_prefix')} </span>
          {error}
        </p>
      )}
    </div>
  );
}
