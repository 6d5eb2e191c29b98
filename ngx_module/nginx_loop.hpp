// nginx's event loop and thread pool, as the core wants them.
#pragma once

#include <memory>

#include "io/loop.hpp"
#include "io/offload.hpp"
#include "ngx.hpp"

namespace portal::nginx {

class NginxLoop final : public io::Loop {
 public:
  NginxLoop();

  std::unique_ptr<io::Watch> watch(int descriptor, io::Callback on_ready) override;
  std::unique_ptr<io::Timer> timer(io::Callback on_expiry, io::TimerKind kind) override;
  std::unique_ptr<io::Wake> wake(io::Callback on_wake) override;
  io::MonotonicTime now() const override { return std::chrono::steady_clock::now(); }

 private:
  // nginx's debug log reads every event's data as a connection.
  ngx_connection_t no_connection_{};
};

class NginxOffload final : public io::Offload {
 public:
  NginxOffload(ngx_thread_pool_t* pool, std::size_t limit) : pool_(pool), limit_(limit) {}

  bool try_submit(std::unique_ptr<io::OffloadJob>& job) override;
  std::size_t outstanding() const override { return outstanding_; }

 private:
  struct Submission;
  ngx_thread_pool_t* pool_;
  std::size_t limit_;
  std::size_t outstanding_ = 0;
};

}  // namespace portal::nginx
