// Work that would block the loop for milliseconds (password hashing) runs on another thread.
#pragma once

#include <atomic>
#include <coroutine>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "io/loop.hpp"

namespace portal::io {

// Owned by the Offload from submission until finished() returned. What run() touches belongs to the job alone: the
// request that asked for it may be gone.
class OffloadJob {
 public:
  virtual ~OffloadJob() = default;
  virtual void run() noexcept = 0;       // on a thread of the pool
  virtual void finished() noexcept = 0;  // on the loop's thread
};

class Offload {
 public:
  virtual ~Offload() = default;
  // Takes the job, or leaves it untouched and answers false when as many jobs as allowed (limits) are queued or
  // running.
  virtual bool try_submit(std::unique_ptr<OffloadJob>& job) = 0;
  // Jobs that are queued or running.
  virtual std::size_t outstanding() const { return 0; }
};

// co_await offload(pool, loop, [owned values] { ... }) runs the function on the pool; kOverloaded when it is full or
// memory is short, kInternal when it threw anything else. The function owns everything it uses. A caller that is
// destroyed meanwhile abandons it: the function is not started any more.
template <class Function>
class OffloadAwaiter {
  using Value = std::invoke_result_t<Function>;

  struct State {
    explicit State(Function f) : function(std::move(f)) {}
    Function function;
    std::atomic<bool> abandoned{false};
    std::optional<Value> value;
    bool out_of_memory = false;
    OffloadAwaiter* waiter = nullptr;
  };

  struct Job final : OffloadJob {
    explicit Job(std::shared_ptr<State> s) : state(std::move(s)) {}
    void run() noexcept override {
      if (state->abandoned.load(std::memory_order_relaxed)) return;
      try {
        state->value.emplace(state->function());
      } catch (const std::bad_alloc&) {
        state->value.reset();
        state->out_of_memory = true;
      } catch (...) {
        state->value.reset();
      }
    }
    void finished() noexcept override {
      if (state->waiter) state->waiter->wake_->post();
    }
    std::shared_ptr<State> state;
  };

 public:
  OffloadAwaiter(Offload& offload, Loop& loop, Function function)
      : offload_(offload), loop_(loop), state_(std::make_shared<State>(std::move(function))) {}
  OffloadAwaiter(const OffloadAwaiter&) = delete;
  OffloadAwaiter& operator=(const OffloadAwaiter&) = delete;
  ~OffloadAwaiter() {
    state_->abandoned.store(true, std::memory_order_relaxed);
    state_->waiter = nullptr;
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    wake_ = loop_.wake(
        {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
    state_->waiter = this;
    std::unique_ptr<OffloadJob> job = std::make_unique<Job>(state_);
    refused_ = !offload_.try_submit(job);
    return !refused_;
  }
  Result<Value> await_resume() {
    if (refused_) return fail(ErrorCode::kOverloaded, "the thread pool is full");
    if (state_->out_of_memory) return fail(ErrorCode::kOverloaded, "out of memory");
    if (!state_->value) return fail(ErrorCode::kInternal, "offloaded work threw");
    return std::move(*state_->value);
  }

 private:
  Offload& offload_;
  Loop& loop_;
  std::shared_ptr<State> state_;
  std::unique_ptr<Wake> wake_;
  bool refused_ = false;
};

template <class Function>
OffloadAwaiter<Function> offload(Offload& pool, Loop& loop, Function function) {
  return OffloadAwaiter<Function>(pool, loop, std::move(function));
}

}  // namespace portal::io
