// The database of the simulation of the edge cache: a few accounts with clients, memberships, sessions and things that
// they see, and everything that any of it has ever been, so that of each answer it can be told until when it was true.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/principal.hpp"
#include "cache/changes.hpp"
#include "world.hpp"

namespace portal::simulation {

// What a member asks for. The last one changes by itself, at the hours of its clock.
enum class Path : std::uint8_t { kJobs, kDocuments, kSites, kDay };
inline constexpr std::array<std::string_view, 4> kPaths = {"/api/v1/jobs", "/api/v1/documents", "/api/v1/sites",
                                                           "/api/v1/day"};

struct Membership {
  std::int64_t account, client, id, member;
  access::Permissions permissions;
  bool active = true;
  std::uint64_t version = 0;
};

struct Session {
  access::SessionHash hash;
  std::int64_t account, membership;  // index of the membership
  Time until;                        // ends by itself then
  Time ended = Time::max();
};

struct Job {
  std::int64_t account, client;
  std::uint64_t version = 0;
};

// An answer, and what `enter` says with it.
struct Answered {
  enum class Entered : std::uint8_t { kYes, kNotSignedIn, kPrincipalChanged } entered;
  std::string body;
  std::chrono::milliseconds session_left{0};
  std::optional<std::chrono::milliseconds> valid_for;
};

// What the database does not do when it should.
enum class Lapse : std::uint8_t { kNone, kForgottenOldOwner };

class Model {
 public:
  static constexpr std::int64_t kAccounts = 2;
  static constexpr std::int64_t kClients = 3;  // of each account
  // At which the answer of Path::kDay becomes another one.
  static constexpr Microseconds kDay{2'300'000};

  Model(Random& random, Lapse lapse, Time now);

  // Changes something, and answers with the notices of the transaction.
  std::vector<cache::Change> change_something(Time now);
  // What the member of this session may change itself. Nothing: it may not.
  std::optional<std::vector<cache::Change>> write_as(std::size_t session, Time now);

  // As a segment sees it that reads now, whose `enter` says as whom.
  Answered read(std::size_t session, const access::Member& as, Path path, Time now) const;
  // Who the session is. Nothing: nobody any more.
  std::optional<access::Member> who(std::size_t session, Time now) const;

  // When something ended: because somebody changed it, of which there are notices, or by itself. Max while it goes on.
  struct Ended {
    Time by_change;
    Time by_itself;
  };
  // The truth of what the membership was answered; nothing: it never was true.
  std::optional<Ended> truth_of(std::int64_t membership, Path path, std::string_view body) const;
  // What the session opened as this principal; nothing: it never did.
  std::optional<Ended> standing_of(std::size_t session, const access::Member& as) const;

  const std::vector<Session>& sessions() const { return sessions_; }
  std::int64_t membership_of(std::size_t session) const;
  // What happened last: the moment of the last change that the membership's answers may show.
  Time last_change_of(std::int64_t membership, Path path) const;

 private:
  struct Truth {
    Time from;
    std::string body;
  };
  struct Standing {
    Time from;
    std::optional<access::Member> as;
  };

  std::string body_of(const Membership& membership, Path path) const;
  std::optional<access::Member> standing_of(const Session& session) const;
  // Notes what is true from now on.
  void record(Time now);
  std::vector<cache::Change> move_job(Job& job);
  std::vector<cache::Change> change_membership(std::size_t index, Time now);

  Random& random_;
  Lapse lapse_;
  std::array<std::uint64_t, kAccounts> settings_{};
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> documents_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> sites_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> moves_;
  std::vector<Job> jobs_;
  std::vector<Membership> memberships_;
  std::vector<Session> sessions_;
  std::map<std::pair<std::int64_t, Path>, std::vector<Truth>> truths_;
  std::vector<std::vector<Standing>> standings_;
};

}  // namespace portal::simulation
