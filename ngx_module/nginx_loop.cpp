#include "nginx_loop.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <type_traits>

namespace portal::nginx {
namespace {

// An event whose owner is found from the event, because its data must look like a connection.
template <class Owner>
struct OwnedEvent {
  ngx_event_t event{};
  Owner* owner = nullptr;

  static Owner* owner_of(ngx_event_t* event) {
    static_assert(std::is_standard_layout_v<OwnedEvent>);
    return reinterpret_cast<OwnedEvent*>(event)->owner;
  }
};

class NginxWatch final : public io::Watch {
 public:
  NginxWatch(int descriptor, io::Callback callback)
      : connection_(ngx_get_connection(descriptor, ngx_cycle->log)), callback_(callback) {
    if (!connection_) throw std::runtime_error("worker_connections are not enough");
    connection_->data = this;
    for (ngx_event_t* event : {connection_->read, connection_->write}) {
      event->log = ngx_cycle->log;
      event->handler = [](ngx_event_t* ready) noexcept {
        const io::Callback on_ready =
            static_cast<NginxWatch*>(static_cast<ngx_connection_t*>(ready->data)->data)->callback_;
        on_ready();
      };
    }
  }
  ~NginxWatch() override {
    set_event(connection_->read, NGX_READ_EVENT, false);
    set_event(connection_->write, NGX_WRITE_EVENT, false);
    for (ngx_event_t* event : {connection_->read, connection_->write}) {
      if (event->posted) {
        ngx_delete_posted_event(event);
      }
    }
    // In this order: nginx finds the connection by its descriptor where the event method is poll.
    ngx_free_connection(connection_);
    connection_->fd = static_cast<ngx_socket_t>(-1);  // the descriptor is its owner's
  }
  NginxWatch(const NginxWatch&) = delete;
  NginxWatch& operator=(const NginxWatch&) = delete;

  void set(io::Interest interest) override {
    const auto bits = static_cast<unsigned>(interest);
    const bool failed =
        !set_event(connection_->read, NGX_READ_EVENT, (bits & static_cast<unsigned>(io::Interest::kRead)) != 0) ||
        !set_event(connection_->write, NGX_WRITE_EVENT, (bits & static_cast<unsigned>(io::Interest::kWrite)) != 0);
    if (failed) throw std::runtime_error("cannot watch a descriptor");
  }

 private:
  // Level-triggered, always: libpq leaves bytes in the socket. In epoll the flag belongs to the whole descriptor, so
  // adding and deleting say the same.
  static bool set_event(ngx_event_t* event, ngx_int_t kind, bool wanted) {
    if ((event->active != 0) == wanted) return true;
    if (wanted) return ngx_add_event(event, kind, NGX_LEVEL_EVENT) == NGX_OK;
    // libpq closes its socket when the connection breaks. The kernel has then forgotten it, and asking epoll again
    // would be an alert.
    const bool closed = fcntl(static_cast<ngx_connection_t*>(event->data)->fd, F_GETFD) == -1;
    return ngx_del_event(event, kind, closed ? NGX_CLOSE_EVENT : NGX_LEVEL_EVENT) == NGX_OK;
  }

  ngx_connection_t* connection_;
  io::Callback callback_;
};

class NginxTimer final : public io::Timer {
 public:
  NginxTimer(ngx_connection_t* no_connection, io::Callback callback, io::TimerKind kind) : callback_(callback) {
    slot_.owner = this;
    slot_.event.data = no_connection;
    slot_.event.log = ngx_cycle->log;
    slot_.event.cancelable = kind == io::TimerKind::kCancelable;
    slot_.event.handler = [](ngx_event_t* event) noexcept {
      const io::Callback on_expiry = OwnedEvent<NginxTimer>::owner_of(event)->callback_;
      on_expiry();
    };
  }
  ~NginxTimer() override { NginxTimer::stop(); }
  NginxTimer(const NginxTimer&) = delete;
  NginxTimer& operator=(const NginxTimer&) = delete;

