#include "features/import/handlers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <tuple>

#include "base/limits.hpp"
#include "edge/services.hpp"
#include "features/import/lines.hpp"
#include "http/checks.hpp"
#include "http/query.hpp"
#include "io/sleep.hpp"
#include "json/scanner.hpp"
#include "json/writer.hpp"
#include "pg/conflict.hpp"
#include "sql/import.hpp"
#include "sql/import_clients.hpp"
#include "sql/import_fields.hpp"

namespace portal::features::import {
namespace {

// Requests of others wait so long at most while lines are read, and then have their turn. Once a file they wait until
// its statement is made: some milliseconds for the largest.
constexpr std::chrono::microseconds kSlice{250};
// Where others hold the memory: looked at so often, for so long.
constexpr io::Duration kPause{20};
constexpr int kPatience = 3000;
// Where somebody else holds a row. Longer than kPause, so that who waits for the memory has it before.
constexpr int kTries = 4;
constexpr io::Duration kBetweenTries{100};

// Where others read, an import rests in between: while its lines are read, and in the statement
// (sql/queries/import_jobs.sql), a millisecond for so many reads a second of the worker.
constexpr std::uint64_t kReadsForAMillisecond = 100;
constexpr std::int64_t kLongestRestMilliseconds = 20;
constexpr io::Duration kReadingRest{2};

enum class Mode : std::uint8_t { kAll, kLines };
constexpr std::array kModes = {Choice<Mode>{"all", Mode::kAll}, Choice<Mode>{"lines", Mode::kLines}};

Result<Mode> parse_mode(std::string_view text) {
  Result<http::QueryReader> query = http::QueryReader::parse(text);
  if (!query) return fail(std::move(query.error()));
  const Mode mode = query->choice("mode", kModes).value_or(Mode::kAll);
  if (Result<void> valid = query->finish(); !valid) return fail(std::move(valid.error()));
  return mode;
}

struct Outcome {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t withdrawn = 0;
  std::int64_t wrong = 0;
  std::vector<LineError> errors;
};

// Of what the database found wrong: only the other lines can tell, or other rows.
void add_found(Outcome& outcome, std::string_view errors) {
  json::ArrayScanner scanner(errors);
  while (const std::optional<std::string_view> each = scanner.next()) {
    LineError error;
    json::ObjectScanner members(*each);
    while (const std::optional<json::Member> member = members.next()) {
      if (member->has_key("line")) error.line = json::read_integer(member->value).value_or(0);
      if (member->has_key("pointer")) error.pointer = json::read_text(member->value).value_or("");
      if (member->has_key("code")) error.code = json::read_text(member->value).value_or("");
    }
    outcome.errors.push_back(std::move(error));
  }
  std::ranges::sort(outcome.errors, {}, [](const LineError& error) { return std::tie(error.line, error.pointer); });
  if (outcome.errors.size() > limits::kImportErrors) outcome.errors.resize(limits::kImportErrors);
}

Outcome outcome_of(const Lines& lines, const pg::Rows& rows) {
  const sql::ImportClientsRow row = sql::ImportClientsRow::decode(rows[0]);
  Outcome outcome{.created = row.created,
                  .updated = row.updated,
                  .unchanged = row.unchanged,
                  .withdrawn = row.withdrawn,
                  .wrong = lines.wrong() + row.wrong,
                  .errors = lines.errors()};
  outcome.unchanged += lines.superseded();
  add_found(outcome, row.errors);
  return outcome;
}

void write_errors(json::Writer& writer, const Outcome& outcome) {
  writer.key("errors").begin_array();
  for (const LineError& error : outcome.errors) {
    writer.begin_object()
        .member("line", error.line)
        .member("pointer", error.pointer)
        .member("code", error.code)
        .end_object();
  }
  writer.end_array();
}

http::Response render(const Outcome& outcome) {
  json::Writer writer(256 + outcome.errors.size() * 96);
  writer.begin_object()
      .member("created", outcome.created)
      .member("updated", outcome.updated)
      .member("unchanged", outcome.unchanged)
      .member("withdrawn", outcome.withdrawn)
      .member("wrong_lines", outcome.wrong);
  write_errors(writer, outcome);
  return http::Response::json(writer.end_object().take());
}

// Nothing was done. As other problems, but each error says its line.
http::Response render_refusal(const Outcome& outcome, std::string_view request_id) {
  const ErrorProperties& properties = properties_of(ErrorCode::kImportRefused);
  json::Writer writer(512 + outcome.errors.size() * 96);
  writer.begin_object()
      .member("type", "urn:portico:problem:" + std::string(properties.problem_code))
      .member("title", properties.title)
      .member("status", properties.http_status + 0)
      .member("code", properties.problem_code)
      .member("request_id", request_id);
  write_errors(writer, outcome);
  http::Response response = http::Response::json(writer.end_object().take(), http::Status::kBadRequest);
  response.content_type = "application/problem+json";
  return response;
}

struct Source {
  const Kind& kind;
  Mode mode;
  FieldTable fields;
  http::BodyFile body;
  int patience = kPatience;  // for all tries together
};

// Measured while the lines are read.
class Readers {
 public:
  Readers(const io::Loop& loop, const access::KeyDatabase& database)
      : loop_(loop), database_(database), since_(loop.now()), before_(database.reads_so_far()) {}
  std::int64_t rest_milliseconds() const {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(loop_.now() - since_).count();
    const std::uint64_t a_second =
        (database_.reads_so_far() - before_) * 1000 / static_cast<std::uint64_t>(milliseconds + 1);
    return std::min(static_cast<std::int64_t>(a_second / kReadsForAMillisecond), kLongestRestMilliseconds);
  }

