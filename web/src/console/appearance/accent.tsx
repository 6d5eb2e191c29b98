import { useEffect, useRef } from 'preact/hooks';
import { accentProperties, contrast, parseColour, textOn, type Rgb } from '../../common/colour.ts';
import { numberFormat } from '../../common/formats.ts';
import { TextField, type FormError } from '../../common/parts/form.tsx';
import { useWords } from '../i18n/words.ts';

interface AccentProperties {
  value: string;
  errors: readonly FormError[];
  readOnly: boolean;
  onChange: (value: string) => void;
}

const kWhite: Rgb = [255, 255, 255];

// The colour of buttons and links. What is written on it and in it is computed, and shown with the contrast that it comes to.
export function Accent({ value, errors, readOnly, onChange }: AccentProperties) {
  const { t, locale } = useWords();
  const sample = useRef<HTMLDivElement>(null);
  const colour = parseColour(value);
  useEffect(() => {
    for (const [name, computed] of Object.entries(accentProperties(value))) sample.current?.style.setProperty(name, computed);
  }, [value]);
  const ratio = (one: Rgb, other: Rgb) => numberFormat(locale, { maximumFractionDigits: 1 }).format(contrast(one, other));
  const link = colour === null ? null : parseColour(accentProperties(value)['--accent-on-light']!);
  return (
    <div class="accent">
      <div class="accent-fields">
        <input
          class="accent-picker"
          type="color"
          aria-label={t('appearance.accent_pick')}
          value={colour === null ? '#000000' : value.toLowerCase()}
          disabled={readOnly}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
        <TextField
          id="colours_accent"
          label={t('appearance.accent')}
          hint={t('appearance.accent_hint')}
          errors={errors}
          value={value}
          onInput={(text) => onChange(text.trim())}
          type="text"
          autocomplete="off"
          maxLength={7}
          readOnly={readOnly}
        />
      </div>
      <div class="accent-sample" ref={sample}>
        <span class="accent-button">{t('appearance.sample_button')}</span>
        <span class="accent-link">{t('appearance.sample_link')}</span>
      </div>
      {colour !== null && link !== null && (
        <p class="muted" role="status">
          {t('appearance.contrast', { button: ratio(textOn(colour), colour), link: ratio(link, kWhite) })}
        </p>
      )}
    </div>
  );
}
