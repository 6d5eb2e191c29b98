// Clients from the rows of a table, which the page has read and whose columns it has named.
#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "access/repeatable.hpp"
#include "auth/email.hpp"
#include "base/limits.hpp"
#include "base/phone.hpp"
#include "features/clients/handlers.hpp"
#include "http/query.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "sql/clients.hpp"
#include "sql/repeatable.hpp"

namespace portal::features::clients {
namespace {

// A transaction each, so that nobody else's change waits for all of them.
constexpr std::size_t kRowsAtOnce = 100;
constexpr std::size_t kLongestText = 10'000;  // what is longer than its column is said line by line

struct RowError {
  std::int64_t line;
  std::string field;
  std::string code;
};

struct Row {
  std::string content;  // JSON
  std::string key;      // by what another row is seen to be of the same client
};

struct Table {
  bool dry_run = false;
  std::vector<Row> rows;
  std::vector<RowError> errors;
};

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

// One row: what is wrong with it is noted by line and field, and does not keep the others back.
class RowReader {
 public:
  RowReader(json::ObjectReader& row, Table& table) : row_(row), table_(table) {
    line_ = row_.integer("line", 1, 1'000'000);
  }

  // Empty: it is not there, or blank.
  std::string take(std::string_view name, std::size_t longest) {
    std::string text = trimmed(row_.optional_text(name, {.minimum = 0, .maximum = kLongestText}).value_or(""));
    if (text.empty()) return text;
    if (const std::string_view fault = find_text_fault(text, {.maximum = longest}); !fault.empty()) {
      refuse(name, fault);
    } else if (json::has_control(text)) {
      refuse(name, "invalid_text");
    }
    return text;
  }
  void refuse(std::string_view field, std::string_view code) {
    table_.errors.push_back({.line = line_, .field = std::string(field), .code = std::string(code)});
    valid_ = false;
  }
  bool valid() const { return valid_; }
  std::int64_t line() const { return line_; }

 private:
  json::ObjectReader& row_;
  Table& table_;
  std::int64_t line_;
  bool valid_ = true;
};

void add_member(json::Writer& content, std::string_view name, const std::string& text) {
  if (!text.empty()) content.member(name, text);
}

void read_row(json::ObjectReader& object, Table& table) {
  RowReader reader(object, table);
  const std::string name = reader.take("name", limits::kOrganisationNameCharacters);
  const std::string first_name = reader.take("first_name", limits::kPersonNameCharacters);
  const std::string surname = reader.take("surname", limits::kPersonNameCharacters);
  const std::string external_id = reader.take("external_id", limits::kExternalIdCharacters);
  const std::string email = reader.take("email", limits::kEmailBytes);
  const std::string phone = reader.take("phone", limits::kEmailBytes);
  const std::string site_name = reader.take("site_name", limits::kSiteNameCharacters);
  const std::string site_address = reader.take("site_address", limits::kPostalAddressCharacters);
  [[maybe_unused]] const Result<void> noted = object.finish();

  const bool is_person = !first_name.empty() || !surname.empty();
  if (name.empty() && !is_person) reader.refuse("name", "required");
  if (!name.empty() && is_person) reader.refuse("name", "name_and_person");
  const std::optional<std::string> address = email.empty() ? std::nullopt : auth::normalise_email(email);
  if (!email.empty() && !address) reader.refuse("email", "invalid_email");
  if (!phone.empty() && !compact_phone(phone)) reader.refuse("phone", "invalid_phone");
  if (site_name.empty() && !site_address.empty()) reader.refuse("site_name", "required");
  if (!reader.valid()) return;

  json::Writer content;
  content.begin_object().member("line", reader.line()).member("kind", is_person ? "person" : "organisation");
  add_member(content, "organisation_name", name);
  add_member(content, "first_name", first_name);
  add_member(content, "surname", surname);
  add_member(content, "external_id", external_id);
  add_member(content, "email", address.value_or(""));
  add_member(content, "phone", phone);
  add_member(content, "site_name", site_name);
  add_member(content, "site_address", site_address);
  table.rows.push_back(
      {.content = content.end_object().take(),
       .key = external_id.empty() ? "name " + name + first_name + ' ' + surname : "id " + external_id});
}

Result<Table> read_table(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Table table;
  table.dry_run = body.boolean("dry_run");
  std::vector<json::ObjectReader> rows = body.optional_objects("rows", limits::kClientRows);
  for (json::ObjectReader& row : rows) read_row(row, table);
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return table;
}

std::string join(std::span<const Row> rows) {
  json::Writer writer;
  writer.begin_array();
  for (const Row& row : rows) writer.raw(row.content);
  return writer.end_array().take();
}

struct Tally {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  // A dry run is undone after each part, so a client that an earlier part would have made is made again.
  std::set<std::string, std::less<>> made;