 private:
  const io::Loop& loop_;
  const access::KeyDatabase& database_;
  io::MonotonicTime since_;
  std::uint64_t before_;
};

// One try, with a turn of its own: in between the memory is others'. pg::is_conflict where a row is held.
Task<Result<Outcome>> take_in(edge::KeyContext* context, Source* source) {
  for (; !context->services.imports.has_room(); --source->patience) {
    if (source->patience == 0) co_return fail(ErrorCode::kOverloaded, "other imports take too long");
    co_await io::sleep(context->services.loop, kPause);
  }
  const io::Turn turn(context->services.imports);
  const Readers readers(context->services.loop, context->database);
  Lines lines(source->kind, source->fields, source->body);
  for (;;) {
    const Result<bool> more = lines.read_some(kSlice);
    if (!more) co_return fail(more.error());
    if (!*more) break;
    if (readers.rest_milliseconds() > 0) {
      co_await io::sleep(context->services.loop, kReadingRest);
    } else {
      co_await io::give_way(context->services.loop);
    }
  }
  const bool refused = source->mode == Mode::kAll && lines.wrong() > 0;
  std::string_view apply = source->mode == Mode::kLines ? "good" : "all";
  if (refused) apply = "none";
  std::vector<pg::Query> queries;
  queries.push_back(sql::begin_import(context->key.account_id, readers.rest_milliseconds()));
  queries.push_back(lines.query(context->key.account_id, apply));
  const Result<std::vector<pg::Rows>> rows = co_await context->database.import(std::move(queries));
  if (!rows) co_return fail(rows.error());
  co_return outcome_of(lines, rows->back());
}

}  // namespace

Task<Result<http::Response>> import_lines(edge::KeyContext context) {
  const Kind* kind = find_kind(context.path[0]);
  if (!kind) co_return fail(ErrorCode::kNotFound);
  const Result<Mode> mode = parse_mode(context.request.query);
  if (!mode) co_return fail(mode.error());
  if (Result<void> checked = http::require_ndjson_body(context.request); !checked)
    co_return fail(std::move(checked.error()));

  FieldTable fields;
  if (kind->has_values) {
    std::vector<pg::Query> question;
    question.push_back(sql::list_fields_to_import(context.key.account_id));
    Result<std::vector<pg::Rows>> known = co_await context.database.read(std::move(question));
    if (!known) co_return fail(std::move(known.error()));
    fields = FieldTable(known->front());
  }
  const Result<http::BodyFile> body = co_await context.body.receive();
  if (!body) co_return fail(body.error());
  Source source{.kind = *kind, .mode = *mode, .fields = std::move(fields), .body = *body};
  for (int tries = 1;; ++tries) {
    const Result<Outcome> outcome = co_await take_in(&context, &source);
    if (outcome && *mode == Mode::kAll && outcome->wrong > 0)
      co_return render_refusal(*outcome, context.request.request_id);
    if (outcome) co_return render(*outcome);
    if (tries == kTries || !pg::is_conflict(outcome.error())) co_return fail(outcome.error());
    co_await io::sleep(context.services.loop, kBetweenTries);
  }
}

Task<Result<http::Response>> get_imported(edge::KeyContext context) {
  const Kind* kind = find_kind(context.path[0]);
  if (!kind) co_return fail(ErrorCode::kNotFound);
  Result<http::QueryReader> query = http::QueryReader::parse(context.request.query);
  if (!query) co_return fail(std::move(query.error()));
  const std::optional<std::string> external_id = query->text("external_id", {.maximum = 255});
  if (Result<void> valid = query->finish(); !valid) co_return fail(std::move(valid.error()));
  if (!external_id) co_return fail(Error::query_parameter("external_id", "required"));

  std::vector<pg::Query> queries;
  queries.push_back(kind->find(context.key.account_id, *external_id));
  Result<std::vector<pg::Rows>> rows = co_await context.database.read(std::move(queries));
  if (!rows) co_return fail(std::move(rows.error()));
  if (rows->front().empty()) co_return fail(ErrorCode::kNotFound);
  co_return http::Response::json(std::string(sql::ReadImportedClientRow::decode(rows->front()[0]).body));
}

}  // namespace portal::features::import
