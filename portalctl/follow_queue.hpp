// The queue of an application that is followed (sql/kit/follow.sql): what waits in it, the lines of that, and what
// became of them. One connection, which holds the turn to feed while it lives.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "portalctl/database.hpp"

namespace portal::portalctl {

struct FollowedThing {
  std::string external_id;
  std::vector<std::int64_t> queue_ids;  // all rows of the queue that are about it
  std::string line;                     // empty: the view does not have it, or there is a problem
  // "duplicate", "payload_too_large", the SQLSTATE that the view gave for this row, or kLater.
  std::string problem;
};

// Its line was not read, since those before it are enough.
inline constexpr std::string_view kLater = "later";

struct FollowedBatch {
  std::string kind;
  std::vector<FollowedThing> things;  // empty: nothing waits
};

// A view that cannot be read at all, or that says what is hardly meant. Its kind rests, the others go on.
struct ViewFault {
  std::string kind;
  Failure failure;
};

struct FollowedFailure {
  std::string_view external_id;
  std::string code;
  std::string pointer;
};

// Refers to a batch.
struct Acknowledgement {
  std::vector<std::int64_t> queue_ids;
  std::vector<std::string_view> taken;
  std::vector<std::string_view> gone;
  std::vector<FollowedFailure> failures;
};

struct Acknowledged {
  std::int64_t mended = 0;  // of those that had failed
  std::int64_t newly_failed = 0;
};

// As whoever the connection string or the system's user says. Fails where there is no kit.
Outcome<Database> connect_to_application(const Settings& settings);

class FollowQueue {
 public:
  // `clients_may_go`: also where most of them are gone from their view at once.
  FollowQueue(Settings settings, bool clients_may_go)
      : settings_(std::move(settings)), clients_may_go_(clients_may_go) {}

  // Connects where that is needed. False: somebody else has the turn.
  Outcome<bool> ensure_turn();
  // What failed long enough ago waits again, and of a row that concerns several things, or of a kind that is wanted as
  // a whole, each thing does.
  Outcome<std::optional<ViewFault>> prepare(std::span<const std::string_view> resting);
  // The oldest of the first kind that waits, at most so many rows of the queue, with their lines as of one moment; of
  // lines no more than little above so many bytes. Each kind has its turn before what came meanwhile.
  Outcome<std::variant<FollowedBatch, ViewFault>> take(std::span<const std::string_view> resting, std::int32_t maximum,
                                                       std::int64_t bytes);
  Outcome<Acknowledged> acknowledge(const std::string& kind, const Acknowledgement& done);
  Outcome<void> hasten_references(const std::string& kind);
  Outcome<std::int64_t> count_failures();

  // Readable when something may have come; -1 without a connection.
  int descriptor() const;
  // True when something has come since it was last asked.
  bool take_notices() { return database_ && database_->is_alive() && database_->take_notices(); }

 private:
  // The failure itself where it is none of the view's.
  Outcome<ViewFault> fault_of(std::string_view kind, const Failure& failure) const;
  // Why it is not fed; empty: it is.
  Outcome<std::string> object_to(const FollowedBatch& batch);

  Settings settings_;
  bool clients_may_go_;
  std::optional<Database> database_;
  bool has_turn_ = false;
  std::int64_t newest_ = 0;  // row of the queue that is fed in this round
};

}  // namespace portal::portalctl
