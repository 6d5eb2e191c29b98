#include "model.hpp"

#include <algorithm>

namespace portal::simulation {
namespace {

using cache::Change;
using cache::ChangeKind;

access::Permissions random_permissions(Random& random) {
  access::Permissions permissions;
  for (const access::Permission each : {access::Permission::kViewJobStatus, access::Permission::kViewCompletedJobs,
                                        access::Permission::kViewDocuments}) {
    if (random.chance(0.7)) permissions.add(each);
  }
  return permissions;
}

constexpr std::string_view kDayMark = " day ";

std::int64_t day_of(Time now) { return now.time_since_epoch() / Model::kDay; }
Time begin_of(std::int64_t day) { return Time(Model::kDay * day); }

bool same(const std::optional<access::Member>& left, const std::optional<access::Member>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return left->account_id == right->account_id && left->client_id == right->client_id &&
         left->membership_id == right->membership_id && left->member_id == right->member_id &&
         left->permissions == right->permissions;
}

}  // namespace

Model::Model(Random& random, Lapse lapse, Time now) : random_(random), lapse_(lapse) {
  for (std::int64_t account = 1; account <= kAccounts; ++account) {
    for (std::int64_t client = 1; client <= kClients; ++client) {
      jobs_.push_back({.account = account, .client = client});
      // Two people of one client, whose answers differ in nothing but whose they are; and one person stands for two.
      for (std::int64_t person = 0; person < 2; ++person) {
        const auto id = static_cast<std::int64_t>(memberships_.size()) + 1;
        memberships_.push_back({.account = account,
                                .client = client,
                                .id = id,
                                .member = client == 2 ? id - 2 : id,
                                .permissions = random_permissions(random_)});
      }
    }
  }
  for (std::size_t number = 0; number < memberships_.size() + 4; ++number) {
    Session session{.hash = {},
                    .account = memberships_[number % memberships_.size()].account,
                    .membership = static_cast<std::int64_t>(number % memberships_.size()),
                    .until = now + Microseconds(random_.between(2'000'000, 60'000'000))};
    session.hash.fill(static_cast<std::uint8_t>(number + 1));
    sessions_.push_back(session);
  }
  standings_.resize(sessions_.size());
  record(now);
}

std::int64_t Model::membership_of(std::size_t session) const {
  return memberships_[static_cast<std::size_t>(sessions_[session].membership)].id;
}

// Without the day, which goes on by itself.
std::string Model::body_of(const Membership& membership, Path path) const {
  const std::pair<std::int64_t, std::int64_t> client(membership.account, membership.client);
  const auto version_of = [&](const auto& versions) {
    const auto found = versions.find(client);
    return found == versions.end() ? 0 : found->second;
  };
  std::string body = "membership " + std::to_string(membership.id) + "." + std::to_string(membership.version) +
                     " settings " + std::to_string(settings_[static_cast<std::size_t>(membership.account - 1)]);
  for (const std::string_view permission : membership.permissions.names()) body.append(" ").append(permission);
  switch (path) {
    case Path::kJobs:
      for (std::size_t number = 0; number < jobs_.size(); ++number) {
        const Job& job = jobs_[number];
        if (job.account == membership.account && job.client == membership.client)
          body += " job " + std::to_string(number) + "." + std::to_string(job.version);
      }
      body += " moves " + std::to_string(version_of(moves_)) + " sites " + std::to_string(version_of(sites_));
      break;
    case Path::kDocuments:
      body += " documents " + std::to_string(version_of(documents_));
      break;
    case Path::kSites:
      body += " sites " + std::to_string(version_of(sites_));
      break;
    case Path::kDay:
      break;
  }
  return body;
}

std::optional<access::Member> Model::standing_of(const Session& session) const {
  const Membership& membership = memberships_[static_cast<std::size_t>(session.membership)];
  if (session.ended != Time::max() || !membership.active) return std::nullopt;
  return access::Member{.account_id = membership.account,
                        .member_id = membership.member,
                        .membership_id = membership.id,
                        .client_id = membership.client,
                        .permissions = membership.permissions,
                        .session_hash = session.hash};
}

void Model::record(Time now) {
  for (const Membership& membership : memberships_) {
    for (const Path path : {Path::kJobs, Path::kDocuments, Path::kSites, Path::kDay}) {
      std::vector<Truth>& truths = truths_[{membership.id, path}];
      std::string body = body_of(membership, path);
      if (truths.empty() || truths.back().body != body) truths.push_back({now, std::move(body)});
    }
  }
  for (std::size_t number = 0; number < sessions_.size(); ++number) {
    const std::optional<access::Member> standing = standing_of(sessions_[number]);
    if (standings_[number].empty() || !same(standings_[number].back().as, standing))
      standings_[number].push_back({now, standing});
  }
}

std::vector<Change> Model::move_job(Job& job) {
  const std::int64_t former = job.client;
  job.client = (job.client + random_.between(0, kClients - 2)) % kClients + 1;
  // So that no list is ever true a second time.
  ++moves_[{job.account, former}];
  ++moves_[{job.account, job.client}];
  std::vector<Change> changes = {{ChangeKind::kJobs, job.account, job.client, 1}};
  if (lapse_ != Lapse::kForgottenOldOwner) changes.push_back({ChangeKind::kJobs, job.account, former, 1});
  return changes;
}

std::vector<Change> Model::change_membership(std::size_t index, Time now) {
  Membership& membership = memberships_[index];
  std::vector<Change> changes = {{ChangeKind::kMembership, membership.account, membership.client, membership.id}};
  ++membership.version;
  if (random_.chance(0.5)) {
    membership.permissions = random_permissions(random_);
  } else if (membership.active) {
    membership.active = false;
    for (Session& session : sessions_) {
      if (session.membership != static_cast<std::int64_t>(index) || session.ended != Time::max()) continue;
      session.ended = now;
      changes.push_back({ChangeKind::kMembership, membership.account, 0, membership.id});
    }
  } else {
    membership.active = true;
  }
  return changes;
}

std::vector<Change> Model::change_something(Time now) {
  std::vector<Change> changes;
  const std::int64_t account = random_.between(1, kAccounts);
  const std::int64_t client = random_.between(1, kClients);
  Job& job = jobs_[random_.below(jobs_.size())];
  Session& session = sessions_[random_.below(sessions_.size())];
  switch (random_.below(9)) {
    case 0:
      ++settings_[static_cast<std::size_t>(account - 1)];
      changes = {{ChangeKind::kSettings, account, 0, 0}};
      break;
    case 1:
    case 2:
      ++job.version;
      changes = {{ChangeKind::kJobs, job.account, job.client, 1}};
      break;
    case 3:
      changes = move_job(job);
      break;
    case 4:
      ++documents_[{account, client}];
      changes = {{ChangeKind::kDocuments, account, client, 0}};
      break;
    case 5:
      ++sites_[{account, client}];
      changes = {{ChangeKind::kSites, account, client, 0}};
      break;
    case 6:
      changes = change_membership(random_.below(memberships_.size()), now);
      break;
    case 7:
      // All jobs of the account at once, as after an import.
      for (Job& each : jobs_) each.version += each.account == account ? 1 : 0;
      changes = {{random_.chance(0.5) ? ChangeKind::kJobs : ChangeKind::kAccount, account, 0, 0}};
      break;
    default:
      if (session.ended != Time::max()) break;
      changes = {
          {ChangeKind::kMembership, session.account, 0, memberships_[static_cast<std::size_t>(session.membership)].id}};
      session.ended = now;
      break;
  }
  record(now);
  return changes;
}

std::optional<std::vector<Change>> Model::write_as(std::size_t session, Time now) {
  const std::optional<access::Member> member = who(session, now);
  if (!member) return std::nullopt;
  std::vector<Change> changes;
  if (random_.chance(0.5)) {
    ++documents_[{member->account_id, member->client_id}];
    changes = {{ChangeKind::kDocuments, member->account_id, member->client_id, 0}};
  } else {
    ++memberships_[static_cast<std::size_t>(sessions_[session].membership)].version;
    changes = {{ChangeKind::kMembership, member->account_id, member->client_id, member->membership_id}};
  }
  record(now);
  return changes;
}

std::optional<access::Member> Model::who(std::size_t session, Time now) const {
  if (now >= sessions_[session].until) return std::nullopt;
  return standing_of(sessions_[session]);
}

Answered Model::read(std::size_t session, const access::Member& as, Path path, Time now) const {
  const std::optional<access::Member> member = who(session, now);
  if (!member) return {.entered = Answered::Entered::kNotSignedIn, .body = {}, .valid_for = std::nullopt};
  if (!same(member, as))
    return {.entered = Answered::Entered::kPrincipalChanged, .body = {}, .valid_for = std::nullopt};
  Answered answered{.entered = Answered::Entered::kYes,
                    .body = body_of(memberships_[static_cast<std::size_t>(sessions_[session].membership)], path),
                    .session_left = std::chrono::floor<std::chrono::milliseconds>(sessions_[session].until - now),
                    .valid_for = std::nullopt};
  if (path == Path::kDay) {
    const std::int64_t day = day_of(now);
    answered.body.append(kDayMark).append(std::to_string(day));
    answered.valid_for = std::chrono::floor<std::chrono::milliseconds>(begin_of(day + 1) - now);
  }
  return answered;
}

std::optional<Model::Ended> Model::truth_of(std::int64_t membership, Path path, std::string_view body) const {
  Ended ended{.by_change = Time::max(), .by_itself = Time::max()};
  if (path == Path::kDay) {
    const std::size_t mark = body.find(kDayMark);
    ended.by_itself = begin_of(std::stol(std::string(body.substr(mark + kDayMark.size()))) + 1);
    body = body.substr(0, mark);
  }
  const std::vector<Truth>& truths = truths_.at({membership, path});
  const auto found = std::ranges::find(truths, body, &Truth::body);
  if (found == truths.end()) return std::nullopt;
  if (found + 1 != truths.end()) ended.by_change = (found + 1)->from;
  return ended;
}

Time Model::last_change_of(std::int64_t membership, Path path) const {
  return truths_.at({membership, path}).back().from;
}

std::optional<Model::Ended> Model::standing_of(std::size_t session, const access::Member& as) const {
  std::optional<Ended> ended;
  const std::vector<Standing>& standings = standings_[session];
  for (std::size_t index = 0; index < standings.size(); ++index) {
    if (!same(standings[index].as, as)) continue;
    ended = {.by_change = index + 1 < standings.size() ? standings[index + 1].from : Time::max(),
             .by_itself = sessions_[session].until};
  }
  return ended;
}

}  // namespace portal::simulation
