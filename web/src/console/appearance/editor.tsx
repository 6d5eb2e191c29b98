import { useState } from 'preact/hooks';
import { languageOptions, languages } from '../../common/i18n/catalogues.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Form, TextField } from '../../common/parts/form.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { previewVisibility } from '../api/portal.ts';
import type { FieldGroup, VisibilityPreview } from '../api/types.ts';
import { useWords } from '../i18n/words.ts';
import { CheckBox, CheckBoxes, Radios } from '../parts/fields.tsx';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { changedValues, useFollow, useForm } from '../state/form.ts';
import { Accent } from './accent.tsx';
import { checkValues, portalFields, saveAppearance, valuesOf, type Appearance, type Values } from './model.ts';
import { WhatChanges } from './what_changes.tsx';

const kGroups: readonly FieldGroup[] = ['default', 'custom', 'report'];

interface EditorProperties {
  appearance: Appearance;
  onSaved: (saved: Partial<Appearance>) => void;
}

// What clients see is changed by nobody who has not read what will happen: exactly what was asked about is saved.
interface Asked {
  readonly sent: Values;
  readonly changed: Partial<Values>;
  readonly preview: VisibilityPreview;
}

// One form and one save for all that clients see.
export function Editor({ appearance, onSaved }: EditorProperties) {
  const translator = useWords();
  const { t } = translator;
  const { setNotice, reloadPortal } = useApp();
  const may = useMay('manager');
  const form = useForm<Values>(valuesOf(appearance));
  const submission = useFormSubmission([...portalFields, 'templates', 'fields']);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { values, dirty, set } = form;
  const { portal, templates, fields } = appearance;

  useFollow(form, appearance, valuesOf, submission.busy);

  const save = ({ sent, changed }: Pick<Asked, 'sent' | 'changed'>) =>
    submission.send({
      wrong: checkValues(sent, translator),
      request: () =>
        saveAppearance(changed, (part, saved) => {
          form.commit(part);
          onSaved(saved);
        }),
      done: (saved) => {
        form.follow(sent, valuesOf({ ...appearance, ...saved }));
        onSaved(saved);
        reloadPortal();
        setNotice({ key: 'appearance.saved' });
      },
    });
  const submit = () => {
    const changed = changedValues(form);
    if (changed.templates === undefined && changed.fields === undefined) return save({ sent: values, changed });
    return submission.send({
      wrong: checkValues(values, translator),
      request: () => previewVisibility(changed),
      done: (preview) => setAsked({ sent: values, changed, preview }),
    });
  };
  const text = (id: (typeof portalFields)[number], autocomplete: string, type: 'text' | 'email' | 'tel' | 'url', hint?: string) => (
    <TextField
      id={id}
      label={t(`appearance.${id as TextId}`)}
      {...(hint === undefined ? {} : { hint })}
      errors={submission.errors}
      value={values[id] as string}
      onInput={(value) => set(id, value)}
      type={type}
      autocomplete={autocomplete}
      readOnly={!may}
      optional={id !== 'name'}
    />
  );
  return (
    <>
      <Form
        label={t('page.appearance')}
        class="form-wide"
        state={submission}
        submit={t('appearance.save')}
        submitting={t('appearance.saving')}
        footer={<UnsavedNote form={form} submission={submission} />}
        hideSubmit={!may}
        onSubmit={() => void submit()}
      >
        <fieldset class="form-part" disabled={!may}>
          <legend>
            <h2>{t('appearance.business')}</h2>
          </legend>
          {text('name', 'organization', 'text', t('appearance.name_hint'))}
          <Accent value={values.colours_accent} errors={submission.errors} readOnly={!may} onChange={(value) => set('colours_accent', value)} />
          {text('contact_phone', 'tel', 'tel')}
          {text('contact_email', 'email', 'email')}
          {text('contact_website', 'url', 'url', t('appearance.url_hint'))}
          {text('links_privacy', 'off', 'url')}
          {text('links_terms', 'off', 'url')}
          {text('links_imprint', 'off', 'url')}
          <CheckBoxes
            id="languages"
            legend={t('appearance.languages')}
            hint={t('appearance.languages_hint')}
            options={languageOptions(languages)}
            chosen={values.languages}
            errors={submission.errors}
            onChange={(chosen) => set('languages', chosen)}
          />
          {values.languages.length > 1 && (
            <Choice
              id="default_language"
              label={t('appearance.default_language')}
              value={values.default_language}
              options={languageOptions(languages.filter((value) => values.languages.includes(value)))}
              onChange={(value) => set('default_language', value)}
            />
          )}
          <Radios
            id="worker_name"
            legend={t('appearance.worker_name')}
            hint={t('appearance.worker_name_hint')}
            options={(['full', 'first_name', 'none'] as const).map((value) => ({ value, text: t(`appearance.worker_name.${value}`) }))}
            value={values.worker_name}
            errors={submission.errors}
            onChange={(value) => set('worker_name', value)}
          />
          <CheckBox
            id="shows_position"
            label={t('appearance.shows_position')}
            hint={t('appearance.shows_position_hint')}
            checked={values.shows_position}
            onChange={(checked) => set('shows_position', checked)}
          />
        </fieldset>

        <fieldset class="form-part" disabled={!may} id="templates-part">
          <legend>
            <h2>{t('appearance.templates')}</h2>
          </legend>
          <p class="muted">{t('appearance.templates_text')}</p>
          {templates.items.length === 0 && <p>{t('appearance.templates_empty')}</p>}
          {templates.items.length > 0 && values.templates.length === 0 && (
            <p class="warning" role="status">
              <Icon name="alert" />
              {t('appearance.templates_none')}
            </p>
          )}
          {templates.items.length > 0 && (
            <CheckBoxes
              id="templates"
              legend={t('appearance.templates_legend')}
              options={templates.items.map(({ id, name, jobs }) => ({ value: id, text: name, hint: t('appearance.jobs', { count: jobs }) }))}
              chosen={values.templates}
              errors={submission.errors}
              many
              onChange={(chosen) => set('templates', chosen)}
            />
          )}
        </fieldset>

        <fieldset class="form-part" disabled={!may} id="fields-part">
          <legend>
            <h2>{t('appearance.fields')}</h2>
          </legend>
          <p class="muted">{t('appearance.fields_text')}</p>
          <div class="field">
            <h3>{t('appearance.fixed')}</h3>
            <ul class="fixed-fields">
              {fields.fixed.map(({ key }) => (
                <li key={key}>
                  <Icon name="lock" />
                  {t(`appearance.fixed.${key}`)}
                </li>
              ))}
            </ul>
          </div>
          {kGroups.map((group) => {
            const ofGroup = fields.items.filter((field) => field.group === group);
            const ids = ofGroup.map(({ id }) => id);
            return ofGroup.length === 0 ? null : (
              <CheckBoxes
                key={group}
                id={group === 'default' ? 'fields' : `fields_${group}`}
                legend={t(`appearance.group.${group}`)}
                hint={t(`appearance.group.${group}_hint`)}
                options={ofGroup.map(({ id, label, templates: count }) => ({
                  value: id,
                  text: label,
                  hint: group === 'default' ? undefined : t('appearance.in_templates', { count }),
                }))}
                chosen={values.fields.filter((id) => ids.includes(id))}
                errors={submission.errors}
                many
                onChange={(chosen) =>
                  set(
                    'fields',
                    fields.items.map(({ id }) => id).filter((id) => (ids.includes(id) ? chosen.includes(id) : values.fields.includes(id))),
                  )
                }
              />
            );
          })}
        </fieldset>
      </Form>
      <LeaveGuard dirty={dirty} />
      {asked !== null && (
        <WhatChanges
          preview={asked.preview}
          onClose={() => setAsked(null)}
          onSave={() => {
            setAsked(null);
            void save(asked);
          }}
        />
      )}
      {!may && <p class="muted">{t('appearance.not_yours', { business: portal.account_name })}</p>}
    </>
  );
}

type TextId = 'name' | 'contact_phone' | 'contact_email' | 'contact_website' | 'links_privacy' | 'links_terms' | 'links_imprint';
