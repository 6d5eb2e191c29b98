import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { languageOptions, type Language } from '../../common/i18n/catalogues.ts';
import { Choice } from '../../common/parts/choice.tsx';
import { Form, TextField, type FormError } from '../../common/parts/form.tsx';
import { useFormSubmission } from '../../common/state/form_submission.ts';
import { useShell } from '../../common/state/shell.tsx';
import { readLayouts, saveLayout, type LayoutList } from '../api/layouts.ts';
import type { Channel } from '../api/members.ts';
import { useWords } from '../i18n/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { TextArea } from '../parts/fields.tsx';
import { LeaveGuard, UnsavedNote } from '../parts/unsaved.tsx';
import { useApp, useMay } from '../state/application.tsx';
import { useForm } from '../state/form.ts';
import { EmailPreview } from './email_preview.tsx';
import { changesOf, fieldOf, insertAt, offsetOf, valuesOf, wrongOf, type Part, type Spot, type Values } from './model.ts';
import { SubstitutionPicker } from './picker.tsx';
import { SendTest } from './send_test.tsx';
import { useLayoutPreview } from './use_preview.ts';

interface EditorProperties {
  layouts: LayoutList;
  onSaved: (layouts: LayoutList) => void;
}

type Open = { readonly test: Channel } | { readonly restore: Channel } | null;

const fieldElement = (id: string) => document.getElementById(id) as HTMLInputElement | HTMLTextAreaElement | null;

