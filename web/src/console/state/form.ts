import { useEffect, useState } from 'preact/hooks';

// Values that take effect when they are saved, not before: what is typed stands beside what is saved.
export interface FormValues<Values> {
  readonly values: Values;
  readonly saved: Values;
  readonly dirty: boolean;
  readonly set: <Name extends keyof Values>(name: Name, value: Values[Name]) => void;
  // Part of it has been saved.
  readonly commit: (part: Partial<Values>) => void;
  // Starts again from what is saved.
  readonly reset: (saved: Values) => void;
  // What is saved after `known`: taken where nothing else than `known` stands. What was typed meanwhile stays, and is not saved.
  readonly follow: (known: Values, saved: Values) => void;
  readonly discard: () => void;
}

export function useForm<Values extends object>(initial: Values): FormValues<Values> {
  const [saved, setSaved] = useState(initial);
  const [values, setValues] = useState(initial);
  return {
    values,
    saved,
    dirty: !isSame(values, saved),
    set: (name, value) => setValues((current) => ({ ...current, [name]: value })),
    commit: (part) => setSaved((current) => ({ ...current, ...part })),
    reset: (next) => {
      setSaved(next);
      setValues(next);
    },
    follow: (known, next) => {
      setSaved(next);
      setValues((current) => followed(current, known, next));
    },
    discard: () => setValues(saved),
  };
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

// Somebody else may change what is saved, too; while a save is under way its answer is the one to wait for.
export function useFollow<Source, Values extends object>(
  form: FormValues<Values>,
  source: Source,
  valuesOf: (source: Source) => Values,
  busy: boolean,
): void {
  useEffect(() => {
    if (!busy) form.follow(form.saved, valuesOf(source));
  }, [source, busy]);
}

export function followed<Values extends object>(current: Values, known: Values, next: Values): Values {
  const kept = Object.entries(current).filter(([name, value]) => !isSame(value, known[name as keyof Values]));
  return { ...next, ...Object.fromEntries(kept) };
}

// Only what differs from what is saved.
export function changedValues<Values extends object>({ values, saved }: Pick<FormValues<Values>, 'values' | 'saved'>): Partial<Values> {
  const entries = Object.entries(values).filter(([name, value]) => !isSame(value, saved[name as keyof Values]));
  return Object.fromEntries(entries) as Partial<Values>;
}
