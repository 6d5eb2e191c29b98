#include "portalctl/courier_logos.hpp"

#include <chrono>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include "base/random.hpp"
#include "files/answer.hpp"
#include "io/descriptor.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kLeaseSeconds = 120;
constexpr std::chrono::seconds kLongest{30};  // for one picture
constexpr std::int32_t kAttempts = 5;         // where the fault is ours; a picture that is refused has one
constexpr std::int32_t kPauseSeconds = 60;
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kPoll{5};
constexpr std::chrono::milliseconds kGlance{300};  // after which somebody who wants an end is seen
constexpr const char* kProgram = "/proc/self/exe";

}  // namespace

Outcome<void> CourierLogos::connect() {
  if (database_ && database_->is_alive()) return {};
  database_.reset();
  Outcome<Database> database = Database::connect(settings_, "portal_courier");
  if (!database) return failed(database.error());
  database->set_patience(kPatience);
  if (Outcome<void> listening = database->execute(sql::listen_logos()); !listening) return listening;
  database_.emplace(std::move(*database));
  return {};
}

void CourierLogos::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    work_off();
    const auto end = std::chrono::steady_clock::now() + kPoll;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) {
      wait(kGlance);
      if (database_ && database_->is_alive() && database_->take_notices()) break;
    }
  }
}

void CourierLogos::wait(std::chrono::milliseconds longest) {
  if (!database_ || !database_->is_alive()) {
    std::this_thread::sleep_for(longest);
    return;
  }
  pollfd entry{.fd = database_->descriptor(), .events = POLLIN, .revents = 0};
  ::poll(&entry, 1, static_cast<int>(longest.count()));
}

void CourierLogos::work_off() {
  for (;;) {
    const Outcome<void> connected = connect();
    const Outcome<bool> made = connected ? make_next() : Outcome<bool>(std::unexpected(connected.error()));
    if (!made && !is_away_) log_("logos wait: " + made.error().sentence);
    is_away_ = !made;
    if (!made || !*made) return;
  }
}

// False: nothing waits.
Outcome<bool> CourierLogos::make_next() {
  Token token{};
  fill_random(token);
  const auto claimed = database_->fetch<sql::ClaimLogoRow>(sql::claim_logo(token, kLeaseSeconds));
  if (!claimed) return failed(claimed.error());
  if (claimed->empty()) return false;
  const sql::ClaimLogoRow row = (*claimed)[0];
  const std::int64_t account_id = row.account_id;
  const std::filesystem::path path = store_.folder() / files::path_of(row.content_hash);
  const io::Descriptor source(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const Result<outside::RenderedLogo> logo =
      source ? outside::make_logo(source.number(), kProgram, kLongest)
             : Result<outside::RenderedLogo>(fail(ErrorCode::kStorageUnavailable, "what was sent in cannot be opened"));
  if (logo) {
    const Outcome<void> kept = keep(account_id, token, *logo);
    if (!kept) return failed(kept.error());
    log_(fmt::format("logo of account {} is made", account_id));
    return true;
  }
  log_(fmt::format("logo of account {}: {}", account_id, logo.error().log_detail));
  const bool is_final = logo.error().code == ErrorCode::kUnsupportedMediaType || row.attempts >= kAttempts;
  const Outcome<void> marked = database_->execute(is_final ? sql::fail_logo(account_id, token, logo.error().log_detail)
                                                           : sql::postpone_logo(account_id, token, kPauseSeconds));
  if (!marked) return failed(marked.error());
  return true;
}

Outcome<void> CourierLogos::keep(std::int64_t account_id, const Token& token, const outside::RenderedLogo& logo) {
  const auto refuse = [](const Error& error) { return failed(error.log_detail + "."); };
  Result<files::Incoming> file = files::Incoming::begin(store_.folder());
  if (!file) return refuse(file.error());
  if (Result<void> added = file->add(logo.bytes); !added) return refuse(added.error());
  if (Result<void> finished = file->finish(); !finished) return refuse(finished.error());

  // As portalctl does: nobody removes the file before its row can be seen.
  if (Outcome<void> locked = database_->execute(sql::lock_files_for_logo()); !locked) return locked;
  Outcome<void> done = store_.keep(*file);
  if (done) {
    done = database_->execute(sql::finish_logo(account_id, token, file->content().hash, logo.media_type,
                                               static_cast<std::int32_t>(logo.width),
                                               static_cast<std::int32_t>(logo.height)));
  }
  const Outcome<void> unlocked = database_->execute(sql::unlock_files_for_logo());
  return done ? unlocked : done;
}

}  // namespace portal::portalctl
