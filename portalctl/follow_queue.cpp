#include "portalctl/follow_queue.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "json/writer.hpp"
#include "portalctl_sql/follow.hpp"

namespace portal::portalctl {
namespace {

// A view may be slow, a server that says nothing for so long is gone.
constexpr std::chrono::seconds kPatience{120};
constexpr std::ptrdiff_t kManyClients = 20;  // that go at once

}  // namespace

Outcome<Database> connect_to_application(const Settings& settings) {
  Outcome<Database> database = Database::connect(settings, "");
  if (!database) return failed(database.error());
  const auto kit = database->fetch<sql::FindFollowKitRow>(sql::find_follow_kit());
  if (!kit) return failed(kit.error());
  if (!(*kit)[0].is_here)
    return failed(
        "There is no kit in this database, or this role may not use it: portalctl follow install makes it, as the "
        "role that is to follow.");
  if (Outcome<void> set = database->execute(sql::set_time_zone_of_lines()); !set) return failed(set.error());
  return database;
}

Outcome<bool> FollowQueue::ensure_turn() {
  if (!database_ || !database_->is_alive()) {
    database_.reset();
    has_turn_ = false;
    Outcome<Database> database = connect_to_application(settings_);
    if (!database) return failed(database.error());
    database->set_patience(kPatience);
    if (Outcome<void> limited = database->execute(sql::limit_time_of_follower()); !limited)
      return failed(limited.error());
    if (Outcome<void> listening = database->execute(sql::listen_follow()); !listening) return failed(listening.error());
    database_.emplace(std::move(*database));
  }
  if (has_turn_) return true;
  const auto turn = database_->fetch<sql::TryTurnOfFollowerRow>(sql::try_turn_of_follower());
  if (!turn) return failed(turn.error());
  has_turn_ = (*turn)[0].taken;
  return has_turn_;
}

Outcome<std::optional<ViewFault>> FollowQueue::prepare(std::span<const std::string_view> resting) {
  if (Outcome<void> queued = database_->execute(sql::queue_due_failures()); !queued) return failed(queued.error());
  for (std::int64_t looked_up = 1; looked_up > 0;) {
    const auto answer = database_->fetch<sql::LookUpFollowedRow>(sql::look_up_followed());
    if (!answer) return failed(answer.error());
    looked_up = (*answer)[0].looked_up;
  }
  const auto whole = database_->fetch<sql::ListWholeKindsRow>(sql::list_whole_kinds());
  if (!whole) return failed(whole.error());
  for (int index = 0; index < whole->size(); ++index) {
    const std::string_view kind = (*whole)[index].kind;
    if (std::ranges::find(resting, kind) != resting.end()) continue;
    if (const Outcome<void> queued = database_->execute(sql::queue_whole_kind(kind)); !queued) {
      return fault_of(kind, queued.error());
    }
  }
  return std::nullopt;
}

Outcome<std::variant<FollowedBatch, ViewFault>> FollowQueue::take(std::span<const std::string_view> resting,
                                                                  std::int32_t maximum, std::int64_t bytes) {
  Outcome<Transaction> moment = Transaction::begin(*database_);
  if (!moment) return failed(moment.error());
  if (Outcome<void> held = database_->execute(sql::hold_one_moment()); !held) return failed(held.error());
  auto queue = database_->fetch<sql::TakeQueueRow>(sql::take_queue(pg::TextArray(resting), newest_, maximum));
  if (queue && queue->empty()) {
    const auto newest = database_->fetch<sql::NewestInQueueRow>(sql::newest_in_queue(pg::TextArray(resting)));
    if (!newest) return failed(newest.error());
    newest_ = (*newest)[0].newest;
    queue = database_->fetch<sql::TakeQueueRow>(sql::take_queue(pg::TextArray(resting), newest_, maximum));
  }
  if (!queue) return failed(queue.error());
  FollowedBatch batch;
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::string_view> ids;
  for (int index = 0; index < queue->size(); ++index) {
    const sql::TakeQueueRow row = (*queue)[index];
    const auto [place, is_new] = places.try_emplace(row.external_id, batch.things.size());
    if (is_new) {
      batch.kind = row.kind;
      batch.things.push_back({.external_id = std::string(row.external_id), .queue_ids = {}, .line = {}, .problem = {}});
      ids.push_back(row.external_id);
    }
    batch.things[place->second].queue_ids.push_back(row.queue_id);
  }
  if (batch.things.empty()) return batch;
  const auto lines = database_->fetch<sql::ReadFollowedLinesRow>(
      sql::read_followed_lines(batch.kind, ids, std::int32_t{limits::kImportLineBytes}, bytes));
  if (!lines) return fault_of(batch.kind, lines.error());
  for (int index = 0; index < lines->size(); ++index) {
    const sql::ReadFollowedLinesRow row = (*lines)[index];
    const auto place = places.find(row.external_id);
    if (place == places.end()) continue;
    batch.things[place->second].line = row.line.value_or("");
    batch.things[place->second].problem = row.problem.value_or("");
  }
  const Outcome<std::string> objection = object_to(batch);
  if (!objection) return fault_of(batch.kind, objection.error());
  if (Outcome<void> over = moment->commit(); !over) return failed(over.error());
  if (!objection->empty())
    return ViewFault{.kind = batch.kind, .failure = {.sentence = *objection, .detail = {}, .sqlstate = {}}};
  return batch;
}

Outcome<ViewFault> FollowQueue::fault_of(std::string_view kind, const Failure& failure) const {
  if (!database_->is_alive() || failure.sqlstate.empty()) return failed(failure);
  return ViewFault{.kind = std::string(kind), .failure = failure};
}

// A table that is emptied and filled again, in two transactions, must not put out of the portal whoever was invited: a
// client that comes back is there again, its people are not.
Outcome<std::string> FollowQueue::object_to(const FollowedBatch& batch) {
  const auto is_gone = [](const FollowedThing& thing) { return thing.line.empty() && thing.problem.empty(); };
  if (clients_may_go_ || batch.kind != "clients" || std::ranges::count_if(batch.things, is_gone) < kManyClients)
    return std::string();
  const auto answer = database_->fetch<sql::CountGoneRow>(sql::count_gone(batch.kind));
  if (!answer) return failed(answer.error());
  const sql::CountGoneRow row = (*answer)[0];
  if (row.gone * 2 <= row.fed) return std::string();
  return fmt::format(
      "it has {} of {} clients no more, and with a client its people lose the portal; if that is meant: portalctl "
      "follow run --once --clients-may-go",
      row.gone, row.fed);
}

Outcome<Acknowledged> FollowQueue::acknowledge(const std::string& kind, const Acknowledgement& done) {
  json::Writer failures;
  failures.begin_array();
  for (const FollowedFailure& failure : done.failures) {
    failures.begin_object()
        .member("external_id", failure.external_id)
        .member("code", failure.code)
        .member("pointer", failure.pointer)
        .end_object();
  }
  const auto answer = database_->fetch<sql::AcknowledgeFollowedRow>(
      sql::acknowledge_followed(kind, done.queue_ids, done.taken, done.gone, failures.end_array().take()));
  if (!answer) return failed(answer.error());
  const sql::AcknowledgeFollowedRow row = (*answer)[0];
  return Acknowledged{.mended = row.mended, .newly_failed = row.newly_failed};
}

Outcome<void> FollowQueue::hasten_references(const std::string& kind) {
  return database_->execute(sql::hasten_references(kind));
}

Outcome<std::int64_t> FollowQueue::count_failures() {
  const auto answer = database_->fetch<sql::CountFollowFailuresRow>(sql::count_follow_failures());
  if (!answer) return failed(answer.error());
  return (*answer)[0].failures;
}

int FollowQueue::descriptor() const { return database_ && database_->is_alive() ? database_->descriptor() : -1; }

}  // namespace portal::portalctl
