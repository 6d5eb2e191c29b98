#include "edge/operation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "auth/api_key.hpp"
#include "auth/session_cookie.hpp"
#include "base/choice.hpp"
#include "base/ids.hpp"
#include "cache/canonical_query.hpp"
#include "http/checks.hpp"
#include "http/precondition.hpp"

namespace portal::edge {
namespace {

constexpr int kAttempts = 3;
constexpr std::string_view kKeptType = "application/json";
constexpr std::string_view kMembershipHeader = "Portal-Membership";
// Of which a request has one or none: which of two is meant nobody can say.
constexpr std::array<std::string_view, 2> kSingleHeaders = {kMembershipHeader, "Idempotency-Key"};
// What stands in the activity, by the operation that opens it.
constexpr std::array kOpens = {Choice<std::string_view>{"get_document_content", "document"},
                               Choice<std::string_view>{"get_invoice_content", "invoice"},
                               Choice<std::string_view>{"get_quote_content", "quote"}};

// Where a path names one thing, a refusal looks as if that thing did not exist.
bool names_one_thing(const Route& route) { return route.path.contains('{'); }

// Where not even the problem can be written; it needs no memory.
http::Response empty_unavailable() noexcept {
  http::Response response;
  response.status = http::Status::kServiceUnavailable;
  return response;
}

Task<Result<http::Response>> at_once(Result<http::Response> answer) { co_return std::move(answer); }

}  // namespace

Operation::Operation(Worker& worker, const http::Request& request, std::string_view account_name,
                     http::CookieMode cookies, io::Callback on_done, io::Callback on_body_wanted, CacheOutcome cache)
    : worker_(worker),
      request_(request),
      account_name_(account_name),
      cookies_(cookies),
      on_done_(on_done),
      on_body_wanted_(on_body_wanted),
      cache_(cache),
      body_(worker.loop(),
            on_body_wanted.function ? io::Callback::to<&Operation::on_body_wanted>(this) : io::Callback{}) {
  ++worker_.figures().active;
  ++worker_.figures().started;
}

Operation::~Operation() {
  root_ = {};
  --worker_.figures().active;
  if (!done_) ++worker_.figures().aborted;
}

void Operation::start() {
  started_ = worker_.loop().now();
  deadline_ = worker_.loop().timer(io::Callback::to<&Operation::on_deadline>(this), io::TimerKind::kCancelable);
  wake_ = worker_.loop().wake(on_done_);
  deadline_->start(worker_.deadline());
  root_ = run();
  root_.handle().resume();
}

// Of a body that is a file, which was looked at before.
std::int64_t Operation::content_length() const {
  std::int64_t length = 0;
  if (const std::optional<std::string_view> text = request_.header("Content-Length"))
    std::from_chars(text->data(), text->data() + text->size(), length);
  return length;
}

// SECURITY X3: a minute for each megabyte and one besides.
void Operation::on_body_wanted() noexcept {
  constexpr std::int64_t kMegabyte = 1024 * 1024;
  deadline_->start(std::chrono::minutes(1 + content_length() / kMegabyte));
  on_body_wanted_();
}

void Operation::take_body(Result<http::BodyFile> file) {
  if (done_) return;
  const bool has_own = route_ && route_->deadline.count() > 0;
  deadline_->start(has_own ? route_->deadline : worker_.file_deadline());
  // Whatever has become of it on its way: what is missing must not look as if it had never been sent.
  if (file && file->bytes != content_length())
    file = fail(ErrorCode::kInternal, "of the body there are " + std::to_string(file->bytes) + " bytes, not " +
                                          std::to_string(content_length()));
  body_.take(std::move(file));
}

access::Lanes Operation::lanes() {
  access::Lanes lanes = worker_.lanes();
  lanes.time = &database_time_;
  lanes.changed = &changed_;
  lanes.session_left = &session_left_;
  return lanes;
}

void Operation::on_deadline() noexcept {
  if (done_) return;
  root_ = {};  // cancels; what was already committed stays
  // A text that is short enough to need no memory: nothing here may throw.
  finish_with(Error::of(changed_ ? ErrorCode::kOutcomeUnknown : ErrorCode::kDeadlineExceeded, "the deadline"));
}

void Operation::finish(http::Response response) noexcept {
  done_ = true;
  response_ = std::move(response);
  if (deadline_) deadline_->stop();
  count_answer(Count::kUp);
  wake_->post();
}

void Operation::count_answer(Count count) noexcept {
  WorkerFigures& figures = worker_.figures();
  const std::size_t digit = std::min<std::size_t>(static_cast<std::size_t>(response_.status) / 100, 5);
  const std::uint64_t by = count == Count::kUp ? 1 : ~std::uint64_t{0};
  figures.answered[digit] += by;
  const std::vector<Route>& routes = worker_.router().routes();
  figures.answered_operations[route_ ? static_cast<std::size_t>(route_ - routes.data()) : routes.size()][digit] += by;
  if (count == Count::kDown) return;
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(worker_.loop().now() - started_);
  (http::is_safe(request_.method) ? figures.reading : figures.changing).add(duration);
  ++figures.cache_outcomes[std::to_underlying(cache_outcome())];
}

void Operation::record(SecurityEvent event, std::string_view reason) noexcept {
  ++worker_.figures().security_events[static_cast<std::size_t>(event)];
  EventDetails details{.account_id = std::nullopt,
                       .subject = subject_,
                       .request_id = request_.request_id,
                       .address = request_.peer_address,
                       .operation = {},
                       .reason = reason};
  if (account_) details.account_id = account_->id;
  if (route_) details.operation = route_->operation;
  write_event(worker_.log(), event, details);
}

void Operation::record_success(const http::Response& response) noexcept {
  const std::optional<SecurityEvent> event = route_ ? event_of_success(route_->operation) : std::nullopt;
  if (!event || response.status >= http::Status::kBadRequest) return;
  // Signing out succeeds without a session, too; then nothing has happened.
  if (*event == SecurityEvent::kSignedOut && !subject_.member_id && !subject_.staff_id) return;
  record(*event, {});
}

// Who asks for the head alone has read nothing.
void Operation::note_file() {
  if (!opened_ || request_.method != http::Method::kGet) return;
  const auto& [member, kind, id, viewer] = *opened_;
  const auto extent =
      request_.count_headers("Range") > 0 ? ActivityNotes::Extent::kPart : ActivityNotes::Extent::kWhole;
  if (viewer)
    worker_.activity_notes().note_viewed(*viewer, member, kind, id, extent);
  else
    worker_.activity_notes().note_opened(member, kind, id, extent);
}

// Logs it too, where its code says so.
http::Response Operation::problem_of(Error error) {
  const ErrorProperties& properties = properties_of(error.code);
  if (properties.log_level >= LogLevel::kWarning) {
    pg::write_line(worker_.log(), error.reported ? LogLevel::kInfo : properties.log_level, "{}: {}, request {}",
                   properties.problem_code, error.log_detail, request_.request_id);
  }
  // Those who were turned away together do not come back together. Who does not know what became of a change asks soon.
  if (properties.http_status == 503 && error.retry_after_seconds == 1 && error.code != ErrorCode::kOutcomeUnknown)
    error.retry_after_seconds += static_cast<std::uint32_t>(std::hash<std::string_view>()(request_.request_id) % 3);
  http::Response response = http::Response::problem(error, request_.request_id, subject_.sent_to);
  if (error.code == ErrorCode::kInvalidKey) response.add_header("WWW-Authenticate", "Bearer");
  mark_written(response);
  return response;
}

void Operation::finish_with(Error error) noexcept {
  try {
    const std::optional<SecurityEvent> event =
        subject_.wrong_password ? SecurityEvent::kSignInFailed : event_of_failure(error.code);
    if (event) record(*event, properties_of(error.code).problem_code);
    if (event == SecurityEvent::kSignInFailed && account_) {
      if (subject_.staff_id) worker_.activity_notes().note_sign_in_failure(account_->id, "staff", *subject_.staff_id);
      if (subject_.member_id)
        worker_.activity_notes().note_sign_in_failure(account_->id, "member", *subject_.member_id);
    }
    finish(problem_of(std::move(error)));
  } catch (const std::exception&) {
    finish(empty_unavailable());
  }
}

void Operation::fail_file(std::string_view why) noexcept {
  count_answer(Count::kDown);
  try {
    response_ = problem_of(Error::of(ErrorCode::kStorageUnavailable, std::string(why)));
  } catch (const std::exception&) {
    response_ = empty_unavailable();
  }
  count_answer(Count::kUp);
}

Task<void> Operation::run() {
  try {
    co_await worker_.hosts().first_load();
    conclude(co_await answer());
  } catch (const std::bad_alloc&) {
    finish_with(Error::of(changed_ ? ErrorCode::kOutcomeUnknown : ErrorCode::kOverloaded, "out of memory"));
  } catch (const std::exception& failure) {
    finish_with(Error::of(changed_ ? ErrorCode::kOutcomeUnknown : ErrorCode::kInternal, failure.what()));
  }
}

void Operation::conclude(Result<http::Response> answered) {
  if (!answered) {
    finish_with(std::move(answered.error()));
    return;
  }
  record_success(*answered);
  mark_written(*answered);
  finish(std::move(*answered));
}

// What can be decided without waiting is decided in functions that are no coroutines: what they need does not lie in
// the memory of a request that waits.
Task<Result<http::Response>> Operation::answer() {
  Result<std::shared_ptr<const access::Account>> account = worker_.hosts().choose(account_name_, request_.host);
  if (!account) return at_once(fail(std::move(account.error())));
  account_ = std::move(*account);
  if (account_->suspended) return at_once(fail(ErrorCode::kNoPortal));

  std::variant<Match, NoSuchPath, OtherMethods> found = worker_.router().find(request_.method, request_.path);
  if (const OtherMethods* others = std::get_if<OtherMethods>(&found)) {
    http::Response response = http::Response::problem(Error::of(ErrorCode::kMethodNotAllowed), request_.request_id);
    response.add_header("Allow", others->allow);
    return at_once(std::move(response));
  }
  const Match* match = std::get_if<Match>(&found);
  if (!match) return at_once(fail(ErrorCode::kNotFound));
  route_ = match->route;
  if (Result<void> checked = check_request(*match->route); !checked) return at_once(fail(std::move(checked.error())));

  if (match->route->deadline.count() > 0) deadline_->start(match->route->deadline);
  switch (match->route->audience) {
    case Audience::kMember:
      return answer_member(*match);
    case Audience::kStaff:
      return answer_staff(*match);
    case Audience::kKey:
      return answer_key(*match);
    case Audience::kAnyone:
      break;
  }
  return answer_visitor(*match);
}

Task<Result<http::Response>> Operation::answer_visitor(Match match) {
  if (!http::is_safe(match.route->method)) {
    if (Result<void> admitted = worker_.throttle().admit_visit(request_.peer_address); !admitted)
      co_return fail(std::move(admitted.error()));
  }
  VisitorContext context{.request = request_,
                         .account = *account_,
                         .path = match.path,
                         .database = access::AnonymousDatabase(lanes(), account_->id),
                         .services = worker_.services(),
                         .cookies = cookies_,
                         .session = auth::find_session_hash(request_, cookies_),
                         .subject = subject_,
                         .staff_database = access::AnonymousDatabase(lanes(), account_->id, access::Visitor::kStaff),
                         .staff_session = auth::find_session_hash(request_, cookies_, auth::SessionCookie::kStaff)};
  co_return co_await match.route->visitor_handler(context);
}

Result<void> Operation::check_request(const Route& route) const {
  for (const std::string_view name : kSingleHeaders) {
    if (request_.count_headers(name) > 1) return fail(Error::field("/header/" + std::string(name), "duplicate"));
  }
  // No browser sends a key by itself, and what the body must be is the handler's business.
  if (http::is_safe(route.method) || route.audience == Audience::kKey) return {};
  if (Result<void> checked = http::require_same_origin(request_, account_->origin); !checked) return checked;
  if (route.file_bytes > 0) return http::require_file_body(request_, route.file_bytes);
  // A DELETE may come without a body, and a POST that says nothing of one: where it is needed, the operation misses it.
  // What has a body says what it is.
  if (request_.body.empty() && (route.method == http::Method::kDelete ||
                                (route.method == http::Method::kPost && request_.count_headers("Content-Type") == 0)))
    return {};
  return http::require_json_body(request_);
}

Result<void> Operation::decide(const Route& route, const access::Member& member) const {
  if (const std::optional<std::string_view> shown = request_.header(kMembershipHeader)) {
    if (parse_id(*shown) != member.membership_id) return fail(ErrorCode::kMembershipChanged);
  }
  if (!route.any_of.empty() && !member.permissions.has_any(route.any_of)) {
    return fail(names_one_thing(route) ? ErrorCode::kNotFound : ErrorCode::kPermissionRequired);
  }
  return {};
}

Task<Result<http::Response>> Operation::answer_member(Match match) {
  const std::optional<access::SessionHash> hash = auth::find_session_hash(request_, cookies_);
  if (!hash) co_return fail(ErrorCode::kNotSignedIn);

  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::optional<access::Member> member = attempt == 0 ? worker_.sessions().find(account_->id, *hash) : std::nullopt;
    bool fresh = false;
    if (!member) {
      Result<auth::FoundSession> found = co_await find_session(*hash, attempt == 0 ? Source::kAny : Source::kDatabase);
      if (!found) co_return fail(std::move(found.error()));
      member = found->member;
      fresh = found->fresh;
    }
    const CachedAnswers::Pending pending = before_asking(*match.route, *member);
    Result<http::Response> answered = co_await ask(match, *member, fresh);
    if (answered) {
      if (match.route->depends.declared()) represent(*member, pending, *answered);
      co_return answered;
    }
    if (answered.error().code == ErrorCode::kNotSignedIn) worker_.sessions().forget(*hash);
    if (answered.error().code != ErrorCode::kPrincipalChanged) co_return answered;
  }
  co_return fail(ErrorCode::kOverloaded, "the membership kept changing");
}

