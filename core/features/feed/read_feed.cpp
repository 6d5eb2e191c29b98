#include "features/feed/handlers.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "http/query.hpp"
#include "json/writer.hpp"
#include "sql/feed.hpp"

namespace portal::features::feed {
namespace {

constexpr std::int64_t kMaximumLimit = 100;

struct Page {
  std::int64_t after = 0;
  std::int64_t limit = kMaximumLimit;
};

Result<Page> read_page(std::string_view query) {
  Result<http::QueryReader> reader = http::QueryReader::parse(query);
  if (!reader) return fail(std::move(reader.error()));
  Page page;
  page.after = reader->integer("after", 0, std::numeric_limits<std::int64_t>::max()).value_or(page.after);
  page.limit = reader->integer("limit", 1, kMaximumLimit).value_or(page.limit);
  if (Result<void> valid = reader->finish(); !valid) return fail(std::move(valid.error()));
  return page;
}

}  // namespace

Task<Result<http::Response>> read(edge::KeyContext context) {
  const Result<Page> page = read_page(context.request.query);
  if (!page) co_return fail(page.error());
  std::vector<pg::Query> queries;
  // One more than is shown says whether there are further ones.
  queries.push_back(sql::list_feed(context.key.account_id, page->after, static_cast<std::int32_t>(page->limit + 1)));
  const Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(rows.error());
  const pg::Rows& found = rows->front();
  const int shown = std::min(found.size(), static_cast<int>(page->limit));
  std::int64_t last = page->after;
  json::Writer writer(128 + static_cast<std::size_t>(shown) * 700);
  writer.begin_object().key("items").begin_array();
  for (int index = 0; index < shown; ++index) {
    const auto row = sql::ListFeedRow::decode(found[index]);
    writer.raw(row.body);
    last = row.change_number;
  }
  writer.end_array().member("last", last).member("more", found.size() > shown);
  co_return http::Response::json(writer.end_object().take());
}

}  // namespace portal::features::feed
