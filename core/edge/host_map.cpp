#include "edge/host_map.hpp"

#include <algorithm>

#include "sql/enter.hpp"
#include "sql/hosts.hpp"

namespace portal::edge {
namespace {

constexpr io::Duration kRetryAfter{500};

}  // namespace

HostMap::HostMap(io::Loop& loop, pg::Lane& reads, io::Duration refresh, pg::Log& log)
    : loop_(loop),
      reads_(reads),
      refresh_(refresh),
      log_(log),
      timer_(loop.timer(io::Callback::to<&HostMap::on_timer>(this))),
      finished_(loop.wake(io::Callback::to<&HostMap::on_loaded>(this))) {}

void HostMap::refresh() noexcept {
  if (running_) {
    again_ = true;
    return;
  }
  try {
    running_ = true;
    loading_ = load();
    loading_.handle().resume();
  } catch (const std::exception& failure) {
    running_ = false;
    pg::write_line(log_, LogLevel::kError, "host map: {}", failure.what());
    timer_->start(kRetryAfter);
  }
}

std::shared_ptr<const access::Account> HostMap::find(std::string_view host_or_slug) const {
  const auto found = by_name_.find(host_or_slug);
  return found == by_name_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const access::Account>> HostMap::choose(std::string_view name,
                                                               std::string_view requested_host) const {
  if (module_too_old_) return fail(ErrorCode::kSchemaMismatch, "see above");
  std::shared_ptr<const access::Account> account = find(name);
  if (account && name == requested_host && account->host != name) account.reset();
  if (account) return account;
  if (loaded_) return fail(ErrorCode::kUnknownHost);
  Error not_loaded = Error::of(ErrorCode::kDatabaseUnavailable, "the host map is not loaded");
  not_loaded.reported = true;
  return fail(std::move(not_loaded));
}

const access::Account* HostMap::peek(std::string_view name, std::string_view requested_host) const noexcept {
  if (module_too_old_) return nullptr;
  const auto found = by_name_.find(name);
  if (found == by_name_.end() || found->second->suspended) return nullptr;
  const access::Account& account = *found->second;
  return name == requested_host && account.host != name ? nullptr : &account;
}

Task<void> HostMap::load() {
  failed_ = true;
  try {
    std::vector<pg::Query> segment;
    segment.push_back(sql::enter_host_map());
    segment.push_back(sql::load_host_map());
    segment.push_back(sql::schema_state());
    Result<std::vector<pg::Rows>> answer = co_await reads_.run(std::move(segment));
    if (answer) {
      take((*answer)[1]);
      check_schema((*answer)[2]);
      failed_ = false;
    } else {
      pg::write_line(log_, answer.error().reported ? LogLevel::kInfo : LogLevel::kWarning, "host map: {}",
                     answer.error().log_detail);
    }
  } catch (const std::exception& failure) {
    // A load that never ended would be the last one.
    log_.write(LogLevel::kError, failure.what());
  }
  finished_->post();
}

void HostMap::take(const pg::Rows& rows) {
  Names names;
  for (int index = 0; index < rows.size(); ++index) {
    const sql::LoadHostMapRow row = sql::LoadHostMapRow::decode(rows[index]);
    auto account = std::make_shared<access::Account>();
    account->id = row.account_id;
    account->slug = row.slug;
    account->host = row.host;
    account->origin = row.origin;
    account->time_zone = row.time_zone;
    account->suspended = row.suspended;
    // Hosts and slugs share the map. A host without a dot may read like another account's slug: then the host counts.
    if (row.is_primary) names.try_emplace(account->slug, account);
    names.insert_or_assign(account->host, std::move(account));
  }
  names.swap(by_name_);
  loaded_ = true;
  if (feed_) tell_changes(names);
}

// Dates are days in the zone of the account, which is all that answers take from here.
void HostMap::tell_changes(const Names& former) noexcept {
  for (const auto& [name, account] : by_name_) {
    auto found = former.find(name);
    // Host and slug may both be new, or have been another's.
    if (found == former.end() || found->second->id != account->id)
      found = std::ranges::find_if(former, [&](const auto& each) { return each.second->id == account->id; });
    if (found == former.end() || found->second->time_zone == account->time_zone) continue;
    feed_->tell({.kind = cache::ChangeKind::kAccount, .account_id = account->id, .client_id = 0, .id = 0});
  }
}

void HostMap::check_schema(const pg::Rows& state) {
  schema_number_ = state.empty() ? 0 : sql::SchemaStateRow::decode(state[0]).number;
  const bool too_old = !state.empty() && sql::SchemaStateRow::decode(state[0]).oldest_module > kModuleNumber;
  if (too_old && !module_too_old_)
    log_.write(LogLevel::kCritical, "this module is too old for the database's schema: upgrade it");
  module_too_old_ = too_old;
}

void HostMap::on_loaded() noexcept {
  running_ = false;
  std::vector<FirstLoad*> waiting;
  waiting.swap(waiting_);
  for (FirstLoad* waiter : waiting) waiter->wake_->post();
  if (again_) {
    again_ = false;
    refresh();
  } else {
    timer_->start(failed_ ? kRetryAfter : refresh_);
  }
}

HostMap::FirstLoad::~FirstLoad() { std::erase(map_.waiting_, this); }

void HostMap::FirstLoad::await_suspend(std::coroutine_handle<> handle) {
  wake_ = map_.loop_.wake(
      {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
  map_.waiting_.push_back(this);
  if (!map_.running_) map_.refresh();
}

}  // namespace portal::edge