CachedAnswers::Pending Operation::before_asking(const Route& route, const access::Member& member) const {
  if (!route.depends.declared()) return {};
  return worker_.cached().ask(member, route.depends, worker_.loop().now());
}

// Gives the answer its entity tag and the form in which it is sent, and keeps it where that was asked for. As an answer
// from memory is, so is this one.
[[gnu::noinline]] void Operation::represent(const access::Member& member, const CachedAnswers::Pending& pending,
                                            http::Response& response) {
  if (cache_ == CacheOutcome::kOff || response.status != http::Status::kOk || response.content_type != kKeptType ||
      response.file || !response.cookies.empty() || response.headers.size() != 1)
    return;
  CachedAnswers& cached = worker_.cached();
  std::string room;
  const std::optional<std::string_view> query = cache::canonical_query(request_.query, room);
  entry_ = cache::Entry::make(cache::principal_of(member), {request_.path, query.value_or(std::string_view())},
                              static_cast<std::uint16_t>(route_ - worker_.router().routes().data()), response.body);
  if (cache_ == CacheOutcome::kMiss && worker_.lease_valid()) {
    cached.confirm(member, pending, session_left_);
    // An account that was loaded anew while this was asked may have another time zone.
    const Result<std::shared_ptr<const access::Account>> now = worker_.hosts().choose(account_name_, request_.host);
    if (query && now && *now == account_) cached.keep(entry_, pending, response.valid_for, worker_.loop().now());
  }
  response.body = {};
  const std::string_view accepted = request_.header("Accept-Encoding").value_or(std::string_view());
  sent_body_ = cached.body(*entry_, cache::accepts_gzip(accepted) ? cache::Coding::kGzip : cache::Coding::kPlain);
  if (!http::has_current_copy(request_, sent_body_->etag)) return;
  response.status = http::Status::kNotModified;
  response.content_type = {};
  sent_body_->bytes = {};
}

