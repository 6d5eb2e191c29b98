import { useEffect, useRef } from 'preact/hooks';
import type { JobPosition, Place } from '../../common/api/client.ts';
import { pointAddress } from '../../common/links.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { Icon } from '../../common/parts/icon.tsx';
import { useWords } from '../i18n/words.ts';
import { drawSketch, kHeight, kWidth } from './sketch.ts';
import { useAge, usePosition } from './use_position.ts';
import { directionKey, directionOf, formatAway, formatDistance, formatSeen } from './words.ts';

type Position = NonNullable<JobPosition['position']>;

// Where whoever is on the way is. Said aloud once, when it appears: what moves every few seconds is to be looked at.
export function OnTheWay({ id, membership }: { id: string; membership: string }) {
  const translator = useWords();
  const { t } = translator;
  const known = usePosition(id, membership);
  const said = useRef(false);
  const metres = known?.answer.distance_metres ?? null;
  const appeared = known !== null && known.answer.position !== null;
  useEffect(() => {
    if (!appeared || said.current) return;
    said.current = true;
    announce(metres === null ? t('status.on_the_way') : `${t('status.on_the_way')}: ${formatAway(metres, translator)}`);
  }, [appeared]);
  return (
    <section class="on-the-way" aria-labelledby="on-the-way">
      <h2 id="on-the-way">{t('status.on_the_way')}</h2>
      {known === null && <div class="sketch bone" />}
      {known !== null && known.answer.position === null && <p class="muted">{t('position.unknown')}</p>}
      {known !== null && known.answer.position !== null && <Seen answer={known.answer} position={known.answer.position} at={known.at} />}
    </section>
  );
}

function Seen({ answer, position, at }: { answer: JobPosition; position: Position; at: number }) {
  const translator = useWords();
  const { t } = translator;
  const age = useAge(position.age_seconds, at);
  const { job, distance_metres: metres } = answer;
  return (
    <>
      <p>
        {metres !== null && <strong>{formatAway(metres, translator)}</strong>}
        <span class="muted block">{formatSeen(age, translator)}</span>
      </p>
      {job !== null && metres !== null && <SketchOf job={job} position={position} metres={metres} />}
      <p>
        <a class="map-link" href={pointAddress(position)} target="_blank" rel="noopener noreferrer">
          {t('position.map')}
          <Icon name="external" />
          <span class="visually-hidden"> ({t('job.new_tab')})</span>
        </a>
      </p>
    </>
  );
}

// Drawn here, because a map of somebody else's would tell them who waits where.
function SketchOf({ job, position, metres }: { job: Place; position: Position; metres: number }) {
  const translator = useWords();
  const { t } = translator;
  const sketch = drawSketch(job, position, position.accuracy_metres);
  const { worker, scale } = sketch;
  const direction = t(directionKey(directionOf(worker.x - sketch.job.x, worker.y - sketch.job.y)));
  return (
    <svg class="sketch" viewBox={`0 0 ${kWidth} ${kHeight}`} role="img" aria-label={t('position.sketch', { distance: formatDistance(metres, translator), direction })}>
      <line class="sketch-way" x1={worker.x} y1={worker.y} x2={sketch.job.x} y2={sketch.job.y} />
      <circle class="sketch-accuracy" cx={worker.x} cy={worker.y} r={sketch.accuracy} />
      <circle class="sketch-worker" cx={worker.x} cy={worker.y} r="8" />
      <path class="sketch-job" d={`M${sketch.job.x} ${sketch.job.y - 11}l10 9v12h-20v-12z`} />
      <path class="sketch-scale" d={`M10 ${kHeight - 12}v4h${scale.length}v-4`} />
      <text class="sketch-text" x="14" y={kHeight - 13}>
        {formatDistance(scale.metres, translator)}
      </text>
    </svg>
  );
}