  void add(std::string_view outcome, const std::string& key) {
    if (outcome == "created" && !made.insert(key).second) outcome = "updated";
    ++(outcome == "created" ? created : outcome == "updated" ? updated : unchanged);
  }
};

std::string render(const Tally& tally, std::span<const RowError> errors) {
  json::Writer writer;
  writer.begin_object().member("created", tally.created).member("updated", tally.updated);
  writer.member("unchanged", tally.unchanged).key("errors").begin_array();
  for (const RowError& error : errors) {
    writer.begin_object().member("line", error.line).member("field", error.field).member("code", error.code);
    writer.end_object();
  }
  return writer.end_array().end_object().take();
}

void add_outcomes(Table& table, Tally& tally, std::span<const Row> rows, const pg::Rows& found) {
  for (int index = 0; index < found.size(); ++index) {
    const sql::ApplyClientRowsRow outcome = sql::ApplyClientRowsRow::decode(found[index]);
    if (outcome.outcome == "error") {
      table.errors.push_back({.line = outcome.line,
                              .field = std::string(outcome.field.value_or("")),
                              .code = std::string(outcome.code.value_or(""))});
    } else {
      tally.add(outcome.outcome, rows[static_cast<std::size_t>(index)].key);
    }
  }
}

// What became of the same rows when they were sent before.
void add_former(Table& table, Tally& tally, std::span<const Row> rows, const pg::Rows& parts) {
  for (int index = 0; index < parts.size() && std::cmp_less(index, rows.size()); ++index) {
    const auto part = sql::ListRepeatablePartsRow::decode(parts[index]);
    if (part.word == "error") {
      table.errors.push_back({.line = part.id.value_or(0),
                              .field = std::string(part.field.value_or("")),
                              .code = std::string(part.code.value_or(""))});
    } else {
      tally.add(part.word.value_or(""), rows[static_cast<std::size_t>(index)].key);
    }
  }
}

}  // namespace

Task<Result<http::Response>> apply_client_rows(edge::StaffContext context) {
  if (Result<void> none = http::require_no_parameters(context.request.query); !none) co_return fail(none.error());
  Result<Table> table = read_table(context.request.body);
  if (!table) co_return fail(table.error());
  const Result<std::optional<access::RepeatableRequest>> request = access::read_repeatable(context.request);
  if (!request) co_return fail(request.error());
  Tally tally;
  for (std::size_t begin = 0; begin < table->rows.size(); begin += kRowsAtOnce) {
    const std::span<const Row> part =
        std::span(table->rows).subspan(begin, std::min(kRowsAtOnce, table->rows.size() - begin));
    std::vector<pg::Query> queries;
    queries.push_back(sql::apply_client_rows(context.staff.account_id, join(part), table->dry_run));
    const Result<access::PartRows> written =
        co_await access::write_part(context, access::part_of(*request, begin), std::move(queries));
    if (!written) co_return fail(written.error());
    if (written->former)
      add_former(*table, tally, part, *written->former);
    else
      add_outcomes(*table, tally, part, written->rows.front());
  }
  std::ranges::sort(table->errors, {}, [](const RowError& error) { return std::tie(error.line, error.field); });
  co_return http::Response::json(render(tally, table->errors));
}

}  // namespace portal::features::clients