// Also where it is not known what became of it. What gives or takes a session changes nothing else, and another session
// is asked about anew.
void Operation::mark_written(http::Response& response) const {
  if (!changed_ || !response.cookies.empty() || !auth::find_session_hash(request_, cookies_)) return;
  response.cookies.push_back(auth::format_written_cookie(cookies_));
}

// The key is looked at before the handler and before its body is received: what comes with it may be large, and costs
// nobody anything but who has one. The handler's own segments check it again.
Task<Result<http::Response>> Operation::answer_key(Match match) {
  Result<auth::Attempt> attempt = worker_.throttle().begin_link(request_.peer_address);
  if (!attempt) co_return fail(std::move(attempt.error()));
  const std::optional<access::SessionHash> hash = auth::find_key_hash(request_);
  if (!hash) {
    // Somebody who shows none has not guessed.
    if (auth::has_api_key(request_))
      attempt->fail();
    else
      attempt->give_back();
    co_return fail(ErrorCode::kInvalidKey);
  }
  const access::Key key{.account_id = account_->id, .key_hash = *hash, .scope = *match.route->scope};
  access::KeyDatabase database(lanes(), worker_.touches(), key);
  Result<std::vector<pg::Rows>> entered = co_await database.read({});
  if (!entered && entered.error().code == ErrorCode::kNotSignedIn) {
    attempt->fail();
    co_return fail(ErrorCode::kInvalidKey);
  }
  attempt->give_back();
  if (!entered) co_return fail(std::move(entered.error()));
  Result<http::Response> answered = co_await match.route->key_handler({.request = request_,
                                                                       .account = *account_,
                                                                       .path = match.path,
                                                                       .key = key,
                                                                       .database = database,
                                                                       .services = worker_.services(),
                                                                       .subject = subject_,
                                                                       .body = body_});
  if (!answered && answered.error().code == ErrorCode::kNotSignedIn) co_return fail(ErrorCode::kInvalidKey);
  co_return answered;
}

