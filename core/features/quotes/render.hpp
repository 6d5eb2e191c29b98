#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::features::quotes {

// How many of a quote's decisions it tells.
inline constexpr std::int32_t kShownDecisions = 20;

// The schema QuoteDecision of docs/openapi.yaml. Views point into the rows that it was made from. Amounts are of the
// currency's smallest unit.
struct Decision {
  std::string_view decision;
  std::optional<std::string_view> reason;
  pg::Timestamp decided_at;
  std::optional<std::string_view> decided_by;
  std::string_view method;
  std::int32_t revision = 0;
  std::int64_t total = 0;
  std::string_view currency;
};

// QuoteSummary.
struct Quote {
  std::int64_t quote_id = 0;
  std::string_view number;
  std::optional<std::string_view> title;
  std::string_view state;
  std::int32_t revision = 0;
  pg::Date issued_on;
  std::optional<pg::Date> valid_until;
  std::string_view currency;
  std::int64_t total = 0;
  std::optional<std::int64_t> job_id;
  std::optional<std::int64_t> job_number;
  std::string_view media_type;
  std::int64_t bytes = 0;
  bool has_file = false;
  std::optional<Decision> decision;  // the last one about this revision
};

// From a row of any statement that has these columns.
template <class Row>
Quote describe(const Row& row) {
  return {.quote_id = row.quote_id,
          .number = row.number,
          .title = row.title,
          .state = row.state,
          .revision = row.revision,
          .issued_on = row.issued_on,
          .valid_until = row.valid_until,
          .currency = row.currency,
          .total = row.total_minor,
          .job_id = row.job_id,
          .job_number = row.job_number,
          .media_type = row.media_type,
          .bytes = row.size_bytes,
          .has_file = row.has_file,
          .decision = std::nullopt};
}

// The same of a row of a list, which has the last decision beside it.
template <class Row>
Quote describe_with_decision(const Row& row) {
  Quote quote = describe(row);
  if (row.decision) {
    quote.decision = Decision{.decision = *row.decision,
                              .reason = row.reason,
                              .decided_at = row.decided_at.value_or(pg::Timestamp()),
                              .decided_by = row.decided_by,
                              .method = row.method.value_or(""),
                              .revision = row.revision,
                              .total = row.decided_minor.value_or(0),
                              .currency = row.decided_currency.value_or("")};
  }
  return quote;
}

// Of a quote by itself: all of them, the newest first, and the last one about its revision becomes that of the quote.
template <class Row>
std::vector<Decision> read_decisions(const pg::Rows& rows, Quote& quote) {
  std::vector<Decision> decisions;
  for (int index = 0; index < rows.size(); ++index) {
    const auto row = Row::decode(rows[index]);
    decisions.push_back({.decision = row.decision,
                         .reason = row.reason,
                         .decided_at = row.decided_at,
                         .decided_by = row.decided_by,
                         .method = row.method,
                         .revision = row.revision,
                         .total = row.total_minor,
                         .currency = row.currency});
  }
  if (!decisions.empty() && decisions.front().revision == quote.revision) quote.decision = decisions.front();
  return decisions;
}

// The members of the object that the writer has begun. `folder` is where its file is asked for: "/api/v1/quotes/".
void write_members(json::Writer& writer, const Quote& quote, std::string_view folder);
// What a quote by itself tells besides.
void write_rest(json::Writer& writer, std::optional<std::string_view> description, std::span<const Decision> decisions);

// Of all quotes of a client, by state.
using Counts = std::map<std::string_view, std::int64_t>;

// The schemas QuoteList and Quote, for members.
std::string render_list(std::span<const Quote> quotes, const std::optional<std::string>& next_cursor,
                        const std::optional<Counts>& counts);
std::string render_quote(const Quote& quote, std::optional<std::string_view> description,
                         std::span<const Decision> decisions);

}  // namespace portal::features::quotes
