#include "model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "auth/email.hpp"
#include "auth/session_value.hpp"
#include "fake_redis.hpp"

namespace portal::simulation {
namespace {

using Row = std::vector<std::pair<std::string_view, std::optional<std::string>>>;

std::unique_ptr<pg_result> rows_of(const Shape& shape, const std::vector<Row>& rows) {
  auto result = std::make_unique<pg_result>(shape.columns.empty() ? PGRES_COMMAND_OK : PGRES_TUPLES_OK);
  for (const Column& column : shape.columns) result->types.push_back(column.type);
  for (const Row& row : rows) {
    std::vector<std::optional<std::string>>& values = result->rows.emplace_back();
    for (const Column& column : shape.columns) {
      const auto found = std::ranges::find(row, column.name, [](const auto& entry) { return entry.first; });
      values.push_back(found == row.end() ? unset_value(column) : found->second);
    }
  }
  return result;
}

std::unique_ptr<pg_result> touched(std::size_t rows) {
  auto result = std::make_unique<pg_result>(PGRES_COMMAND_OK);
  result->affected = std::to_string(rows);
  return result;
}

std::unique_ptr<pg_result> error(std::string_view sqlstate) {
  auto result = std::make_unique<pg_result>(PGRES_FATAL_ERROR);
  result->sqlstate = sqlstate;
  result->message = "simulated";
  return result;
}

unsigned permissions_of(const std::vector<std::string_view>& names) {
  unsigned permissions = 0;
  for (const std::string_view name : names) permissions |= name == "view_job_status" ? kMayViewJobs : kMayViewDocuments;
  return permissions;
}

Row job_row(const Context& context, std::int64_t id) {
  return {{"job_id", int8_value(id)},
          {"number", int8_value(id)},
          {"reference", fmt::format("{}-r{}", client_name(context.account, context.client), id)},
          {"status", "scheduled"},
          {"job_template_id", int8_value(1)},
          {"job_template_name", "visit"}};
}

}  // namespace

std::string client_name(std::int64_t account, std::int64_t client) {
  return fmt::format("canary-a{}-c{}", account, client);
}

std::vector<std::string_view> permission_names(unsigned permissions) {
  std::vector<std::string_view> names;
  if ((permissions & kMayViewJobs) != 0) names.emplace_back("view_job_status");
  if ((permissions & kMayViewDocuments) != 0) names.emplace_back("view_documents");
  return names;
}

std::optional<std::string_view> Values::get(std::string_view name) const {
  const auto found = std::ranges::find(shape_.parameters, name);
  const auto index = static_cast<std::size_t>(found - shape_.parameters.begin());
  if (index >= values_.size() || !values_[index]) return std::nullopt;
  return *values_[index];
}

const AccountRow* Tables::account(std::int64_t id) const {
  const auto found = std::ranges::find(accounts, id, &AccountRow::id);
  return found == accounts.end() ? nullptr : &*found;
}
const MemberRow* Tables::member(std::int64_t id) const {
  const auto found = std::ranges::find(members, id, &MemberRow::id);
  return found == members.end() ? nullptr : &*found;
}
const MembershipRow* Tables::membership(std::int64_t id) const {
  const auto found = std::ranges::find(memberships, id, &MembershipRow::id);
  return found == memberships.end() ? nullptr : &*found;
}
SessionRow* Tables::session(std::int64_t account_id, std::string_view hash) {
  for (SessionRow& session : sessions) {
    if (session.account == account_id && hash.size() == session.hash.size() &&
        std::memcmp(session.hash.data(), hash.data(), hash.size()) == 0)
      return &session;
  }
  return nullptr;
}

std::size_t Model::HashOfHash::operator()(const Hash& hash) const noexcept {
  std::size_t value;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

// Two accounts; in each two members with two memberships, one of them at a client that both share.
Model::Model(World& world, const crypto::Keyring& keys) : world_(world), keys_(keys) {
  Tables tables;
  for (std::int64_t account = 1; account <= 2; ++account) {
    const std::string slug = fmt::format("account{}", account);
    tables.accounts.push_back({.id = account,
                               .slug = slug,
                               .host = slug + ".example",
                               .origin = "https://" + slug + ".example",
                               .idle_limit = Microseconds(world.random.between(2, 30) * 1'000'000)});
    for (std::int64_t number = 1; number <= 2; ++number) {
      const std::int64_t member = account * 10 + number;
      MemberRow& row = tables.members.emplace_back(
          MemberRow{.id = member, .account = account, .email = fmt::format("m{}@{}.example", member, slug)});
      std::ranges::copy(auth::hash_login(row.email), row.login.begin());
      row.password = fmt::format("{}:secret{}", world.random.chance(0.3) ? "old" : "sim", member);
      for (std::int64_t which = 0; which < 2; ++which) {
        tables.memberships.push_back({.id = member * 10 + which,
                                      .account = account,
                                      .client = account * 100 + number + which,
                                      .member = member});
      }
    }
  }
  tables_ = std::move(tables);
}

bool Model::writes(std::string_view statement) {
  return statement == "create_session" || statement == "record_sign_in" || statement == "rehash_password" ||
         statement == "end_session" || statement == "touch_session" || statement == "switch_membership";
}

// The planted bug: what comes from Redis is not checked.
bool Model::believed(const SessionRow& session) const {
  return world_.plant == Plant::kTrustedRedis && the_redis->holds(auth::name_session_entry(session.hash, keys_));
}

Standing Model::standing(const SessionRow& session, Time now) const {
  const AccountRow* account = tables_.account(session.account);
  const MemberRow* member = tables_.member(session.member);
  const MembershipRow* membership = tables_.membership(session.membership);
  return {.from = now,
          .alive = !session.ended && !account->suspended && member->active && membership->active,
          .idle_out = session.last_used + account->idle_limit,
          .member = session.member,
          .membership = session.membership,
          .client = membership->client,
          .permissions = membership->permissions};
}

void Model::commit(Tables tables, Time now) {
  for (const SessionRow& former : tables_.sessions) {
    // A token that a switch has replaced belongs to no session any more.
    if (std::ranges::find(tables.sessions, former.hash, &SessionRow::hash) == tables.sessions.end())
      history_[former.hash].push_back({.from = now});
  }
  tables_ = std::move(tables);
  for (const SessionRow& session : tables_.sessions) {
    std::vector<Standing>& history = history_[session.hash];
    const Standing next = standing(session, now);
    if (history.empty() || !history.back().same(next)) history.push_back(next);
  }
}

bool Model::ever(const Hash& hash, Time from, Time to,
                 const std::function<bool(const Standing&, bool alive)>& fits) const {
  const auto found = history_.find(hash);
  static const std::vector<Standing> kNone;
  const std::vector<Standing>& history = found == history_.end() ? kNone : found->second;
  if (history.empty() || history.front().from >= from) {
    if (fits({}, false)) return true;
  }
  for (std::size_t index = 0; index < history.size(); ++index) {
    const Standing& each = history[index];
    const Time until = index + 1 < history.size() ? history[index + 1].from : Time::max();
    if (until < from || each.from > to) continue;
    const bool begins_alive = each.alive && std::max(each.from, from) < each.idle_out;
    const bool ends_dead = !each.alive || std::min(until, to) >= each.idle_out;
    if ((begins_alive && fits(each, true)) || (ends_dead && fits(each, false))) return true;
  }
  return false;
}

std::unique_ptr<pg_result> Model::execute(const Shape& shape, const Values& values, Tables& tables, Context& context,
                                          Time now) {
  const std::string_view name = shape.name;
  const std::int64_t account_id = values.int8("account_id");

  if (name == "enter_host_map" || name == "enter_anonymous") {
    context = {};
    context.account = account_id;
    return rows_of(shape, {{{"context", int8_value(account_id)}}});
  }
  if (name == "enter_member") {
    const SessionRow* session = tables.session(account_id, values.text("session_hash"));
    const bool checked = world_.plant != Plant::kUncheckedSession && !(session && believed(*session));
    if (!session || (session->ended && checked)) return error("PT401");
    const AccountRow* account = tables.account(account_id);
    const MembershipRow* membership = tables.membership(session->membership);
    if (checked && (account->suspended || !membership->active || !tables.member(session->member)->active ||
                    session->last_used + account->idle_limit <= now))
      return error("PT401");
    if (membership->id != values.int8("membership_id") ||
        membership->permissions != permissions_of(read_texts(values.text("permissions"))))
      return error("PT409");
    context = {.member = true,
               .account = account_id,
               .membership = membership->id,
               .client = membership->client,
               .permissions = membership->permissions};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(session->last_used + account->idle_limit - now);
    return rows_of(shape, {{{"touch", bool_value(session->last_used + account->idle_limit / 4 < now)},
                            {"context", int8_value(account_id)},
                            {"session_milliseconds", int8_value(left.count())}}});
  }
  if (name == "load_host_map") {
    std::vector<Row> rows;
    for (const AccountRow& account : tables.accounts) {
      rows.push_back({{"host", account.host},
                      {"account_id", int8_value(account.id)},
                      {"slug", account.slug},
                      {"name", account.slug},
                      {"origin", account.origin},
                      {"time_zone", "UTC"},
                      {"suspended", bool_value(account.suspended)},
                      {"is_primary", bool_value(true)}});
    }
    return rows_of(shape, rows);
  }
  if (name == "schema_state") return rows_of(shape, {{{"number", int4_value(1)}, {"oldest_module", int4_value(1)}}});
  if (name == "load_session") {
    const SessionRow* session = tables.session(account_id, values.text("session_hash"));
    if (!session || session->ended) return rows_of(shape, {});
    if (world_.plant == Plant::kNeededRedis && !context.member && the_redis->away()) return rows_of(shape, {});
    const AccountRow* account = tables.account(account_id);
    const MemberRow* member = tables.member(session->member);
    const MembershipRow* membership = tables.membership(session->membership);
    if (account->suspended || !membership->active || !member->active || session->last_used + account->idle_limit <= now)
      return rows_of(shape, {});
    return rows_of(shape, {{{"session_id", int8_value(1)},
                            {"member_id", int8_value(member->id)},
                            {"email", member->email},
                            {"membership_id", int8_value(membership->id)},
                            {"client_id", int8_value(membership->client)},
                            {"client_name", client_name(account_id, membership->client)},
                            {"permissions", texts_value(permission_names(membership->permissions))}}});
  }
  if (name == "list_memberships") {
    std::vector<Row> rows;
    for (const MembershipRow& each : tables.memberships) {
      if (each.member != values.int8("member_id") || !each.active) continue;
      rows.push_back({{"membership_id", int8_value(each.id)},
                      {"client_id", int8_value(each.client)},
                      {"client_name", client_name(account_id, each.client)}});
    }
    return rows_of(shape, rows);
  }
  if (name == "sign_in_lookup") {
    for (const MemberRow& member : tables.members) {
      if (member.account != account_id ||
          std::memcmp(member.login.data(), values.text("login_hash").data(), member.login.size()) != 0)
        continue;
      Row row = {{"member_id", int8_value(member.id)},
                 {"state", member.active ? "active" : "removed"},
                 {"password_hash", member.password}};
      for (const MembershipRow& each : tables.memberships) {
        if (each.member != member.id || !each.active) continue;
        row.emplace_back("membership_id", int8_value(each.id));
        row.emplace_back("client_id", int8_value(each.client));
        row.emplace_back("permissions", texts_value(permission_names(each.permissions)));
        break;
      }
      return rows_of(shape, {row});
    }
    return rows_of(shape, {});
  }
  if (name == "create_session") {
    const MembershipRow* membership = tables.membership(values.int8("membership_id"));
    const MemberRow* member = tables.member(values.int8("member_id"));
    if (!membership || !member || !membership->active || !member->active || tables.account(account_id)->suspended ||
        member->password != values.text("password_hash"))
      return touched(0);
    SessionRow& row = tables.sessions.emplace_back(SessionRow{.account = account_id,
                                                              .member = member->id,
                                                              .membership = membership->id,
                                                              .agent = std::string(values.text("user_agent")),
                                                              .last_used = now});
    std::memcpy(row.hash.data(), values.text("session_hash").data(), row.hash.size());
    return touched(1);
  }
  if (name == "rehash_password") {
    const auto member = std::ranges::find(tables.members, values.int8("member_id"), &MemberRow::id);
    if (member->password != values.text("old_password_hash")) return touched(0);
    member->password = values.text("new_password_hash");
    return touched(1);
  }
  if (name == "end_session" || name == "touch_session") {
    SessionRow* session = tables.session(account_id, values.text("session_hash"));
    if (!session || session->ended) return touched(0);
    if (name == "end_session") session->ended = true;
    if (name == "touch_session") session->last_used = now;
    return touched(1);
  }
  if (name == "switch_membership") {
    SessionRow* session = tables.session(account_id, values.text("session_hash"));
    const MembershipRow* wanted = tables.membership(values.int8("membership_id"));
    if (!session || session->ended || !wanted || !wanted->active || wanted->member != session->member)
      return error("PT404");
    session->membership = wanted->id;
    session->last_used = now;
    std::memcpy(session->hash.data(), values.text("new_session_hash").data(), session->hash.size());
    return rows_of(shape, {{{"membership_id", int8_value(wanted->id)}}});
  }
  const bool may_view = context.member && (context.permissions & kMayViewJobs) != 0;
  if ((name.starts_with("list_jobs_by_") || name.starts_with("search_jobs_by_")) && may_view) {
    const std::int64_t site = values.get("site_id") ? values.int8("site_id") : 1;
    std::vector<Row> rows;
    for (std::int64_t count = world_.random.between(1, 4); count > 0; --count) rows.push_back(job_row(context, site));
    return rows_of(shape, rows);
  }
  if (name == "get_job" && may_view) return rows_of(shape, {job_row(context, values.int8("job_id"))});
  // What the model does not know finds nothing.
  return rows_of(shape, {});
}

}  // namespace portal::simulation
