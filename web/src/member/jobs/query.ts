import type { JobState, Session } from '../../common/api/client.ts';
import type { Day } from '../../common/time/dates.ts';

// What the jobs page shows stands in its address, so that going back and sharing work.

export const assignments = ['unassigned', 'assigned', 'in_progress', 'pending'] as const;
export const sorts = ['scheduled_at', '-scheduled_at', 'number', '-number'] as const;
export type Assignment = (typeof assignments)[number];
export type Sort = (typeof sorts)[number];

export interface JobsQuery {
  readonly state: JobState;
  readonly q: string;
  readonly site: string | null;
  readonly from: Day | null;
  readonly to: Day | null;
  readonly assignment: Assignment | null;
  readonly sort: Sort;
}

export function statesFor(permissions: Session['membership']['permissions']): JobState[] {
  const status = permissions.includes('view_job_status');
  const completed = permissions.includes('view_completed_jobs');
  const states: JobState[] = [];
  if (status) states.push('planned', 'active');
  if (completed) states.push('finished');
  if (status || completed) states.push('cancelled');
  return states;
}

export function defaultSort(state: JobState): Sort {
  return isOver(state) ? '-scheduled_at' : 'scheduled_at';
}

export function isOver(state: JobState): boolean {
  return state === 'finished' || state === 'cancelled';
}

// An address can be typed in or be old: what it says wrongly is left out rather than sent on. Null: no state may be seen.
export function parseJobsQuery(search: string, states: readonly JobState[]): JobsQuery | null {
  const parameters = new URLSearchParams(search);
  const state = states.find((candidate) => candidate === parameters.get('state')) ?? states[0];
  if (state === undefined) return null;
  const text = (name: string) => parameters.get(name) ?? '';
  return {
    state,
    q: [...text('q').trim()].slice(0, 100).join(''),
    site: /^[1-9][0-9]{0,18}$/.test(text('site')) ? text('site') : null,
    from: parseDay(text('from')),
    to: parseDay(text('to')),
    assignment: isOver(state) ? null : (assignments.find((candidate) => candidate === text('assignment')) ?? null),
    sort: sorts.find((candidate) => candidate === text('sort')) ?? defaultSort(state),
  };
}

function parseDay(text: string): Day | null {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return null;
  const instant = new Date(`${text}T00:00Z`);
  return Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== text ? null : text;
}

export function jobsPath(query: JobsQuery, states: readonly JobState[]): string {
  const parameters = new URLSearchParams();
  if (query.state !== states[0]) parameters.set('state', query.state);
  if (query.q !== '') parameters.set('q', query.q);
  if (query.site !== null) parameters.set('site', query.site);
  if (query.from !== null) parameters.set('from', query.from);
  if (query.to !== null) parameters.set('to', query.to);
  if (query.assignment !== null && !isOver(query.state)) parameters.set('assignment', query.assignment);
  if (query.sort !== defaultSort(query.state)) parameters.set('sort', query.sort);
  const text = parameters.toString();
  return text === '' ? '/' : `/?${text}`;
}

// Another state keeps the filters, but not an order that was chosen for the one before.
export function inState(query: JobsQuery, state: JobState): JobsQuery {
  const sort = query.sort === defaultSort(query.state) ? defaultSort(state) : query.sort;
  return { ...query, state, sort, assignment: isOver(state) ? null : query.assignment };
}

export function withoutFilters(query: JobsQuery): JobsQuery {
  return { ...query, q: '', site: null, from: null, to: null, assignment: null };
}

// The filters of the panel; the search has its own field that is always in view.
export function countFilters(query: JobsQuery): number {
  return [query.site, query.from, query.to, query.assignment].filter((filter) => filter !== null).length;
}

export function hasFilters(query: JobsQuery): boolean {
  return query.q !== '' || countFilters(query) > 0;
}

export function datesAreInOrder(query: JobsQuery): boolean {
  return query.from === null || query.to === null || query.from <= query.to;
}

// The same as the address, in the words of the API.
export function apiQuery(query: JobsQuery) {
  return {
    state: query.state,
    sort: query.sort,
    ...(query.q === '' ? {} : { q: query.q }),
    ...(query.site === null ? {} : { site: query.site }),
    ...(query.from === null ? {} : { from: query.from }),
    ...(query.to === null ? {} : { to: query.to }),
    ...(query.assignment === null ? {} : { assignment: query.assignment }),
  };
}
