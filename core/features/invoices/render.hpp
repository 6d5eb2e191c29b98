#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "json/writer.hpp"
#include "pg/statement.hpp"

namespace portal::features::invoices {

// The schema Invoice of docs/openapi.yaml. Views point into the rows that it was made from. Amounts are of the
// currency's smallest unit.
struct Invoice {
  std::int64_t invoice_id = 0;
  std::string_view number;
  std::optional<std::string_view> title;
  std::string_view state;
  pg::Date issued_on;
  std::optional<pg::Date> due_on;
  std::string_view currency;
  std::int64_t total = 0;
  std::int64_t paid = 0;
  std::int64_t outstanding = 0;
  std::optional<std::int64_t> job_id;
  std::optional<std::int64_t> job_number;
  std::string_view media_type;
  std::int64_t bytes = 0;
  bool has_file = false;
};

// From a row of any statement that has these columns.
template <class Row>
Invoice describe(const Row& row) {
  return {.invoice_id = row.invoice_id,
          .number = row.number,
          .title = row.title,
          .state = row.state,
          .issued_on = row.issued_on,
          .due_on = row.due_on,
          .currency = row.currency,
          .total = row.total_minor,
          .paid = row.paid_minor,
          .outstanding = row.outstanding_minor,
          .job_id = row.job_id,
          .job_number = row.job_number,
          .media_type = row.media_type,
          .bytes = row.size_bytes,
          .has_file = row.has_file};
}

// The members of the object that the writer has begun. `folder` is where its file is asked for: "/api/v1/invoices/".
void write_members(json::Writer& writer, const Invoice& invoice, std::string_view folder);

// Of all invoices of a client.
struct Totals {
  std::map<std::string_view, std::int64_t> counts;       // by state
  std::map<std::string_view, std::int64_t> outstanding;  // by currency, where something is
};

// The schema InvoiceList.
std::string render_list(std::span<const Invoice> invoices, const std::optional<std::string>& next_cursor,
                        const std::optional<Totals>& totals);
std::string render_invoice(const Invoice& invoice);

}  // namespace portal::features::invoices