export function InvitationEditor({ layouts, onSaved }: EditorProperties) {
  const translator = useWords();
  const { t } = translator;
  const shell = useShell();
  const { setNotice } = useApp();
  const may = useMay('manager');
  const languages = layouts.items.map(({ language }) => language);
  const [wanted, setWanted] = useState<Language>(translator.language);
  const language = languages.includes(wanted) ? wanted : languages[0]!;
  const form = useForm<Values>(valuesOf(layouts.items));
  const { values, saved, dirty, set } = form;
  const submission = useFormSubmission(Object.keys(values));
  const preview = useLayoutPreview(values, saved, language);
  const [spots, setSpots] = useState<readonly Spot[]>([]);
  const [open, setOpen] = useState<Open>(null);
  // Where something is inserted after the focus went to the picker.
  const caret = useRef<{ readonly field: string; readonly start: number; readonly end: number } | null>(null);
  const layout = layouts.items.find((candidate) => candidate.language === language)!;

  // Somebody else may have changed it meanwhile; what is typed here stays.
  useEffect(() => {
    if (!dirty) form.reset(valuesOf(layouts.items));
  }, [layouts]);

  // What the field selected last is remembered when it loses the focus.
  const remember = (id: string) => {
    const element = fieldElement(id);
    if (element !== null) caret.current = { field: id, start: element.selectionStart ?? 0, end: element.selectionEnd ?? 0 };
  };
  const insert = (id: string, text: string) => {
    const value = values[id] ?? '';
    const { start, end } = caret.current?.field === id ? caret.current : { start: value.length, end: value.length };
    set(id, insertAt(value, start, end, text));
    caret.current = { field: id, start: start + text.length, end: start + text.length };
    requestAnimationFrame(() => {
      const element = fieldElement(id);
      element?.focus();
      element?.setSelectionRange(start + text.length, start + text.length);
    });
  };
  const goTo = (spot: Spot) => {
    const element = fieldElement(spot.field);
    const offset = offsetOf(values[spot.field] ?? '', spot);
    element?.focus();
    element?.setSelectionRange(offset, offset + 1);
  };

  // One request for each language that differs; what has been saved is no change any more when the next one fails.
  const failedIn = useRef<Language>(language);
  const save = async (): Promise<Outcome<LayoutList>> => {
    for (const each of languages) {
      const changes = changesOf(values, saved, each);
      if (changes === null) continue;
      failedIn.current = each;
      const answer = await saveLayout(changes);
      if (!answer.ok) return answer;
      form.commit(Object.fromEntries((['subject', 'html', 'text'] as const).map((part) => [fieldOf(part, each), values[fieldOf(part, each)]!])));
    }
    return readLayouts();
  };
  const refused = (failure: Failure): readonly FormError[] | null => {
    const wrong = wrongOf(failure, failedIn.current, translator, (code) => shell.describeField(code, translator));
    if (wrong.length === 0) return null;
    setWanted(failedIn.current);
    setSpots(wrong.flatMap(({ spot }) => (spot === null ? [] : [spot])));
    return wrong;
  };
  const submit = () => {
    setSpots([]);
    return submission.send({
      request: save,
      done: (next) => {
        form.commit(values);
        onSaved(next);
        setNotice({ key: 'layout.saved' });
      },
      refused,
    });
  };
  const restore = async (channel: Channel): Promise<Outcome<LayoutList>> => {
    const answer = await saveLayout(channel === 'email' ? { language, email: null } : { language, sms: null });
    return answer.ok ? readLayouts() : answer;
  };
  const label = (part: Part) => t(`layout.${part}`);
  const tools = (part: Part) => {
    const id = fieldOf(part, language);
    return (
      <div class="layout-tools">
        {may && <SubstitutionPicker substitutions={layouts.substitutions} field={label(part)} onPick={(text) => insert(id, text)} />}
        {spots
          .filter(({ field }) => field === id && submission.errors.some((error) => error.field === id))
          .map((spot) => (
            <button key={`${spot.line}:${spot.column}`} type="button" class="button button-quiet" onClick={() => goTo(spot)}>
              {t('layout.go_to', { line: spot.line, column: spot.column })}
            </button>
          ))}
      </div>
    );
  };
  const restoring = open !== null && 'restore' in open ? open.restore : null;
  const more = (channel: Channel, isDefault: boolean) => (
    <div class="actions">
      <button type="button" class="button" onClick={() => setOpen({ test: channel })}>
        {t(`layout.test_${channel}`)}
      </button>
      {isDefault ? (
        <span class="muted">{t('layout.is_default')}</span>
      ) : (
        <button type="button" class="button" onClick={() => setOpen({ restore: channel })}>
          {t(`layout.restore_${channel}`)}
        </button>
      )}
    </div>
  );
  const area = (part: 'html' | 'text', rows: number) => (
    <div onFocusOut={() => remember(fieldOf(part, language))}>
      <TextArea
        id={fieldOf(part, language)}
        label={label(part)}
        hint={t(`layout.${part}_hint`)}
        errors={submission.errors}
        value={values[fieldOf(part, language)] ?? ''}
        rows={rows}
        code={part === 'html'}
        maxLength={part === 'html' ? 60_000 : 1000}
        onInput={(value) => set(fieldOf(part, language), value)}
      />
    </div>
  );
  const sms = preview.value?.sms;
  return (
    <>
      <Form
        label={t('page.invitations')}
        class="form-wide"
        state={submission}
        submit={t('appearance.save')}
        submitting={t('appearance.saving')}
        footer={<UnsavedNote form={form} submission={submission} />}
        hideSubmit={!may}
        onSubmit={() => void submit()}
      >
        <Choice
          id="layout-language"
          label={t('language.label')}
          value={language}
          options={languageOptions(languages)}
          onChange={(value) => setWanted(value as Language)}
        />
        <fieldset class="form-part" disabled={!may}>
          <legend>
            <h2>{t('channel.email')}</h2>
          </legend>
          <div onFocusOut={() => remember(fieldOf('subject', language))}>
            <TextField
              id={fieldOf('subject', language)}
              label={label('subject')}
              errors={submission.errors}
              value={values[fieldOf('subject', language)] ?? ''}
              onInput={(value) => set(fieldOf('subject', language), value)}
              type="text"
              autocomplete="off"
              maxLength={300}
            />
          </div>
          {tools('subject')}
          {area('html', 16)}
          {tools('html')}
          {may && more('email', layout.email.is_default)}
        </fieldset>
        <section class="form-part" aria-labelledby="preview-email">
          <h3 id="preview-email">{t('layout.preview_email')}</h3>
          {preview.isOld && <p class="warning">{t('layout.preview_old')}</p>}
          {preview.value !== null && (
            <>
              <p>
                <span class="muted">{t('layout.subject')}: </span>
                <strong>{preview.value.email.subject}</strong>
              </p>
              <EmailPreview key={language} html={preview.value.email.html} />
              <h3>{t('layout.plain')}</h3>
              <p class="muted">{t('layout.plain_text')}</p>
              <p class="plain-text message-text">{preview.value.email.text}</p>
            </>
          )}
        </section>
        <fieldset class="form-part" disabled={!may}>
          <legend>
            <h2>{t('channel.sms')}</h2>
          </legend>
          {area('text', 4)}
          {tools('text')}
          {sms !== undefined && (
            <>
              <p class="muted">{t('layout.sms_sent')}</p>
              <p class="plain-text message-text">{sms.text}</p>
              <p class="muted" id="sms-count">
                {t('layout.count', { characters: sms.characters, segments: t('layout.segments', { count: sms.segments }) })}{' '}
                {sms.encoding === 'ucs2' && t('layout.ucs2')}
              </p>
            </>
          )}
          {may && more('sms', layout.sms.is_default)}
        </fieldset>
      </Form>
      <LeaveGuard dirty={dirty} />
      {open !== null && 'test' in open && <SendTest channel={open.test} language={language} dirty={dirty} onClose={() => setOpen(null)} />}
      {restoring !== null && (
        <Confirm
          title={t(`layout.restore_${restoring}_title`)}
          text={t('layout.restore_text')}
          confirm={t(`layout.restore_${restoring}`)}
          confirming={t('appearance.saving')}
          request={() => restore(restoring)}
          done={(next) => {
            onSaved(next);
            const now = valuesOf(next.items);
            const parts: readonly Part[] = restoring === 'email' ? ['subject', 'html'] : ['text'];
            for (const part of parts) set(fieldOf(part, language), now[fieldOf(part, language)]!);
            form.commit(Object.fromEntries(parts.map((part) => [fieldOf(part, language), now[fieldOf(part, language)]!])));
            setNotice({ key: 'layout.restored' });
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
