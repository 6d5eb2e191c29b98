#include "portalctl/follower.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "base/limits.hpp"
#include "json/scanner.hpp"
#include "json/writer.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int64_t kPieceBytes = 8L * 1024 * 1024;
constexpr std::string_view kTooSlow = "57014";  // statement_timeout
constexpr std::chrono::seconds kPoll{3};        // where a notice was lost, and for what failed before
// While little comes at once, so that an application that never rests makes ten requests a second and not a hundred.
constexpr std::chrono::milliseconds kGather{100};
constexpr std::size_t kLittle = 100;
constexpr std::chrono::seconds kTurnPause{1};
constexpr std::int64_t kLongestPause = 60;
constexpr std::int64_t kLongestAsked = 120;
constexpr int kTriesOfOne = 6;                  // of --once, in a row
constexpr std::chrono::seconds kLastAnswer{5};  // that is waited for once somebody wants an end

std::chrono::seconds growing_pause(int tries) {
  return std::chrono::seconds(std::min<std::int64_t>(1LL << std::min(tries, 10), kLongestPause));
}

std::string withdrawal_of(std::string_view external_id) {
  json::Writer writer;
  return writer.begin_object().member("external_id", external_id).member("deleted", true).end_object().take();
}

}  // namespace

// What one request says of a batch: the rest of it stays in the queue.
struct Follower::Piece {
  std::string body;
  std::vector<const FollowedThing*> things;  // by line
  Acknowledgement done;

  void take_from_queue(const FollowedThing& thing) {
    done.queue_ids.insert(done.queue_ids.end(), thing.queue_ids.begin(), thing.queue_ids.end());
  }
  void fail(const FollowedThing& thing, std::string code, std::string pointer) {
    take_from_queue(thing);
    done.failures.push_back({.external_id = thing.external_id, .code = std::move(code), .pointer = std::move(pointer)});
  }
  void succeed(const FollowedThing& thing) {
    take_from_queue(thing);
    (thing.line.empty() ? done.gone : done.taken).push_back(thing.external_id);
  }
  void add(const FollowedThing& thing) {
    if (thing.problem == "duplicate") return fail(thing, thing.problem, "/external_id");
    if (thing.problem == "payload_too_large") return fail(thing, thing.problem, "");
    if (!thing.problem.empty()) return fail(thing, "view_failed", thing.problem);
    body += thing.line.empty() ? withdrawal_of(thing.external_id) : thing.line;
    body += '\n';
    things.push_back(&thing);
  }
};

Outcome<void> Follower::run(Until until) {
  while (!is_ending()) {
    const Step step = work();
    if (step == Step::kMore) {
      if (std::exchange(was_little_, false)) wait(kGather, false);
      continue;
    }
    if (until == Until::kNothingWaits) {
      if (step == Step::kOthersTurn) return failed("Another run follows this database already.");
      if (step == Step::kNothing) return conclude();
      if (tries_ >= kTriesOfOne || queue_.descriptor() < 0) return failed(trouble_);
    }
    if (step == Step::kOthersTurn) {
      if (trouble_.empty()) log_("another run follows this database; this one waits for its turn");
      trouble_ = "another run";
      wait(kTurnPause, false);
    } else if (step == Step::kTrouble) {
      wait(pause_, false);
    } else {
      wait(kPoll, true);
    }
  }
  return {};
}

Outcome<void> Follower::conclude() {
  if (!resting_.empty())
    return failed(
        fmt::format("The view of {} cannot be read: {}", resting_.begin()->first, resting_.begin()->second.why));
  const Outcome<std::int64_t> failures = queue_.count_failures();
  if (!failures) return failed(failures.error());
  if (*failures == 0) return {};
  return failed(fmt::format("Refused lines: {}. portalctl follow status lists them.", *failures));
}

