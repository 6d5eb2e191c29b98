// Feeds a portal what waits in the queue of an application, batch by batch, and survives the absence of either side.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "portalctl/follow_queue.hpp"
#include "portalctl/portal_to_feed.hpp"
#include "send/put.hpp"

namespace portal::portalctl {

class Follower {
 public:
  enum class Until : std::uint8_t { kStopped, kNothingWaits };

  // `log` gets lines for the journal. `signals` is readable when somebody wants an end.
  Follower(FollowQueue queue, PortalToFeed portal, int signals, std::function<void(const std::string&)> log)
      : queue_(std::move(queue)), portal_(std::move(portal)), signals_(signals), log_(std::move(log)) {}

  // With kNothingWaits it fails where the portal, the database or a view stays away, or lines are refused.
  Outcome<void> run(Until until);
  const FeedTotals& totals() const { return totals_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Step : std::uint8_t { kMore, kNothing, kTrouble, kOthersTurn };
  struct Rest {
    Clock::time_point until;
    int tries = 0;
    std::string why;
  };
  struct Piece;

  Step work();
  Step feed(const FollowedBatch& batch);
  Step judge(const FollowedBatch& batch, Piece& piece, const outside::HttpAnswer& answer);
  Step take_answer(const FollowedBatch& batch, Piece& piece, const std::string& body);
  Step make_smaller(const FollowedBatch& batch, Piece& piece, const std::string& code);
  Step acknowledge(const FollowedBatch& batch, const Acknowledgement& done, bool has_created);
  Step rest(const ViewFault& fault);
  Step trouble(const std::string& sentence, std::int64_t asked_seconds = 0);
  void end_trouble();
  Outcome<void> conclude();
  bool is_ending() const;
  void wait(std::chrono::milliseconds longest, bool until_noticed);

  FollowQueue queue_;
  PortalToFeed portal_;
  int signals_;
  std::function<void(const std::string&)> log_;
  FeedTotals totals_;
  std::map<std::string, Rest, std::less<>> resting_;
  std::int32_t lines_at_once_ = kLines;
  std::string trouble_;  // what was said last; empty: there is none
  int tries_ = 0;
  std::chrono::seconds pause_{0};
  bool was_little_ = false;  // what was sent last

  static constexpr std::int32_t kLines = 5000;
};

}  // namespace portal::portalctl