// Not inlined, so that it has a frame of its own: most requests come with a session that the worker remembers.
[[gnu::noinline]] Task<Result<auth::FoundSession>> Operation::find_session(access::SessionHash hash, Source source) {
  auth::Sessions& sessions = worker_.sessions();
  const access::AnonymousDatabase database(worker_.lanes(), account_->id);
  if (source == Source::kAny) co_return co_await sessions.look_up(database, hash);
  Result<auth::FoundSession> found = co_await sessions.read(database, hash);
  if (!found && found.error().code == ErrorCode::kNotSignedIn) sessions.forget(hash);
  co_return found;
}

// What the worker or Redis remember may be out of date in either direction, so that alone never decides against
// anybody: kPrincipalChanged has it read anew first.
Task<Result<http::Response>> Operation::ask(const Match& match, const access::Member& member, bool fresh) {
  subject_.member_id = member.member_id;
  if (const std::optional<std::string_view> kind = find_choice(kOpens, match.route->operation)) {
    if (const std::optional<std::int64_t> id = parse_id(match.path[0]))
      opened_ = std::make_unique<Opened>(member, *kind, *id);
  }
  if (Result<void> decided = decide(*match.route, member); !decided) {
    if (!fresh) return at_once(fail(ErrorCode::kPrincipalChanged));
    // An id is answered as if it did not exist; whoever watches the log shall see the difference.
    if (decided.error().code == ErrorCode::kNotFound) record(SecurityEvent::kAccessDenied, "permission_required");
    return at_once(fail(std::move(decided.error())));
  }
  return match.route->member_handler({.request = request_,
                                      .account = *account_,
                                      .path = match.path,
                                      .member = member,
                                      .database = access::MemberDatabase(lanes(), worker_.touches(), member),
                                      .services = worker_.services(),
                                      .cookies = cookies_,
                                      .subject = subject_});
}

}  // namespace portal::edge