Follower::Step Follower::work() {
  const Outcome<bool> turn = queue_.ensure_turn();
  if (!turn) return trouble(turn.error().sentence);
  if (!*turn) return Step::kOthersTurn;
  std::vector<std::string_view> resting;
  for (const auto& [kind, rest] : resting_) {
    if (rest.until > Clock::now()) resting.push_back(kind);
  }
  const Outcome<std::optional<ViewFault>> prepared = queue_.prepare(resting);
  if (!prepared) return trouble(prepared.error().sentence);
  if (*prepared) return rest(**prepared);
  const auto taken = queue_.take(resting, lines_at_once_, kPieceBytes);
  if (!taken) return trouble(taken.error().sentence);
  if (const auto* fault = std::get_if<ViewFault>(&*taken)) {
    if (fault->failure.sqlstate != kTooSlow || lines_at_once_ == 1) return rest(*fault);
    lines_at_once_ /= 2;
    return Step::kMore;
  }
  const auto& batch = std::get<FollowedBatch>(*taken);
  if (!batch.things.empty()) {
    if (resting_.erase(batch.kind) > 0) log_(fmt::format("{} can be read again", batch.kind));
    return feed(batch);
  }
  end_trouble();
  return Step::kNothing;
}

Follower::Step Follower::feed(const FollowedBatch& batch) {
  Piece piece;
  const auto later = std::ranges::find(batch.things, kLater, &FollowedThing::problem);
  std::for_each(batch.things.begin(), later, [&](const FollowedThing& thing) { piece.add(thing); });
  // What is read is sent, and not looked up over and over.
  if (later != batch.things.end()) lines_at_once_ = static_cast<std::int32_t>(later - batch.things.begin());
  if (piece.things.empty()) return acknowledge(batch, piece.done, false);
  was_little_ = piece.things.size() < kLittle;
  // An answer that is on its way is waited for a little: repeating it does no harm, but is not needed either.
  const auto end = std::make_shared<std::optional<Clock::time_point>>();
  const Result<outside::HttpAnswer> answer =
      outside::put({.url = fmt::format("{}/api/v1/import/{}?mode=lines", portal_.url, batch.kind),
                    .bearer = portal_.bearer,
                    .media_type = "application/x-ndjson",
                    .body = piece.body,
                    .ca_file = portal_.ca_file,
                    .gives_up = [this, end] {
                      if (!*end && is_ending()) *end = Clock::now() + kLastAnswer;
                      return *end && Clock::now() >= **end;
                    }});
  if (!answer)
    return is_ending() ? Step::kTrouble
                       : trouble(fmt::format("The portal does not answer: {}.", answer.error().log_detail));
  return judge(batch, piece, *answer);
}

Follower::Step Follower::judge(const FollowedBatch& batch, Piece& piece, const outside::HttpAnswer& answer) {
  if (answer.status == 200) return take_answer(batch, piece, answer.body);
  const std::string code = text_of(answer.body, "code");
  const std::string sentence = fmt::format("The portal answers {} ({}).", answer.status, code);
  // Somebody may have put a new key into the file.
  if (answer.status == 401) {
    if (const Outcome<std::string> key = read_key(portal_.key_file); key && *key != portal_.bearer) {
      portal_.bearer = *key;
      return Step::kMore;
    }
  }
  // Fewer lines may do, and alone a line that cannot be done shows itself.
  if (answer.status == 413 || code == "deadline_exceeded") return make_smaller(batch, piece, code);
  if (answer.status == 500) {
    const Step step = make_smaller(batch, piece, code);
    if (step != Step::kTrouble) trouble(sentence);
    return Step::kTrouble;
  }
  return trouble(sentence, answer.retry_after_seconds);
}

Follower::Step Follower::make_smaller(const FollowedBatch& batch, Piece& piece, const std::string& code) {
  if (piece.things.size() > 1) {
    lines_at_once_ = static_cast<std::int32_t>(piece.things.size() / 2);
    return Step::kMore;
  }
  piece.fail(*piece.things.front(), code.empty() ? "refused" : code, "");
  return acknowledge(batch, piece.done, false);
}

