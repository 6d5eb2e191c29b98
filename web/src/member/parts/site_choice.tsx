import type { Site } from '../../common/api/client.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { SearchableChoice } from '../../common/parts/searchable_choice.tsx';

interface SiteChoiceProperties {
  id: string;
  label: string;
  sites: readonly Site[];
  // What stands there as long as none is chosen.
  none: string;
  value: string | null;
  error?: string | undefined;
  onChange: (site: string | null) => void;
}

// The browser's own list is the better one as long as it can be seen at a glance.
const kMostToScroll = 8;

export function SiteChoice({ id, label, sites, none, value, error, onChange }: SiteChoiceProperties) {
  const Kind = sites.length > kMostToScroll ? SearchableChoice : Choice;
  return (
    <Kind
      id={id}
      label={label}
      value={value ?? ''}
      options={[{ value: '', text: none }, ...sites.map((site) => ({ value: site.id, text: site.name }))]}
      error={error}
      onChange={(site) => onChange(site === '' ? null : site)}
    />
  );
}
