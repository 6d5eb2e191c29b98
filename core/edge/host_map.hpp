// All host names of all accounts, loaded whole by each worker, so that an unknown host costs no query. Kept as it is
// while PostgreSQL is away.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/principal.hpp"
#include "base/mix.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "cache/changes.hpp"
#include "io/loop.hpp"
#include "pg/lane.hpp"

namespace portal::edge {

// What this module knows of the schema; the database states in portal.schema_state the oldest such number that it still
// serves.
inline constexpr std::int32_t kModuleNumber = 1;

class HostMap {
 public:
  HostMap(io::Loop& loop, pg::Lane& reads, io::Duration refresh, pg::Log& log);

  // Told of an account whose answers are others from now on, because something that they take from here has changed.
  // The database's own notice comes before this map is loaded.
  void observe(cache::ChangeFeed& feed) { feed_ = &feed; }
  // Starts loading, also while a load is on its way: then once more after it.
  void refresh() noexcept;
  // The account of a host name or, with `slug`, of an account's own word. Null: unknown.
  std::shared_ptr<const access::Account> find(std::string_view host_or_slug) const;
  // The account that a request is for. `name`: what `portal_account` says; a slug is an operator's word in the
  // configuration, while what a client sends as its host is a host. kUnknownHost, kDatabaseUnavailable while nothing
  // was loaded, kSchemaMismatch. Whether it is suspended is for the caller to see.
  Result<std::shared_ptr<const access::Account>> choose(std::string_view name, std::string_view requested_host) const;
  // The same without a word of why not; null also for an account that is suspended. A view until the next turn of the
  // loop.
  const access::Account* peek(std::string_view name, std::string_view requested_host) const noexcept;
  bool loaded() const { return loaded_; }
  // Since sql/migrations/0020_changes.sql the database notifies what members see. Before, nothing may be kept.
  bool notifies_changes() const { return loaded_ && schema_number_ >= kNotifiesSince; }
  // The database has moved on so far that this module must not serve it any more.
  bool module_too_old() const { return module_too_old_; }
  std::size_t size() const { return by_name_.size(); }

  // Waits for the first load, successful or not: right after a start nobody is turned away for being early.
  class FirstLoad {
   public:
    explicit FirstLoad(HostMap& map) : map_(map) {}
    FirstLoad(const FirstLoad&) = delete;
    FirstLoad& operator=(const FirstLoad&) = delete;
    ~FirstLoad();
    bool await_ready() const noexcept { return map_.loaded_; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() const noexcept {}

   private:
    friend class HostMap;
    HostMap& map_;
    std::unique_ptr<io::Wake> wake_;
  };
  FirstLoad first_load() { return FirstLoad(*this); }

 private:
  struct TextHash {
    using is_transparent = void;
    // Without a seed: only names that the database has are in the map.
    std::size_t operator()(std::string_view text) const noexcept { return mix_text(0, text); }
  };
  using Names = std::unordered_map<std::string, std::shared_ptr<const access::Account>, TextHash, std::equal_to<>>;

  Task<void> load();
  void take(const pg::Rows& rows);
  void tell_changes(const Names& former) noexcept;
  void check_schema(const pg::Rows& state);
  void on_loaded() noexcept;
  void on_timer() noexcept { refresh(); }

  io::Loop& loop_;
  pg::Lane& reads_;
  io::Duration refresh_;
  pg::Log& log_;
  cache::ChangeFeed* feed_ = nullptr;
  Names by_name_;
  Task<void> loading_;
  std::unique_ptr<io::Timer> timer_;
  std::unique_ptr<io::Wake> finished_;
  std::vector<FirstLoad*> waiting_;
  bool running_ = false;
  bool again_ = false;
  bool loaded_ = false;
  static constexpr std::int32_t kNotifiesSince = 20;
  std::int32_t schema_number_ = 0;
  bool failed_ = false;
  bool module_too_old_ = false;
};

}  // namespace portal::edge