  // nginx runs timers that are due one after the other before it looks at a descriptor again, also those that are set
  // meanwhile. What is due at once waits for the next turn instead.
  void start(io::Duration after) override {
    stop();
    if (after.count() > 0) {
      ngx_add_timer(&slot_.event, static_cast<ngx_msec_t>(after.count()));
    } else {
      ngx_post_event(&slot_.event, &ngx_posted_next_events);
    }
  }
  void stop() noexcept override {
    if (slot_.event.timer_set) {
      ngx_del_timer(&slot_.event);
    }
    if (slot_.event.posted) {
      ngx_delete_posted_event(&slot_.event);
    }
  }

 private:
  OwnedEvent<NginxTimer> slot_;
  io::Callback callback_;
};

class NginxWake final : public io::Wake {
 public:
  NginxWake(ngx_connection_t* no_connection, io::Callback callback) : callback_(callback) {
    slot_.owner = this;
    slot_.event.data = no_connection;
    slot_.event.log = ngx_cycle->log;
    slot_.event.handler = [](ngx_event_t* event) noexcept {
      const io::Callback on_wake = OwnedEvent<NginxWake>::owner_of(event)->callback_;
      on_wake();
    };
  }
  ~NginxWake() override {
    if (slot_.event.posted) {
      ngx_delete_posted_event(&slot_.event);
    }
  }
  NginxWake(const NginxWake&) = delete;
  NginxWake& operator=(const NginxWake&) = delete;

  void post() noexcept override { ngx_post_event(&slot_.event, &ngx_posted_events); }

 private:
  OwnedEvent<NginxWake> slot_;
  io::Callback callback_;
};

}  // namespace

NginxLoop::NginxLoop() { no_connection_.fd = static_cast<ngx_socket_t>(-1); }

std::unique_ptr<io::Watch> NginxLoop::watch(int descriptor, io::Callback on_ready) {
  return std::make_unique<NginxWatch>(descriptor, on_ready);
}

std::unique_ptr<io::Timer> NginxLoop::timer(io::Callback on_expiry, io::TimerKind kind) {
  return std::make_unique<NginxTimer>(&no_connection_, on_expiry, kind);
}

std::unique_ptr<io::Wake> NginxLoop::wake(io::Callback on_wake) {
  return std::make_unique<NginxWake>(&no_connection_, on_wake);
}

// The task is ours, not a pool's: the request that asked for it may end while a thread works, and neither waits for the
// other.
struct NginxOffload::Submission {
  ngx_thread_task_t task{};
  std::unique_ptr<io::OffloadJob> job;
  NginxOffload* offload = nullptr;
};

namespace {

// Once for each thread of the pool: where no core is free, whoever waits for an answer goes before a hash. On Linux the
// value belongs to the thread, not to the process.
void step_back() noexcept {
  constexpr int kBehindTheEventLoops = 5;
  thread_local const int niceness = nice(kBehindTheEventLoops);
  static_cast<void>(niceness);
}

}  // namespace

bool NginxOffload::try_submit(std::unique_ptr<io::OffloadJob>& job) {
  if (outstanding_ >= limit_) return false;
  auto submission = std::make_unique<Submission>();
  submission->offload = this;
  submission->task.ctx = submission.get();
  submission->task.handler = [](void* context, ngx_log_t* /*log*/) noexcept {
    step_back();
    static_cast<Submission*>(context)->job->run();
  };
  submission->task.event.data = submission.get();
  submission->task.event.log = ngx_cycle->log;
  submission->task.event.handler = [](ngx_event_t* event) noexcept {
    const std::unique_ptr<Submission> finished(static_cast<Submission*>(event->data));
    --finished->offload->outstanding_;
    finished->job->finished();
  };
  submission->job = std::move(job);
  if (ngx_thread_task_post(pool_, &submission->task) != NGX_OK) {
    job = std::move(submission->job);
    return false;
  }
  ++outstanding_;
  submission.release();  // given back by the event's handler
  return true;
}

}  // namespace portal::nginx
