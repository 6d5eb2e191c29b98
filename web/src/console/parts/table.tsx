import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useWords } from '../i18n/words.ts';
import type { Selection } from '../state/selection.ts';

// A table of things: its head stays in view, the arrow keys go from row to row, and on a phone each row becomes a small list of its own.

export interface Column<Item> {
  readonly key: string;
  readonly head: string;
  // The first column names the row.
  readonly cell: (item: Item) => ComponentChildren;
  readonly numeric?: boolean;
  // Words of the console, which are not cut within; what others wrote may be.
  readonly whole?: boolean;
}

interface TableProperties<Item> {
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  // For the check boxes: what the row is called.
  nameOf: (item: Item) => string;
  selection?: Selection;
}

export function Table<Item extends { readonly id: string }>({ label, columns, items, nameOf, selection }: TableProperties<Item>) {
  const { t } = useWords();
  const table = useRef<HTMLTableElement>(null);
  const held = useRef(false);
  useEffect(() => {
    // The row that had the focus is gone: the reader goes on at the table, not at the top of the page.
    if (held.current && document.activeElement === document.body) table.current?.focus();
  }, [items]);
  return (
    // The roles are said again, because a table that is laid out as blocks on a phone would lose them in some browsers.
    <table
      ref={table}
      class="table"
      role="table"
      tabIndex={-1}
      aria-label={label}
      onFocusIn={() => (held.current = true)}
      onFocusOut={(event) => (held.current = event.relatedTarget === null)}
      onKeyDown={moveByKey}
    >
      <thead role="rowgroup">
        <tr role="row">
          {selection !== undefined && (
            <th role="columnheader" scope="col" class="table-check">
              <Check
                label={t('table.select_all')}
                checked={selection.state === 'all'}
                partly={selection.state === 'some'}
                onChange={selection.toggleAll}
              />
            </th>
          )}
          {columns.map(({ key, head, numeric }) => (
            <th key={key} role="columnheader" scope="col" class={numeric === true ? 'table-number' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((item) => (
          <tr key={item.id} role="row" data-selected={selection?.has(item.id) === true ? '' : undefined}>
            {selection !== undefined && (
              <td role="cell" class="table-check">
                <Check label={nameOf(item)} checked={selection.has(item.id)} onChange={() => selection.toggle(item.id)} />
              </td>
            )}
            {columns.map(({ key, head, cell, numeric, whole }, index) => {
              const content = (
                <>
                  {index > 0 && (
                    <span class="table-label" aria-hidden="true">
                      {head}
                    </span>
                  )}
                  <span class="table-value">{cell(item)}</span>
                </>
              );
              const className = numeric === true ? 'table-number' : whole === true ? 'table-whole' : undefined;
              return index === 0 ? (
                <th key={key} role="rowheader" scope="row" class={className}>
                  {content}
                </th>
              ) : (
                <td key={key} role="cell" class={className}>
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Check({ label, checked, partly = false, onChange }: { label: string; checked: boolean; partly?: boolean; onChange: () => void }) {
  return (
    <label class="check check-bare">
      <input type="checkbox" checked={checked} indeterminate={partly} onChange={onChange} />
      <span class="visually-hidden">{label}</span>
    </label>
  );
}

// From a control in one row to the same one in the next.
function moveByKey(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const from = event.target as HTMLElement;
  if (from.matches('select, textarea, input:not([type=checkbox])')) return;
  const row = from.closest('tr');
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  if (row === null || next === null || next === undefined) return;
  const controls = (of: Element) => [...of.querySelectorAll<HTMLElement>('a[href], button, input, select')];
  const targets = controls(next);
  const target = targets[Math.min(controls(row).indexOf(from), targets.length - 1)];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

// How many are chosen, and what can be done with them. It stands there from the start, so that what it says is heard.
export function SelectionBar({ selection, children }: { selection: Selection; children: ComponentChildren }) {
  const { t } = useWords();
  const count = selection.ids.length;
  return (
    <div class="selection-bar" data-empty={count === 0 ? '' : undefined}>
      <p role="status">{count === 0 ? '' : t('table.selected', { count })}</p>
      {count > 0 && children}
      {count > 0 && (
        <button type="button" class="button button-quiet" onClick={selection.clear}>
          {t('table.clear_selection')}
        </button>
      )}
    </div>
  );
}
