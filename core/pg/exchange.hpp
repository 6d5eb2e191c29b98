// One segment on its way, and a queue of such.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "io/loop.hpp"
#include "pg/rows.hpp"
#include "pg/statement.hpp"

namespace portal::pg {

// Whose data a change may touch; 0: nobody's that anybody asks for.
struct Owner {
  std::int64_t account_id = 0;
  std::int64_t client_id = 0;
  std::int64_t membership_id = 0;
};

// Shared by the coroutine that waits and the connection that works, either of which may go first.
struct Exchange {
  std::vector<Query> queries;
  std::vector<Rows> rows;
  std::optional<Error> error;
  std::unique_ptr<io::Wake> wake;
  std::shared_ptr<Exchange> next;  // in the one queue that it stands in
  io::MonotonicTime retry_at{};
  bool abandoned = false;
  bool sent = false;
  bool finished = false;
  Owner owner{};
  int attempts = 0;   // times sent
  int conflicts = 0;  // times rolled back because of somebody else's transaction

  void finish(std::optional<Error> failure) noexcept;
  // Without memory the error is without its detail. A failure that is one of many with the same cause is `reported`.
  void fail(ErrorCode code, std::string_view why, bool reported = false) noexcept;
};

// Needs no memory of its own, because segments change queues when memory may just have run out.
class ExchangeQueue {
 public:
  ExchangeQueue() = default;
  ExchangeQueue(const ExchangeQueue&) = delete;
  ExchangeQueue& operator=(const ExchangeQueue&) = delete;
  ~ExchangeQueue() { clear(); }

  bool empty() const noexcept { return !first_; }
  std::size_t size() const noexcept { return size_; }
  const Exchange* front() const noexcept { return first_.get(); }
  void push_back(std::shared_ptr<Exchange> exchange) noexcept;
  std::shared_ptr<Exchange> pop_front() noexcept;
  // Everything of the other, before what is here.
  void prepend(ExchangeQueue& other) noexcept;
  void append(ExchangeQueue& other) noexcept;
  void remove(const std::shared_ptr<Exchange>& exchange) noexcept;
  void clear() noexcept;

  template <class Function>
  void for_each(Function function) const {
    for (const std::shared_ptr<Exchange>* each = &first_; *each; each = &(*each)->next) function(*each);
  }

 private:
  std::shared_ptr<Exchange> first_;
  Exchange* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace portal::pg