Follower::Step Follower::take_answer(const FollowedBatch& batch, Piece& piece, const std::string& body) {
  // The first error of each line. Where they are as many as are told, nothing is known of the lines after the last.
  std::map<std::size_t, std::string_view> wrong;
  std::size_t told = 0;
  if (const std::optional<std::string_view> errors = json::find_member(body, "errors")) {
    json::ArrayScanner scanner(*errors);
    for (; const std::optional<std::string_view> error = scanner.next(); ++told)
      wrong.try_emplace(static_cast<std::size_t>(number_of(*error, "line")), *error);
  }
  const std::size_t known =
      told >= limits::kImportErrors && !wrong.empty() ? wrong.rbegin()->first : piece.things.size();
  for (std::size_t line = 1; line <= std::min(known, piece.things.size()); ++line) {
    const FollowedThing& thing = *piece.things[line - 1];
    const auto error = wrong.find(line);
    const std::string pointer = error == wrong.end() ? "" : text_of(error->second, "pointer");
    // Of an external id that no portal takes there is nothing to take back.
    if (error == wrong.end() || (thing.line.empty() && pointer == "/external_id"))
      piece.succeed(thing);
    else
      piece.fail(thing, text_of(error->second, "code"), pointer);
  }
  totals_.add(body);
  lines_at_once_ = std::min(lines_at_once_ * 2, kLines);
  end_trouble();
  return acknowledge(batch, piece.done, number_of(body, "created") > 0);
}

Follower::Step Follower::acknowledge(const FollowedBatch& batch, const Acknowledgement& done, bool has_created) {
  const Outcome<Acknowledged> acknowledged = queue_.acknowledge(batch.kind, done);
  if (!acknowledged) return trouble(acknowledged.error().sentence);
  if (acknowledged->newly_failed > 0)
    log_(fmt::format("{}: refused lines: {} (portalctl follow status lists them)", batch.kind,
                     acknowledged->newly_failed));
  if (acknowledged->mended > 0)
    log_(fmt::format("{}: lines that had been refused and are done: {}", batch.kind, acknowledged->mended));
  if (has_created || acknowledged->mended > 0) {
    if (const Outcome<void> hastened = queue_.hasten_references(batch.kind); !hastened)
      return trouble(hastened.error().sentence);
  }
  return Step::kMore;
}

Follower::Step Follower::rest(const ViewFault& fault) {
  Rest& rest = resting_[fault.kind];
  if (rest.why != fault.failure.sentence)
    log_(fmt::format("the view of {} cannot be read: {}", fault.kind, fault.failure.sentence));
  rest.why = fault.failure.sentence;
  rest.until = Clock::now() + growing_pause(rest.tries++);
  return Step::kMore;
}

Follower::Step Follower::trouble(const std::string& sentence, std::int64_t asked_seconds) {
  if (trouble_ != sentence) log_(sentence);
  trouble_ = sentence;
  pause_ = std::max(growing_pause(tries_++), std::chrono::seconds(std::min(asked_seconds, kLongestAsked)));
  return Step::kTrouble;
}

void Follower::end_trouble() {
  if (!trouble_.empty()) log_("it goes on");
  trouble_.clear();
  tries_ = 0;
}

bool Follower::is_ending() const {
  pollfd entry{.fd = signals_, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

void Follower::wait(std::chrono::milliseconds longest, bool until_noticed) {
  // What came while something else was read is no longer to be seen at the descriptor.
  if (until_noticed && queue_.take_notices()) return;
  pollfd entries[] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                      {.fd = until_noticed ? queue_.descriptor() : -1, .events = POLLIN, .revents = 0}};
  ::poll(entries, 2, static_cast<int>(longest.count()));
}

}  // namespace portal::portalctl
