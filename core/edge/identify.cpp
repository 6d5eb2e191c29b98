#include "edge/identify.hpp"

#include "access/database.hpp"
#include "auth/session_cookie.hpp"
#include "http/checks.hpp"
#include "sql/auth.hpp"

namespace portal::edge {
namespace {

constexpr int kAttempts = 3;
constexpr std::string_view kOperation = "portal_auth";

// A web socket is opened by GET, and then takes orders. What programs offer everywhere, another version of HTTP, is
// none.
bool may_change_something(const http::Request& request) {
  if (!http::is_safe(request.method) || request.count_headers("Upgrade") > 1) return true;
  const std::optional<std::string_view> upgrade = request.header("Upgrade");
  return upgrade && !http::equals_ignoring_case(*upgrade, "h2c");
}

bool has_all(access::Permissions held, access::Permissions needed) {
  for (std::size_t index = 0; index < access::kPermissionNames.size(); ++index) {
    const auto permission = static_cast<access::Permission>(index);
    if (needed.has(permission) && !held.has(permission)) return false;
  }
  return true;
}

struct Known {
  Identified identified;
  std::optional<access::SessionHash> session;  // that remains to be confirmed
};

// What the host map and the request itself tell.
Result<Known> look(Worker& worker, const Question& question) {
  Result<std::shared_ptr<const access::Account>> account =
      worker.hosts().choose(question.account_name, question.request.host);
  if (!account) return fail(std::move(account.error()));
  if ((*account)->suspended) return fail(ErrorCode::kNoPortal);
  Known known{.identified = {.account = std::move(*account), .identity = nullptr},
              .session = auth::find_session_hash(question.request, question.cookies)};
  if (known.session && may_change_something(question.request) &&
      !http::require_same_origin(question.request, known.identified.account->origin)) {
    known.identified.cross_site = true;
    known.session.reset();
  }
  return known;
}

bool is_logged(const Error& error) { return properties_of(error.code).log_level >= LogLevel::kWarning; }

void log_failure(Worker& worker, const Error& error, const Question& question) noexcept {
  if (!is_logged(error)) return;
  const ErrorProperties& properties = properties_of(error.code);
  pg::write_line(worker.log(), error.reported ? LogLevel::kInfo : properties.log_level, "{}: {}, request {}",
                 properties.problem_code, error.log_detail, question.request.request_id);
}

}  // namespace

std::optional<Result<Identified>> identify_at_once(Worker& worker, const Question& question) {
  if (!worker.hosts().loaded()) return std::nullopt;
  Result<Known> known = look(worker, question);
  if (!known) {
    if (is_logged(known.error())) return std::nullopt;
    return fail(std::move(known.error()));
  }
  if (!known->session) return std::move(known->identified);
  if (!worker.lease_valid()) return std::nullopt;
  std::shared_ptr<const auth::Identity> identity =
      worker.sessions().find_confirmed(known->identified.account->id, *known->session, worker.epoch());
  if (!identity || !has_all(identity->member.permissions, question.needed)) return std::nullopt;
  known->identified.identity = std::move(identity);
  return std::move(known->identified);
}

Identification::Identification(Worker& worker, const Question& question, io::Callback on_done)
    : worker_(worker), question_(question), on_done_(on_done) {
  ++worker_.figures().active;
}

Identification::~Identification() {
  root_ = {};
  --worker_.figures().active;
}

void Identification::start() {
  deadline_ = worker_.loop().timer(io::Callback::to<&Identification::on_deadline>(this), io::TimerKind::kCancelable);
  wake_ = worker_.loop().wake(on_done_);
  deadline_->start(worker_.deadline());
  root_ = run();
  root_.handle().resume();
}

void Identification::on_deadline() noexcept {
  if (result_) return;
  root_ = {};
  finish(fail(ErrorCode::kDeadlineExceeded, "the deadline"));
}

void Identification::finish(Result<Identified> result) noexcept {
  if (!result) log_failure(worker_, result.error(), question_);
  result_.emplace(std::move(result));
  deadline_->stop();
  wake_->post();
}

Task<void> Identification::run() {
  std::optional<Error> error;
  try {
    finish(co_await identify());
    co_return;
  } catch (const std::bad_alloc&) {
    error = Error::of(ErrorCode::kOverloaded, "out of memory");
  } catch (const std::exception& failure) {
    error = Error::of(ErrorCode::kInternal, failure.what());
  }
  finish(fail(std::move(*error)));
}

Task<Result<Identified>> Identification::identify() {
  co_await worker_.hosts().first_load();
  Result<Known> known = look(worker_, question_);
  if (!known) co_return fail(std::move(known.error()));
  if (!known->session) co_return std::move(known->identified);
  Identified& identified = known->identified;
  const access::SessionHash hash = *known->session;
  const std::int64_t account_id = identified.account->id;
  auth::Sessions& sessions = worker_.sessions();

  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::optional<access::Member> member = attempt == 0 ? sessions.find(account_id, hash) : std::nullopt;
    if (!member) {
      const access::AnonymousDatabase database(worker_.lanes(), account_id);
      Result<auth::FoundSession> found = fail(ErrorCode::kInternal);
      if (attempt == 0) {
        found = co_await sessions.look_up(database, hash);
      } else {
        found = co_await sessions.read(database, hash);
      }
      if (!found && found.error().code == ErrorCode::kNotSignedIn) {
        if (attempt > 0) sessions.forget(hash);
        co_return std::move(identified);
      }
      if (!found) co_return fail(std::move(found.error()));
      member = found->member;
    }
    const io::MonotonicTime asked_at = worker_.loop().now();
    const std::uint64_t epoch = worker_.epoch();
    access::MemberDatabase database(worker_.lanes(), worker_.touches(), *member);
    std::vector<pg::Query> queries;
    queries.push_back(sql::load_email(account_id, member->member_id));
    Result<std::vector<pg::Rows>> rows = co_await database.read(std::move(queries));
    if (rows) {
      const pg::Rows& emails = rows->front();
      std::string email;
      if (!emails.empty()) email = sql::LoadEmailRow::decode(emails[0]).email.value_or(std::string_view());
      identified.identity = std::make_shared<const auth::Identity>(auth::describe(*member, std::move(email)));
      sessions.confirm(identified.identity, asked_at, epoch);
      co_return std::move(identified);
    }
    if (rows.error().code == ErrorCode::kNotSignedIn) {
      sessions.forget(hash);
      co_return std::move(identified);
    }
    if (rows.error().code != ErrorCode::kPrincipalChanged) co_return fail(std::move(rows.error()));
  }
  co_return fail(ErrorCode::kOverloaded, "the membership kept changing");
}

void record_refusal(Worker& worker, const Refused& refused, ErrorCode code) noexcept {
  const std::optional<SecurityEvent> event = event_of_failure(code);
  if (!event) return;
  ++worker.figures().security_events[static_cast<std::size_t>(*event)];
  write_event(worker.log(), *event,
              {.account_id = refused.account_id,
               .subject = {.member_id = refused.member_id},
               .request_id = refused.request_id,
               .address = refused.address,
               .operation = kOperation,
               .reason = properties_of(code).problem_code});
}

}  // namespace portal::edge
