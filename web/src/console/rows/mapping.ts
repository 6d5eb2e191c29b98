import type { ClientRow } from '../api/clients.ts';
import type { CsvRow } from './csv.ts';

// Which column holds what. A file's first row names its columns; what they are called decides what is proposed.

export const rowFields = ['name', 'first_name', 'surname', 'email', 'phone', 'external_id', 'site_name', 'site_address'] as const;
export type RowField = (typeof rowFields)[number];
// The number of the column, or null for none.
export type Mapping = Readonly<Record<RowField, number | null>>;

// In both languages, without case, accents and signs.
const kNames: Readonly<Record<RowField, readonly string[]>> = {
  name: ['name', 'client', 'company', 'organisation', 'organization', 'customer', 'nombre', 'cliente', 'empresa', 'organizacion', 'razonsocial'],
  first_name: ['firstname', 'givenname', 'nombredepila'],
  surname: ['surname', 'lastname', 'familyname', 'apellido', 'apellidos'],
  email: ['email', 'mail', 'emailaddress', 'correo', 'correoelectronico'],
  phone: ['phone', 'telephone', 'mobile', 'phonenumber', 'telefono', 'movil', 'celular'],
  external_id: ['externalid', 'id', 'number', 'customernumber', 'clientnumber', 'code', 'codigo', 'numero', 'numerodecliente'],
  site_name: ['site', 'sitename', 'location', 'sede', 'ubicacion', 'centro'],
  site_address: ['address', 'siteaddress', 'street', 'direccion', 'domicilio'],
};

function simplify(text: string): string {
  return text.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}

export function proposeMapping(heads: readonly string[]): Mapping {
  const plain = heads.map(simplify);
  const columnOf = (field: RowField) => {
    const column = plain.findIndex((head) => kNames[field].includes(head));
    return column < 0 ? null : column;
  };
  return Object.fromEntries(rowFields.map((field) => [field, columnOf(field)])) as unknown as Mapping;
}

// An empty cell says nothing about its field.
export function rowsOf(rows: readonly CsvRow[], mapping: Mapping): ClientRow[] {
  return rows.map(({ line, cells }) => ({
    line,
    ...Object.fromEntries(
      rowFields.flatMap((field) => {
        const column = mapping[field];
        const value = column === null ? '' : (cells[column] ?? '');
        return value === '' ? [] : [[field, value]];
      }),
    ),
  }));
}
