import { useTranslator } from '../i18n/language.tsx';

// Grey shapes of the real layout; the style sheet lets them appear after 200 ms, so that quick answers do not flicker.

type Bone = 'title' | 'line' | 'card' | 'row' | 'device';

function Bones({ shapes }: { shapes: readonly Bone[] }) {
  const { t } = useTranslator();
  return (
    <>
      <p class="visually-hidden">{t('loading')}</p>
      {shapes.map((shape, index) => (
        <div key={index} class={`bone bone-${shape}`} />
      ))}
    </>
  );
}

export function PageSkeleton() {
  return (
    <>
      <div class="header skeleton" aria-hidden="true">
        <div class="bone bone-brand" />
      </div>
      <main class="skeleton" aria-busy="true">
        <Bones shapes={['title', 'card', 'card']} />
      </main>
    </>
  );
}

export function JobListSkeleton() {
  return <Skeleton shapes={['line', 'card', 'card', 'line', 'card']} />;
}

export function JobSkeleton() {
  return <Skeleton shapes={['line', 'row', 'row', 'row']} />;
}

export function DevicesSkeleton() {
  return <Skeleton shapes={['device', 'device']} />;
}

export function RowsSkeleton() {
  return <Skeleton shapes={['row', 'row', 'row']} />;
}

function Skeleton({ shapes }: { shapes: readonly Bone[] }) {
  return (
    <div class="skeleton" aria-busy="true">
      <Bones shapes={shapes} />
    </div>
  );
}
