import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// Who did what, and when.

export const actorKinds = ['staff', 'member', 'key', 'courier', 'system'] as const;
export type Activity = Omit<components['schemas']['Activity'], 'details'> & { readonly details: Readonly<Record<string, unknown>> };

export const listActivity = (query: Readonly<Record<string, string>>, part: Part, signal?: AbortSignal): Promise<Outcome<ItemsOf<Activity>>> =>
  send('get', '/staff/activity', { query: { ...query, ...part }, ...(signal === undefined ? {} : { signal }) });
