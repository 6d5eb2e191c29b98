#include <utility>
#include <vector>

#include "edge/services.hpp"
#include "features/documents/handlers.hpp"
#include "features/documents/list_query.hpp"
#include "features/documents/render.hpp"
#include "sql/documents.hpp"

namespace portal::features::documents {
namespace {

pg::Query page_statement(const ListQuery& list, const access::Member& member, const std::optional<Position>& after) {
  // One more than is shown says whether there is a next page.
  const auto row_limit = static_cast<std::int32_t>(list.limit + 1);
  const auto by_time = [&](auto statement) {
    const std::optional<pg::Timestamp> time =
        after ? std::optional(pg::Timestamp(std::chrono::microseconds(after->created_at.value_or(0)))) : std::nullopt;
    return statement(member.account_id, member.client_id, member.membership_id, list.text, time,
                     after ? after->document_id : 0, row_limit);
  };
  const auto by_name = [&](auto statement) {
    const std::optional<std::int64_t> document_id = after ? std::optional(after->document_id) : std::nullopt;
    return statement(member.account_id, member.client_id, member.membership_id, list.text, document_id, row_limit);
  };
  switch (list.sort) {
    case Sort::kCreatedAt:
      return by_time(sql::list_documents_by_time);
    case Sort::kCreatedAtDescending:
      return by_time(sql::list_documents_by_time_descending);
    case Sort::kName:
      return by_name(sql::list_documents_by_name);
    case Sort::kNameDescending:
      return by_name(sql::list_documents_by_name_descending);
  }
  std::unreachable();
}

template <class Row>
std::vector<Document> read_all(const pg::Rows& rows) {
  std::vector<Document> documents;
  documents.reserve(static_cast<std::size_t>(rows.size()));
  for (int index = 0; index < rows.size(); ++index) documents.push_back(describe(Row::decode(rows[index])));
  return documents;
}

std::vector<Document> read_page(Sort sort, const pg::Rows& rows) {
  switch (sort) {
    case Sort::kCreatedAt:
      return read_all<sql::ListDocumentsByTimeRow>(rows);
    case Sort::kCreatedAtDescending:
      return read_all<sql::ListDocumentsByTimeDescendingRow>(rows);
    case Sort::kName:
      return read_all<sql::ListDocumentsByNameRow>(rows);
    case Sort::kNameDescending:
      return read_all<sql::ListDocumentsByNameDescendingRow>(rows);
  }
  std::unreachable();
}

Position position_of(const Document& document, const ListQuery& list) {
  if (list.by_name()) return {std::nullopt, document.document_id};
  return {document.created_at.time_since_epoch().count(), document.document_id};
}

}  // namespace

Task<Result<http::Response>> list_documents(edge::MemberContext context) {
  const Result<ListQuery> list = parse_list_query(context.request.query);
  if (!list) co_return fail(list.error());
  const access::Member& member = context.member;
  const Result<std::optional<Position>> after = open_position(*list, member, context.services.keys);
  if (!after) co_return fail(after.error());
  const bool looks_behind = list->by_name() && after->has_value();

  std::vector<pg::Query> queries;
  queries.push_back(page_statement(*list, member, *after));
  if (looks_behind) {
    queries.push_back(
        sql::get_document(member.account_id, member.client_id, member.membership_id, (*after)->document_id));
  }
  // Everything of the client is read where names are compared, which the reads of others do not wait for.
  const bool reads_all = list->text || list->by_name();
  Result<std::vector<pg::Rows>> rows = reads_all ? co_await context.database.search(std::move(queries))
                                                 : co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (looks_behind && (*rows)[1].empty()) co_return fail(invalid_cursor());

  std::vector<Document> documents = read_page(list->sort, (*rows)[0]);
  std::optional<std::string> next_cursor;
  if (documents.size() > static_cast<std::size_t>(list->limit)) {
    documents.pop_back();
    next_cursor = sign_position(position_of(documents.back(), *list), *list, member, context.services.keys);
  }
  co_return http::Response::json(render_list(documents, next_cursor));
}

}  // namespace portal::features::documents
