import type { Outcome } from '../../common/api/client.ts';
import { parseColour } from '../../common/colour.ts';
import type { Language } from '../../common/i18n/catalogues.ts';
import { httpAddress } from '../../common/links.ts';
import type { FormError } from '../../common/parts/form.tsx';
import { isEmail } from '../../common/state/input_rules.ts';
import { readFields, readTemplates, showFields, showTemplates, updatePortal } from '../api/portal.ts';
import { readPortal } from '../api/staff.ts';
import type { StaffFieldList, StaffPortal, StaffPortalUpdate, StaffTemplateList } from '../api/types.ts';
import type { ConsoleTranslator } from '../i18n/words.ts';

// What the page edits, under the names that the server uses for what is wrong ("/contact/phone" is contact_phone).

export interface Appearance {
  readonly portal: StaffPortal;
  readonly templates: StaffTemplateList;
  readonly fields: StaffFieldList;
}

export interface Values {
  readonly name: string;
  readonly colours_accent: string;
  readonly contact_phone: string;
  readonly contact_email: string;
  readonly contact_website: string;
  readonly links_privacy: string;
  readonly links_terms: string;
  readonly links_imprint: string;
  readonly languages: readonly string[];
  readonly default_language: string;
  readonly worker_name: string;
  readonly shows_position: boolean;
  readonly templates: readonly string[];
  readonly fields: readonly string[];
}

export const portalFields = [
  'name',
  'colours_accent',
  'contact_phone',
  'contact_email',
  'contact_website',
  'links_privacy',
  'links_terms',
  'links_imprint',
  'languages',
  'default_language',
  'worker_name',
  'shows_position',
] as const satisfies readonly (keyof Values)[];

export async function loadAppearance(signal: AbortSignal): Promise<Outcome<Appearance>> {
  const [portal, templates, fields] = await Promise.all([readPortal(signal), readTemplates(signal), readFields(signal)]);
  if (!portal.ok) return portal;
  if (!templates.ok) return templates;
  if (!fields.ok) return fields;
  return { ok: true, value: { portal: portal.value, templates: templates.value, fields: fields.value } };
}

const visibleIds = (items: readonly { id: string; visible: boolean }[]) => items.filter(({ visible }) => visible).map(({ id }) => id);

export function valuesOf({ portal, templates, fields }: Appearance): Values {
  return {
    name: portal.name ?? portal.account_name,
    colours_accent: portal.colours.accent,
    contact_phone: portal.contact.phone ?? '',
    contact_email: portal.contact.email ?? '',
    contact_website: portal.contact.website ?? '',
    links_privacy: portal.links.privacy ?? '',
    links_terms: portal.links.terms ?? '',
    links_imprint: portal.links.imprint ?? '',
    languages: portal.languages,
    default_language: portal.default_language,
    worker_name: portal.worker_name,
    shows_position: portal.shows_position,
    templates: visibleIds(templates.items),
    fields: visibleIds(fields.items),
  };
}

// What is certain here; the rest is the server's to judge.
export function checkValues(values: Values, { t }: ConsoleTranslator): FormError[] {
  const wrong: FormError[] = [];
  const mind = (field: keyof Values, isWrong: boolean, text: string) => {
    if (isWrong) wrong.push({ field, text });
  };
  mind('name', values.name.trim() === '', t('appearance.name_missing'));
  mind('colours_accent', parseColour(values.colours_accent) === null, t('appearance.accent_wrong'));
  mind('contact_email', values.contact_email.trim() !== '' && !isEmail(values.contact_email.trim()), t('field.invalid_email'));
  for (const field of ['contact_website', 'links_privacy', 'links_terms', 'links_imprint'] as const) {
    mind(field, values[field].trim() !== '' && httpAddress(values[field].trim()) === null, t('problem.field.invalid_url'));
  }
  mind('languages', values.languages.length === 0, t('appearance.languages_missing'));
  mind('default_language', values.languages.length > 0 && !values.languages.includes(values.default_language), t('appearance.default_language_wrong'));
  return wrong;
}

// Null takes a contact or a link away.
const textOrNull = (text: string) => (text.trim() === '' ? null : text.trim());

export function updateOf(changed: Partial<Values>): StaffPortalUpdate {
  const part = <Name extends string>(prefix: string, names: readonly Name[]) => {
    const entries = names.flatMap((name) => {
      const value = changed[`${prefix}_${name}` as keyof Values];
      return typeof value === 'string' ? [[name, textOrNull(value)]] : [];
    });
    return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<Record<Name, string | null>>);
  };
  const contact = part('contact', ['phone', 'email', 'website']);
  const links = part('links', ['privacy', 'terms', 'imprint']);
  return {
    ...(changed.name === undefined ? {} : { name: changed.name.trim() }),
    ...(changed.colours_accent === undefined ? {} : { colours: { accent: changed.colours_accent.toLowerCase() } }),
    ...(contact === undefined ? {} : { contact }),
    ...(links === undefined ? {} : { links }),
    ...(changed.languages === undefined ? {} : { languages: changed.languages as Language[] }),
    ...(changed.default_language === undefined ? {} : { default_language: changed.default_language as Language }),
    ...(changed.worker_name === undefined ? {} : { worker_name: changed.worker_name as StaffPortal['worker_name'] }),
    ...(changed.shows_position === undefined ? {} : { shows_position: changed.shows_position }),
  };
}

// One save is up to three requests. What has been saved is told at once, so that a failure of the next leaves only that to be saved. The
// answer has only what was saved.
export async function saveAppearance(
  changed: Partial<Values>,
  commit: (part: Partial<Values>, saved: Partial<Appearance>) => void,
): Promise<Outcome<Partial<Appearance>>> {
  let saved: Partial<Appearance> = {};
  if (changed.fields !== undefined) {
    const answer = await showFields(changed.fields);
    if (!answer.ok) return answer;
    saved = { fields: answer.value };
    commit({ fields: changed.fields }, saved);
  }
  if (changed.templates !== undefined) {
    const answer = await showTemplates(changed.templates);
    if (!answer.ok) return answer;
    saved = { ...saved, templates: answer.value };
    commit({ templates: changed.templates }, saved);
  }
  const update = updateOf(changed);
  if (Object.keys(update).length > 0) {
    const answer = await updatePortal(update);
    if (!answer.ok) return answer;
    saved = { ...saved, portal: answer.value };
  }
  return { ok: true, value: saved };
}
