import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import { upload } from '../../common/api/upload.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// What is filed for clients.

export type FiledDocument = components['schemas']['StaffDocument'];

export const listDocuments = (
  query: Readonly<Record<string, string>>,
  part: Part,
  signal?: AbortSignal,
): Promise<Outcome<ItemsOf<FiledDocument>>> => send('get', '/staff/documents', { query: { ...query, ...part }, ...(signal === undefined ? {} : { signal }) });

export const changeDocument = (
  id: string,
  body: { name?: string; visible?: boolean; hidden_from?: readonly string[]; former_hidden_from?: readonly string[] },
): Promise<Outcome<FiledDocument>> => send('patch', '/staff/documents/{id}', { path: { id }, body });

export const removeDocument = (id: string): Promise<Outcome<undefined>> => send('delete', '/staff/documents/{id}', { path: { id } });

interface Sending {
  readonly file: File;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

export const fileDocument = (clientId: string, visible: boolean, sending: Sending): Promise<Outcome<FiledDocument>> =>
  upload({
    verb: 'post',
    address: `/staff/documents?${new URLSearchParams({ client_id: clientId, visible: String(visible) }).toString()}`,
    once: true,
    ...sending,
  });

export const replaceDocument = (id: string, sending: Sending): Promise<Outcome<FiledDocument>> =>
  upload({ verb: 'put', address: `/staff/documents/${encodeURIComponent(id)}/content`, ...sending });
